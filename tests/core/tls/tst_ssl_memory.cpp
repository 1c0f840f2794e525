// The manual's SSL.Connection over memory: two of ours, and what RFC 5246 and 8446 say about the octets between them.
#include "core/tls/connection.h"
#include "core/tls/system_failure.h"
#include "tests/core/tls/ssl_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QObject>
#include <QTest>

#include <any>
#include <string>

using namespace certwright;
using base::ErrorKind;
using test::q;
using tls::Connection;
using tls::Context;
using tls::Method;
using tls::Progress;
using tls::ShutdownState;

Q_DECLARE_METATYPE(certwright::tls::Method)

namespace {

/// A client and a server, whose octets go from one to the other by bio_read and bio_write alone.
struct Two {
    Two(const test::SslFixture& fixture, Method method)
        : client(fixture.client(method), "localhost")
        , server(fixture.server()) {}

    bool carry(std::size_t piece = 1000) {
        bool isMoved = false;
        for (auto [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
            for (base::Bytes some = from->bioRead(piece); !some.empty(); some = from->bioRead(piece)) {
                isMoved = true;
                to->bioWrite(some);
            }
        }
        return isMoved;
    }
    void shakeHands() {
        do {
            client.doHandshake();
            server.doHandshake();
        } while (carry());
    }

    Connection client;
    Connection server;
};

void addMethods() {
    QTest::addColumn<Method>("method");
    QTest::newRow("TLSv1.2") << Method::Tls12;
    QTest::newRow("TLSv1.3") << Method::Tls13;
}

} // namespace

class TestSslMemory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void carriesByPieces_data() { addMethods(); }
    void carriesByPieces();
    void bothEndsAgree_data() { addMethods(); }
    void bothEndsAgree();
    void choosesItsEnd();
    void goesThroughAllStatesOfClosing_data() { addMethods(); }
    void goesThroughAllStatesOfClosing();
    void believesWhatItIsTold();
    void tellsTheEndOfTheStream();
    void keepsItsData();
    void listsCiphersInOrder();
    void hasNoSocket();

private:
    test::SslFixture m_fixture;
};

// SSL.Connection.bio_read, SSL.Connection.bio_write, SSL.Connection.do_handshake, SSL.Connection.send,
// SSL.Connection.sendall, SSL.Connection.recv, SSL.Connection.pending, SSL.WantReadError
void TestSslMemory::carriesByPieces() {
    QFETCH(Method, method);
    Two two(m_fixture, method);
    QVERIFY(two.client.doHandshake() == Progress::WantInput);
    QVERIFY(two.client.wantsRead());
    QCOMPARE(two.client.bioRead(5).size(), std::size_t{5}); // the head of a record (RFC 8446 5.1)
    Two whole(m_fixture, method);
    whole.client.doHandshake();
    const base::Bytes hello = whole.client.bioRead(1 << 16);
    QCOMPARE(int{hello[0]}, 22);                                        // handshake
    QCOMPARE(std::size_t{hello[3]} * 256 + hello[4], hello.size() - 5); // its length
    QCOMPARE(whole.server.bioWrite(hello), hello.size());
    QVERIFY(whole.client.bioRead(100).empty());
    whole.shakeHands();
    QCOMPARE(q(whole.client.stateString()), QStringLiteral("SSL negotiation finished successfully"));

    std::size_t sent = 0;
    QVERIFY(whole.client.send(base::bytesOf("hello, world"), sent) == Progress::Done);
    QCOMPARE(sent, std::size_t{12});
    whole.carry();
    base::Bytes data;
    QVERIFY(whole.server.recv(5, data) == Progress::Done);
    QCOMPARE(q(base::textOf(data)), QStringLiteral("hello"));
    QCOMPARE(whole.server.pending(), std::size_t{7});
    QVERIFY(whole.server.recv(100, data) == Progress::Done);
    QCOMPARE(q(base::textOf(data)), QStringLiteral(", world"));
    QCOMPARE(whole.server.pending(), std::size_t{0});
    QVERIFY(whole.server.recv(100, data) == Progress::WantInput);
    QVERIFY(data.empty() && whole.server.wantsRead() && !whole.server.wantsWrite());

    // More than fits in one record, all at once; more than may wait is said.
    const base::Bytes much(100000, 'x');
    QVERIFY(whole.server.sendAll(much, sent) == Progress::Done);
    QCOMPARE(sent, much.size());
    whole.carry();
    std::size_t got = 0;
    while (whole.client.recv(65536, data) == Progress::Done)
        got += data.size();
    QCOMPARE(got, much.size());
    const base::Bytes tooMuch(2 * tls::Engine::MaximumPendingOutput, 'x');
    QVERIFY(whole.server.sendAll(tooMuch, sent) == Progress::WantOutput);
    QVERIFY(whole.server.wantsWrite());
    QVERIFY(sent > 0 && sent < tooMuch.size());
}

