#pragma once

#include "core/net/tls_connection.h"
#include "core/tls/context.h"
#include "core/tls/socket.h"
#include "core/tls/socket_address.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

class QSocketNotifier;

namespace certwright::net {

/// Takes connections of TLS clients at one address, in the event loop of its thread, and starts their handshakes. When
/// as many run as may, the next ones wait in the system's queue until one of them has ended.
class TlsListener : public QObject {
    Q_OBJECT

public:
    struct Options {
        std::chrono::milliseconds timeout{10000}; ///< for each handshake
        std::size_t maximumConnections = 100;     ///< at a time
    };

    /// `context` is a server's.
    TlsListener(std::shared_ptr<const tls::Context> context, Options options, QObject* parent = nullptr);
    ~TlsListener() override;

    /// Begins to listen; port 0 takes any free one. @throws Error NotAllowed for a port that needs rights, Network for
    /// one that is in use or an address that is not this machine's
    void listen(const tls::SocketAddress& address);
    /// Takes no more connections; those that run go on.
    void stop();
    bool isListening() const noexcept { return m_socket.isOpen(); }
    /// Where it listens, with the real port; nothing when it does not.
    std::optional<tls::SocketAddress> address() const { return m_socket.localAddress(); }

    /// Connections that run.
    std::size_t running() const noexcept { return m_running; }
    std::uint64_t accepted() const noexcept { return m_accepted; }

Q_SIGNALS:
    /// A client has connected; its handshake begins. Connections are children of the listener, stay open until somebody
    /// closes them, and belong to the receiver: deleteLater() when it has finished.
    void connected(certwright::net::TlsConnection* connection);

private:
    void acceptWaiting();
    void take(tls::Socket socket);
    void onConnectionOver();
    void watch();

    std::shared_ptr<const tls::Context> m_context;
    Options m_options;
    tls::Socket m_socket;
    QSocketNotifier* m_notifier = nullptr;
    QTimer m_pause; ///< after a failure of accept() that would only come again
    std::size_t m_running = 0;
    std::uint64_t m_accepted = 0;
};

} // namespace certwright::net
