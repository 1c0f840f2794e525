#pragma once

#include "core/service/inspecting.h"

#include <QMetaType>
#include <QObject>

#include <memory>
#include <string>
#include <vector>

namespace certwright::service {

class NetworkThread;
class InspectionTask;

/// What happened since the last one of these.
struct ConnectionUpdate {
    net::ConnectionPhase phase = net::ConnectionPhase::Idle;
    std::string state; ///< OpenSSL's long text of the state it is in now; empty before the TCP connection stands
    std::vector<tls::Message> messages;
    std::vector<tls::StateChange> states;
};

/// Looks at one TLS server after the other, for the window and for the command line. Lives on its caller's thread (the
/// GUI thread); look-up, trust store, handshake and report are made on the network thread, which all inspectors share.
/// Its signals are queued to the caller's thread. Destroying it cancels without a signal.
class ConnectionInspector : public QObject {
    Q_OBJECT

public:
    explicit ConnectionInspector(QObject* parent = nullptr);
    ~ConnectionInspector() override;

    /// Begins; one that still runs is cancelled first and says nothing more.
    void start(ConnectionRequest request);
    /// finished() follows with what was learnt and an error of kind Cancelled.
    void cancel();
    bool isRunning() const noexcept { return m_task != nullptr; }

Q_SIGNALS:
    /// Live while it runs: at every change of phase, otherwise at most each 50 ms.
    void updated(const certwright::service::ConnectionUpdate& update);
    /// Exactly once for each start() that was not replaced by another.
    void finished(const certwright::service::ConnectionReportPtr& report);

private:
    void release();

    std::shared_ptr<NetworkThread> m_thread;
    InspectionTask* m_task = nullptr; ///< lives on the network thread
};

} // namespace certwright::service

Q_DECLARE_METATYPE(certwright::service::ConnectionUpdate)
Q_DECLARE_METATYPE(certwright::service::ConnectionReportPtr)