// SSL.Connection.client_random, SSL.Connection.server_random, SSL.Connection.master_key, SSL.Connection.state_string,
// SSL.Connection.get_peer_certificate
void TestSslMemory::bothEndsAgree() {
    QFETCH(Method, method);
    Two two(m_fixture, method);
    QCOMPARE(q(two.client.stateString()), QStringLiteral("before SSL initialization"));
    QVERIFY(two.client.clientRandom().empty() && two.client.serverRandom().empty() && two.client.masterKey().empty());
    QVERIFY(!two.client.peerCertificate());
    two.shakeHands();
    QCOMPARE(two.client.clientRandom().size(), std::size_t{32});
    QCOMPARE(two.client.clientRandom(), two.server.clientRandom());
    QCOMPARE(two.client.serverRandom().size(), std::size_t{32});
    QCOMPARE(two.client.serverRandom(), two.server.serverRandom());
    QVERIFY(two.client.clientRandom() != two.client.serverRandom());
    QVERIFY(two.client.peerCertificate().value() == m_fixture.leaf.certificate);
    QVERIFY(!two.server.peerCertificate());
    if (method == Method::Tls12) {
        QCOMPARE(two.client.masterKey().size(), std::size_t{48});
        QVERIFY(two.client.masterKey().equals(two.server.masterKey()));
        return;
    }
    QVERIFY(two.client.masterKey().empty());
    base::Bytes data;
    QVERIFY(two.client.recv(1, data) == Progress::WantInput); // the tickets
    QVERIFY(!two.client.masterKey().empty());
}

// SSL.Connection.set_connect_state, SSL.Connection.set_accept_state
void TestSslMemory::choosesItsEnd() {
    // A server's context makes a client, and the other way round.
    const auto context = m_fixture.server();
    context->certificateStore().addTrusted(m_fixture.ca.certificate());
    context->setVerify(tls::VerifyMode::None);
    Connection one(context);
    Connection other(m_fixture.client());
    one.setConnectState();
    QCOMPARE(SSL_is_server(one.engine().native()), 0);
    other.doHandshake();
    CERTWRIGHT_VERIFY_FAILS(other.setAcceptState(), ErrorKind::NotAllowed); // it has begun as a client
    Connection served(context);
    served.setAcceptState();
    QCOMPARE(SSL_is_server(served.engine().native()), 1);
    for (int i = 0; i < 4; ++i) {
        one.doHandshake();
        served.bioWrite(one.bioRead(1 << 16));
        served.doHandshake();
        one.bioWrite(served.bioRead(1 << 16));
    }
    QVERIFY(one.doHandshake() == Progress::Done && served.doHandshake() == Progress::Done);
}

// SSL.Connection.shutdown, SSL.Connection.get_shutdown, SSL.ZeroReturnError: SSL_get_shutdown(3), 1 and 2.
void TestSslMemory::goesThroughAllStatesOfClosing() {
    QFETCH(Method, method);
    Two two(m_fixture, method);
    CERTWRIGHT_VERIFY_FAILS(two.client.shutdown(), ErrorKind::NotAllowed);
    two.shakeHands();
    QVERIFY(two.client.shutdownState() == ShutdownState::None);
    QVERIFY(!two.client.shutdown());
    QVERIFY(two.client.shutdownState() == ShutdownState::Sent);
    QVERIFY(!two.client.shutdown());
    two.carry();
    base::Bytes data;
    QVERIFY(two.server.recv(10, data) == Progress::Closed);
    QVERIFY(data.empty());
    QVERIFY(two.server.shutdownState() == ShutdownState::Received);
    QCOMPARE(SSL_get_shutdown(two.server.engine().native()), SSL_RECEIVED_SHUTDOWN);
    QVERIFY(two.server.shutdown());
    QVERIFY(two.server.shutdownState() == (ShutdownState::Sent | ShutdownState::Received));
    two.carry();
    QVERIFY(two.client.shutdown());
    QVERIFY(two.client.shutdownState() == (ShutdownState::Sent | ShutdownState::Received));
    std::size_t sent = 0;
    CERTWRIGHT_VERIFY_FAILS(two.client.send(base::bytesOf("x"), sent), ErrorKind::NotAllowed);
}

