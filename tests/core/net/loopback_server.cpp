#include "tests/core/net/loopback_server.h"

#include <QHostAddress>

#include <array>

namespace certwright::test {
namespace {

base::BytesView viewOf(const QByteArray& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())};
}

void send(QTcpSocket* socket, tls::Engine& engine) {
    const base::Bytes bytes = engine.takeOutput();
    socket->write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
}

void listen(QTcpServer& server) {
    server.setListenBacklogSize(512);
    if (!server.listen(QHostAddress::LocalHost))
        qFatal("cannot listen on 127.0.0.1: %s", qPrintable(server.errorString()));
}

} // namespace

LoopbackServer::LoopbackServer(const tls::ContextOptions& options)
    : m_leaf(m_root.issue())
    , m_context(tls::Context::forServer(options, tls::Credentials{m_leaf.certificate, m_leaf.key, {}})) {
    connect(&m_server, &QTcpServer::newConnection, this, &LoopbackServer::accept);
    listen(m_server);
}

LoopbackServer::~LoopbackServer() {
    // The sockets live longer than the engines, and say that they are disconnected when they die.
    for (const auto& entry : m_engines)
        entry.first->disconnect(this);
}

void LoopbackServer::accept() {
    while (QTcpSocket* socket = m_server.nextPendingConnection()) {
        ++m_accepted;
        m_engines[socket] = std::make_unique<tls::Engine>(m_context);
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { drive(socket); });
        connect(socket, &QTcpSocket::bytesWritten, this, [this, socket] {
            const auto found = m_engines.find(socket);
            if (m_isFlooding && found != m_engines.end())
                flood(socket, *found->second);
        });
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            m_engines.erase(socket);
            socket->deleteLater();
        });
    }
}

void LoopbackServer::drive(QTcpSocket* socket) {
    const auto found = m_engines.find(socket);
    if (found == m_engines.end())
        return;
    tls::Engine& engine = *found->second;
    try {
        engine.feed(viewOf(socket->readAll()));
        const bool wasOpen = engine.state() == tls::EngineState::Open;
        engine.handshake();
        send(socket, engine);
        if (engine.state() != tls::EngineState::Open)
            return;
        if (!wasOpen)
            ++m_handshakes;
        if (m_isFlooding) {
            flood(socket, engine);
            return;
        }
        std::array<std::uint8_t, 4096> buffer{};
        std::size_t size = 0;
        tls::Progress progress = tls::Progress::Done;
        while (progress == tls::Progress::Done)
            progress = engine.read(buffer, size);
        if (progress == tls::Progress::Closed && !m_isDeafToClosure) {
            engine.shutdown();
            send(socket, engine);
            socket->disconnectFromHost();
        }
    } catch (const base::Error&) {
        send(socket, engine); // the alert
        socket->disconnectFromHost();
    }
}

void LoopbackServer::flood(QTcpSocket* socket, tls::Engine& engine) {
    constexpr qint64 Enough = 1 << 20;
    if (engine.state() != tls::EngineState::Open || socket->bytesToWrite() > Enough)
        return;
    const base::Bytes noise(65536, 0x55);
    std::size_t size = 0;
    engine.write(noise, size);
    send(socket, engine);
}

PlainServer::PlainServer(std::function<void(QTcpSocket&)> greet)
    : m_greet(std::move(greet)) {
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket* socket = m_server.nextPendingConnection()) {
            ++m_accepted;
            if (m_greet)
                m_greet(*socket);
        }
    });
    listen(m_server);
}

} // namespace certwright::test
