#pragma once

#include "core/service/test_server.h"

#include <QObject>
#include <QTimer>

namespace certwright::service {

/// Answers one client of a test server, and tells how its connection stands. A child of the connection, which it lets
/// go when that is over.
class ServedSession : public QObject {
    Q_OBJECT

public:
    ServedSession(net::TlsConnection* connection, std::uint64_t id, ServerResponse response,
                  std::chrono::milliseconds idleTime);

    /// Closes properly, or at once when the handshake is not over.
    void close();

Q_SIGNALS:
    void changed(const certwright::service::ServedConnection& connection);
    /// After the last changed(): the connection has ended.
    void over();

private:
    void onPhase(net::ConnectionPhase phase);
    void onReceived();
    void onFinished();
    void echo();
    void answerRequest();
    void tell();
    ConnectionReportPtr reportNow();

    net::TlsConnection* m_connection;
    std::uint64_t m_id;
    ServerResponse m_response;
    base::Bytes m_request; ///< of HTTP, as far as it has come
    QTimer m_batch;        ///< runs while something waits to be told
    QTimer m_idle;
    QTimer m_retry; ///< of an echo that found no room
};

} // namespace certwright::service