// SSL.Connection.set_shutdown
void TestSslMemory::believesWhatItIsTold() {
    Two two(m_fixture, Method::Tls13);
    two.client.setShutdownState(ShutdownState::Received);
    QVERIFY(two.client.shutdownState() == ShutdownState::Received);
    two.shakeHands();
    QVERIFY(two.client.shutdownState() == ShutdownState::None); // SSL_set_shutdown(3): a new handshake begins anew
    base::Bytes data;
    two.client.setShutdownState(ShutdownState::Received);
    QVERIFY(two.client.recv(1, data) == Progress::Closed);
    std::size_t sent = 0;
    QVERIFY(two.client.send(base::bytesOf("x"), sent) == Progress::Done);
    two.client.setShutdownState(ShutdownState::Sent | ShutdownState::Received);
    QVERIFY(two.client.shutdown()); // nothing is sent any more
    two.carry();
    QVERIFY(two.server.recv(10, data) == Progress::Done);
    QVERIFY(two.server.recv(10, data) == Progress::WantInput);
    two.client.setShutdownState(ShutdownState::None);
    QVERIFY(two.client.send(base::bytesOf("y"), sent) == Progress::Done);
    two.carry();
    QVERIFY(two.server.recv(10, data) == Progress::Done);
}

// SSL.Connection.bio_shutdown, SSL.SysCallError, SSL.Error: an end without close_notify is (-1, "Unexpected EOF").
void TestSslMemory::tellsTheEndOfTheStream() {
    Two two(m_fixture, Method::Tls13);
    two.shakeHands();
    two.client.bioShutdown();
    base::Bytes data;
    const auto error = test::errorOf([&] { two.client.recv(10, data); });
    QVERIFY(error && error->kind() == ErrorKind::Network);
    const auto failure = tls::systemFailureOf(*error);
    QVERIFY(failure);
    QCOMPARE(failure->number, -1);
    QCOMPARE(q(failure->text), QStringLiteral("Unexpected EOF"));
    QVERIFY(!error->stack().empty());
    // In the handshake, too.
    Connection early(m_fixture.client());
    early.doHandshake();
    early.bioShutdown();
    const auto second = test::errorOf([&] { early.doHandshake(); });
    QVERIFY(second && tls::systemFailureOf(*second).has_value());
    // Other errors are none of the system's.
    Connection confused(m_fixture.client());
    confused.doHandshake();
    confused.bioWrite(base::bytesOf("HTTP/1.1 400 Bad Request\r\n"));
    const auto third = test::errorOf([&] { confused.doHandshake(); });
    QVERIFY(third && !tls::systemFailureOf(*third));
    QVERIFY(!third->stack().empty());
}

// SSL.Connection.set_app_data, SSL.Connection.get_app_data, SSL.Connection.get_context, SSL.Connection,
// SSL.ConnectionType
void TestSslMemory::keepsItsData() {
    const auto context = m_fixture.client();
    Connection connection(context);
    QCOMPARE(connection.context().get(), context.get());
    QVERIFY(!connection.appData().has_value());
    connection.setAppData(42);
    Connection moved(std::move(connection));
    QCOMPARE(std::any_cast<int>(moved.appData()), 42);
    // A callback finds it.
    int found = 0;
    context->setInfoCallback(
        [&found](const tls::Engine& engine, int, int) { found = std::any_cast<int>(engine.appData()); });
    moved.doHandshake();
    QCOMPARE(found, 42);
}

// SSL.Connection.get_cipher_list: what `openssl ciphers` lists for the same settings.
void TestSslMemory::listsCiphersInOrder() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto context = m_fixture.client();
    context->setCipherList("ECDHE+AESGCM:DHE+CHACHA20");
    const Connection connection(context);
    QStringList names;
    for (const std::string& name : connection.cipherList())
        names.append(q(name));
    const auto expected = test::run(openssl, {QStringLiteral("ciphers"), QStringLiteral("ECDHE+AESGCM:DHE+CHACHA20")});
    CERTWRIGHT_VERIFY_SUCCESS(expected);
    QCOMPARE(names.join(QLatin1Char(':')), QString::fromLatin1(expected.output.trimmed()));
}

void TestSslMemory::hasNoSocket() {
    Connection connection(m_fixture.client());
    QCOMPARE(connection.descriptor(), -1);
    CERTWRIGHT_VERIFY_FAILS(connection.setBlocking(false), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(connection.listen(1), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(connection.accept(), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(connection.peerName(), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(connection.sockShutdown(tls::Socket::Direction::Both), ErrorKind::NotAllowed);
}

CERTWRIGHT_TEST_MAIN(TestSslMemory)
#include "tst_ssl_memory.moc"
