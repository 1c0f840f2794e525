// The accept side: many clients at once, limits, ports that cannot be had, and clients that do not do as they should.
#include "core/net/tls_listener.h"
#include "core/tls/session_facts.h"
#include "tests/core/expect.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"
#include "tests/support/unprivileged.h"

#include <QFile>
#include <QObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <algorithm>
#include <memory>
#include <vector>

using namespace certwright;
using base::ErrorKind;
using net::ConnectionPhase;
using net::TlsConnection;
using net::TlsListener;
using std::chrono::milliseconds;
using test::q;

namespace {

tls::SocketAddress loopback(std::uint16_t port = 0) {
    return *tls::SocketAddress::fromText("127.0.0.1", port);
}

/// Both ends are in this thread. What a server's connection became is kept when it is over.
struct Server {
    explicit Server(const std::shared_ptr<const tls::Context>& context, TlsListener::Options options = {})
        : listener(context, options) {
        QObject::connect(&listener, &TlsListener::connected, &listener, [this](TlsConnection* connection) {
            connections.push_back(connection);
            most = std::max(most, listener.running());
            QObject::connect(connection, &TlsConnection::received, connection,
                             [connection] { connection->send(connection->takeReceived()); });
        });
    }
    std::uint16_t port() const { return listener.address()->port(); }

    std::vector<TlsConnection*> connections;
    std::size_t most = 0;
    TlsListener listener;
};

std::unique_ptr<TlsConnection> client(std::uint16_t port, const char* host = "127.0.0.1", bool keepOpen = false) {
    TlsConnection::Options options;
    options.endpoint = {host, port};
    options.serverName = "localhost";
    options.timeout = std::chrono::seconds(60);
    options.keepOpen = keepOpen;
    return std::make_unique<TlsConnection>(tls::Context::forClient({}, x509::TrustStore()), options);
}

bool waitFor(const TlsConnection& connection, ConnectionPhase phase) {
    return QTest::qWaitFor([&] { return connection.phase() == phase; }, 30000);
}

} // namespace

class TestTlsListener : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recordsAConnection();
    void takesManyButFewAtATime();
    void keepsConnectionsWhenItStops();
    void listensOnIpv6();
    void saysThatThePortIsInUse();
    void saysThatThePortNeedsRights();
    void saysThatTheAddressIsNotHere();
    void endsClientsThatAreNoTls_data();
    void endsClientsThatAreNoTls();
    void endsSilentClientsInTime();

private:
    std::shared_ptr<const tls::Context> context(const tls::ContextOptions& options = {}) const {
        return tls::Context::forServer(options, tls::Credentials{m_leaf.certificate, m_leaf.key, {}});
    }

    test::TestCa m_root;
    test::Issued m_leaf = m_root.issue();
};

void TestTlsListener::recordsAConnection() {
    tls::ContextOptions options;
    Server server(context(options));
    server.listener.listen(loopback());
    const auto peer = client(server.port(), "127.0.0.1", true);
    peer->start();
    QVERIFY(waitFor(*peer, ConnectionPhase::Established));
    QVERIFY(peer->send(base::bytesOf("there and back")));
    base::Bytes back;
    QVERIFY(QTest::qWaitFor(
        [&] {
            const base::Bytes more = peer->takeReceived();
            back.insert(back.end(), more.begin(), more.end());
            return base::textOf(back) == "there and back";
        },
        20000));
    QCOMPARE(server.connections.size(), std::size_t{1});
    TlsConnection& ours = *server.connections.front();
    const base::Time now = base::SystemClock().now();
    const tls::SessionFacts theirs = tls::sessionFacts(*peer->engine(), now);
    const tls::SessionFacts facts = tls::sessionFacts(*ours.engine(), now);
    // What two ends of a connection cannot differ in.
    QCOMPARE(q(tls::toString(facts.version.value())), q(tls::toString(theirs.version.value())));
    QCOMPARE(facts.cipher.value().id, theirs.cipher.value().id);
    QCOMPARE(q(facts.group), q(theirs.group));
    QCOMPARE(q(facts.signature), q(theirs.signature));
    QCOMPARE(q(facts.serverName), QStringLiteral("localhost"));
    QVERIFY(facts.clientRandom == theirs.clientRandom && facts.clientRandom.size() == 32);
    QVERIFY(facts.serverRandom == theirs.serverRandom && facts.serverRandom.size() == 32);
    QCOMPARE(facts.offeredCiphers.size(), theirs.offeredCiphers.size());
    QVERIFY(facts.sharedCiphers.size() > 1);
    QVERIFY(facts.chain.empty());
    QVERIFY(!facts.isClientCertificateRequested);
    QVERIFY(facts.session.value().hasTicket);
    QCOMPARE(q(ours.peerAddress()->toText()), q(peer->localAddress()->toText()));
    peer->close();
    QVERIFY(waitFor(ours, ConnectionPhase::Finished));
    QVERIFY(!ours.failure());
    QVERIFY(waitFor(*peer, ConnectionPhase::Finished));
    QCOMPARE(ours.engine()->bytesOut(), peer->engine()->bytesIn());
    QTRY_COMPARE(server.listener.running(), std::size_t{0});
}

void TestTlsListener::takesManyButFewAtATime() {
    TlsListener::Options options;
    options.timeout = std::chrono::seconds(60);
    options.maximumConnections = 8;
    Server server(context(), options);
    server.listener.listen(loopback());
    std::vector<std::unique_ptr<TlsConnection>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(client(server.port()));
        clients.back()->start();
    }
    for (const auto& one : clients)
        QVERIFY(waitFor(*one, ConnectionPhase::Finished));
    const auto failed = std::count_if(clients.begin(), clients.end(), [](const auto& one) { return one->failure(); });
    QCOMPARE(failed, 0);
    QCOMPARE(server.listener.accepted(), std::uint64_t{100});
    QCOMPARE(server.most, std::size_t{8});
    QTRY_COMPARE(server.listener.running(), std::size_t{0});
}

