#pragma once

#include "core/service/inspecting.h"

#include <QMetaType>
#include <QObject>

#include <cstddef>
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
    base::Bytes received;    ///< plain data of the peer
    std::size_t pending = 0; ///< octets of plain data that wait to be sent
    std::size_t refused = 0; ///< octets that were not taken by send(), too much waiting already
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

    /// For a connection that is kept open and established; without effect otherwise.
    void send(base::Bytes data);
    /// A new handshake in TLS 1.2 and below; in TLS 1.3 new keys for both directions.
    void renegotiate();
    /// Sends close_notify after what waits to be sent; finished() follows.
    void close();

Q_SIGNALS:
    /// Live while it runs: at every change of phase, otherwise at most each 50 ms.
    /// What the peer sends waits until the last update that brought data was dealt with.
    void updated(const certwright::service::ConnectionUpdate& update);
    /// What is known of a connection that is kept open: when it is established and after everything that changes it
    /// (tickets, renegotiation, changes of keys), also at most each 50 ms.
    void reported(const certwright::service::ConnectionReportPtr& report);
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
