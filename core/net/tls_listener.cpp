#include "core/net/tls_listener.h"

#include "core/base/error.h"

#include <QSocketNotifier>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;

/// Taken in one go; then others of the thread have their turn.
constexpr int MaximumAtOnce = 32;
constexpr std::chrono::milliseconds PauseTime{100};

Error listenError(const tls::SocketAddress& address, int error) {
    const std::string port = "Port " + std::to_string(address.port());
    switch (error) {
    case EACCES:
        return Error(ErrorKind::NotAllowed, port + " needs administrator rights; use 1024 or above.");
    case EADDRINUSE:
        return Error(ErrorKind::Network, port + " is in use.", "Choose another port, or stop what uses it");
    case EADDRNOTAVAIL:
        return Error(ErrorKind::Network, "This computer has no address " + address.addressText(),
                     "127.0.0.1 is for itself alone, 0.0.0.0 for all its addresses");
    default:
        return Error(ErrorKind::Network,
                     "Could not listen on " + address.toText() + ": " + std::generic_category().message(error));
    }
}

} // namespace

TlsListener::TlsListener(std::shared_ptr<const tls::Context> context, Options options, QObject* parent)
    : QObject(parent)
    , m_context(std::move(context))
    , m_options(options)
    , m_pause(this) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(PauseTime);
    connect(&m_pause, &QTimer::timeout, this, &TlsListener::watch);
}

TlsListener::~TlsListener() {
    stop();
}

void TlsListener::listen(const tls::SocketAddress& address) {
    stop();
    int error = 0;
    m_socket = tls::Socket::listenOn(address, error);
    if (error != 0)
        throw listenError(address, error).withContext(address.toText());
    m_notifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &TlsListener::acceptWaiting);
    watch();
}

void TlsListener::stop() {
    m_pause.stop();
    // Disabled and deleted later, for this may be called from its own signal.
    if (QSocketNotifier* notifier = std::exchange(m_notifier, nullptr)) {
        notifier->setEnabled(false);
        notifier->deleteLater();
    }
    m_socket.close();
}

void TlsListener::acceptWaiting() {
    for (int i = 0; i < MaximumAtOnce && isListening() && m_running < m_options.maximumConnections; ++i) {
        int error = 0;
        tls::Socket socket = m_socket.accept(error);
        if (socket.isOpen()) {
            take(std::move(socket));
            continue;
        }
        if (error == ECONNABORTED)
            continue; // that client is gone already
        if (error != 0)
            m_pause.start(); // no descriptors left, for one: it would fail again at once
        break;
    }
    watch();
}

void TlsListener::take(tls::Socket socket) {
    const std::optional<tls::SocketAddress> peer = socket.peerAddress();
    if (!peer)
        return; // gone between the queue and here
    TlsConnection::Options options;
    options.endpoint = {peer->addressText(), peer->port()};
    options.timeout = m_options.timeout;
    options.keepOpen = true;
    auto* connection = new TlsConnection(m_context, std::move(options), this);
    ++m_running;
    ++m_accepted;
    connect(connection, &TlsConnection::finished, this, &TlsListener::onConnectionOver);
    Q_EMIT connected(connection);
    connection->startAccepted(std::move(socket));
}

void TlsListener::onConnectionOver() {
    --m_running;
    watch();
}

void TlsListener::watch() {
    if (m_notifier != nullptr)
        m_notifier->setEnabled(!m_pause.isActive() && m_running < m_options.maximumConnections);
}

} // namespace certwright::net