void TestTlsListener::keepsConnectionsWhenItStops() {
    Server server(context());
    server.listener.listen(loopback());
    const std::uint16_t port = server.port();
    const auto peer = client(port, "127.0.0.1", true);
    peer->start();
    QVERIFY(waitFor(*peer, ConnectionPhase::Established));
    server.listener.stop();
    QVERIFY(!server.listener.isListening());
    const auto late = client(port);
    late->start();
    QVERIFY(waitFor(*late, ConnectionPhase::Finished));
    QVERIFY(late->failure());
    QVERIFY(late->failedPhase() == ConnectionPhase::Connecting);
    QVERIFY(peer->send(base::bytesOf("still here")));
    std::size_t back = 0;
    QVERIFY(QTest::qWaitFor([&] { return (back += peer->takeReceived().size()) == 10; }, 20000));
    // Its port is free at once, although a connection of it still stands.
    Server next(context());
    next.listener.listen(loopback(port));
    QVERIFY(next.listener.isListening());
}

void TestTlsListener::listensOnIpv6() {
    const auto any = tls::SocketAddress::fromText("::", 0);
    Server server(context());
    try {
        server.listener.listen(*any);
    } catch (const base::Error& error) {
        QSKIP(error.message().c_str());
    }
    for (const char* host : {"::1", "127.0.0.1"}) {
        const auto peer = client(server.port(), host);
        peer->start();
        QVERIFY(waitFor(*peer, ConnectionPhase::Finished));
        QVERIFY2(!peer->failure(), host);
    }
}

void TestTlsListener::saysThatThePortIsInUse() {
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    Server server(context());
    const auto thrown = test::errorOf([&] { return server.listener.listen(loopback(taken.serverPort())), 0; });
    QVERIFY(thrown);
    QCOMPARE(test::nameOf(thrown->kind()), test::nameOf(ErrorKind::Network));
    QCOMPARE(q(thrown->message()), QStringLiteral("Port %1 is in use.").arg(taken.serverPort()));
    QVERIFY(!server.listener.isListening());
    QVERIFY(!server.listener.address());
}

void TestTlsListener::saysThatThePortNeedsRights() {
    QFile file(QStringLiteral("/proc/sys/net/ipv4/ip_unprivileged_port_start"));
    if (!file.open(QIODevice::ReadOnly) || file.readAll().trimmed().toInt() <= 443)
        QSKIP("any user may listen on port 443 here");
    const auto own = context();
    const int told = test::runUnprivileged([&] {
        try {
            TlsListener(own, {}).listen(loopback(443));
        } catch (const base::Error& error) {
            return error.kind() == ErrorKind::NotAllowed &&
                           error.message() == "Port 443 needs administrator rights; use 1024 or above."
                       ? 1
                       : 2;
        }
        return 3;
    });
    QCOMPARE(told, 1);
}

void TestTlsListener::saysThatTheAddressIsNotHere() {
    Server server(context());
    const auto address = tls::SocketAddress::fromText("192.0.2.1", 0); // RFC 5737: nobody has it
    const auto thrown = test::errorOf([&] { return server.listener.listen(*address), 0; });
    QVERIFY(thrown);
    QCOMPARE(test::nameOf(thrown->kind()), test::nameOf(ErrorKind::Network));
    QCOMPARE(q(thrown->message()), QStringLiteral("This computer has no address 192.0.2.1"));
}

void TestTlsListener::endsClientsThatAreNoTls_data() {
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QString>("message");
    QTest::newRow("HTTP") << QByteArray("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                          << QStringLiteral("The client does not speak TLS: it sent “GET / HTTP/1.1”");
    QTest::newRow("a look at the port") << QByteArray()
                                        << QStringLiteral("The client closed the connection without a word");
    QTest::newRow("half a hello") << QByteArray::fromHex("1603010200010001fc0303")
                                  << QStringLiteral("The client closed the connection in the middle of the handshake");
}

void TestTlsListener::endsClientsThatAreNoTls() {
    QFETCH(QByteArray, sent);
    QFETCH(QString, message);
    Server server(context());
    server.listener.listen(loopback());
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, server.port());
    QTRY_COMPARE(server.connections.size(), std::size_t{1});
    socket.write(sent);
    socket.disconnectFromHost();
    TlsConnection& ours = *server.connections.front();
    QVERIFY(waitFor(ours, ConnectionPhase::Finished));
    QCOMPARE(q(ours.failure().value().error.message()), message);
    QVERIFY(ours.failedPhase() == ConnectionPhase::Handshaking);
    QTRY_COMPARE(server.listener.running(), std::size_t{0});
}

void TestTlsListener::endsSilentClientsInTime() {
    TlsListener::Options options;
    options.timeout = milliseconds(300);
    Server server(context(), options);
    server.listener.listen(loopback());
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, server.port());
    QTRY_COMPARE(server.connections.size(), std::size_t{1});
    QVERIFY(waitFor(*server.connections.front(), ConnectionPhase::Finished));
    QCOMPARE(q(server.connections.front()->failure().value().error.message()),
             QStringLiteral("The client connected but said nothing within 300 ms"));
    QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
}

CERTWRIGHT_TEST_MAIN(TestTlsListener)
#include "tst_tls_listener.moc"
