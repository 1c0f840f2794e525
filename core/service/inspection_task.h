#pragma once

#include "core/service/connection_inspector.h"
#include "core/service/inspecting.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace certwright::service {

class ResumptionTrial;

/// One inspection on the network thread: what a ConnectionInspector starts. Deleting it there cancels without a signal.
class InspectionTask : public QObject {
    Q_OBJECT

public:
    explicit InspectionTask(ConnectionRequest request);

    void start();
    void cancel();
    void send(const base::Bytes& data);
    void renegotiate();
    void close();
    /// The receiver has dealt with the last update that brought data: the next may come.
    void goOn();

Q_SIGNALS:
    void updated(const certwright::service::ConnectionUpdate& update);
    void reported(const certwright::service::ConnectionReportPtr& report);
    void finished(const certwright::service::ConnectionReportPtr& report);

private:
    void onPhase(net::ConnectionPhase phase);
    void onFinished();
    void sendUpdate();
    void sendReport();
    void planUpdate();
    void failBefore(const base::Error& error);
    void tryResumption(std::shared_ptr<ConnectionReport> report);

    ConnectionRequest m_request;
    net::TlsConnection* m_connection = nullptr;
    ResumptionTrial* m_trial = nullptr; ///< runs after the connection
    QTimer m_batch;                     ///< runs while something waits to be told
    net::ConnectionPhase m_phase = net::ConnectionPhase::Idle;
    std::size_t m_messages = 0; ///< told already
    std::size_t m_states = 0;
    std::size_t m_refused = 0;      ///< octets that were not taken to be sent, not told yet
    bool m_isDataWaiting = false;   ///< the receiver still has data to deal with
    bool m_isReportChanged = false; ///< something was recorded since the last report of an open connection
    bool m_isOver = false;
};

} // namespace certwright::service
