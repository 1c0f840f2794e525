#pragma once

#include "core/tls/engine.h"
#include "tests/support/test_ca.h"

#include <QObject>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <map>
#include <memory>

namespace certwright::test {

/// A TLS server on 127.0.0.1 in the thread of the test: the engine in its server's role over QTcpSocket.
class LoopbackServer : public QObject {
    Q_OBJECT

public:
    explicit LoopbackServer(const tls::ContextOptions& options = {});
    ~LoopbackServer() override;

    quint16 port() const { return m_server.serverPort(); }
    const TestCa& root() const { return m_root; }
    const x509::Certificate& leaf() const { return m_leaf.certificate; }
    int accepted() const { return m_accepted; }
    int handshakes() const { return m_handshakes; }

    /// After the handshake it sends as much as the peer takes, without end.
    void setFlooding() { m_isFlooding = true; }
    /// It answers close_notify with nothing and leaves the connection open.
    void setDeafToClosure() { m_isDeafToClosure = true; }

private:
    void accept();
    void drive(QTcpSocket* socket);
    void flood(QTcpSocket* socket, tls::Engine& engine);

    TestCa m_root;
    Issued m_leaf;
    std::shared_ptr<const tls::Context> m_context;
    QTcpServer m_server;
    std::map<QTcpSocket*, std::unique_ptr<tls::Engine>> m_engines;
    int m_accepted = 0;
    int m_handshakes = 0;
    bool m_isFlooding = false;
    bool m_isDeafToClosure = false;
};

/// A TCP server on 127.0.0.1 that does with each connection what it is told.
class PlainServer : public QObject {
    Q_OBJECT

public:
    /// `greet` is called once for each connection; without one the server is silent.
    explicit PlainServer(std::function<void(QTcpSocket&)> greet = {});

    quint16 port() const { return m_server.serverPort(); }
    int accepted() const { return m_accepted; }

private:
    QTcpServer m_server;
    std::function<void(QTcpSocket&)> m_greet;
    int m_accepted = 0;
};

} // namespace certwright::test
