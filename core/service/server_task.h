#pragma once

#include "core/net/tls_listener.h"
#include "core/service/test_server.h"

#include <QObject>

namespace certwright::service {

/// A test server on the network thread: what a TestServer starts. Deleting it there ends it without a signal.
class ServerTask : public QObject {
    Q_OBJECT

public:
    explicit ServerTask(ServerRequest request);

    void start();
    void stop();

Q_SIGNALS:
    void started(const certwright::service::ServerStart& start);
    void connectionChanged(const certwright::service::ServedConnection& connection);
    void stopped(const std::shared_ptr<const certwright::base::Error>& error);

private:
    void listen();
    void onConnected(net::TlsConnection* connection);
    void onConnectionOver();
    void end(std::shared_ptr<const base::Error> error);

    ServerRequest m_request;
    net::TlsListener* m_listener = nullptr;
    std::uint64_t m_accepted = 0;
    std::size_t m_running = 0;
    bool m_isOver = false;
};

} // namespace certwright::service
