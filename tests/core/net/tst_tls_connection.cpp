#include "core/net/tls_connection.h"
#include "core/tls/session_facts.h"
#include "tests/core/net/loopback_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include <sys/socket.h>

using namespace certwright;
using net::ConnectionPhase;
using net::TlsConnection;
using std::chrono::milliseconds;
using tls::FailureSide;

Q_DECLARE_METATYPE(certwright::tls::ProtocolVersion)

namespace {

std::shared_ptr<const tls::Context> clientContext(const test::LoopbackServer* server = nullptr,
                                                  const tls::ContextOptions& options = {}) {
    x509::TrustStore trust;
    if (server != nullptr)
        trust.addTrusted(server->root().certificate());
    return tls::Context::forClient(options, trust);
}

TlsConnection::Options to(quint16 port, milliseconds timeout = milliseconds(10000)) {
    TlsConnection::Options options;
    options.endpoint = {"127.0.0.1", port};
    options.serverName = "localhost";
    options.timeout = timeout;
    return options;
}

bool waitForEnd(TlsConnection& connection, int limit = 20000) {
    return QTest::qWaitFor([&connection] { return connection.phase() == ConnectionPhase::Finished; }, limit);
}

} // namespace

class TestTlsConnection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shakesHandsAndCloses_data();
    void shakesHandsAndCloses();
    void triesAddressesInTurn();
    void saysThatNothingListens();
    void saysThatThereIsNoSuchHost();
    void givesUpOnASilentServer();
    void givesUpOnAServerThatStopsInARecord();
    void tellsPlainText();
    void tellsEndOfStreamFromReset();
    void readsTheAlertOfAServerThatHasHungUp();
    void cancelsInEveryPhase();
    void canBeDeletedWhileItRuns();
    void doesNotWaitForAnswersToCloseNotify();
    void leavesOthersTheirTurnWhileFlooded();
    void emitsFromTheEventLoopOnly();
    void runsManyInOneThread();
};

void TestTlsConnection::shakesHandsAndCloses_data() {
    QTest::addColumn<tls::ProtocolVersion>("version");
    QTest::newRow("TLSv1.2") << tls::ProtocolVersion::Tls12;
    QTest::newRow("TLSv1.3") << tls::ProtocolVersion::Tls13;
}

void TestTlsConnection::shakesHandsAndCloses() {
    QFETCH(tls::ProtocolVersion, version);
    test::LoopbackServer server;
    tls::ContextOptions options;
    options.maximumVersion = version;
    TlsConnection connection(clientContext(&server, options), to(server.port()));
    QSignalSpy phases(&connection, &TlsConnection::phaseChanged);
    QSignalSpy finished(&connection, &TlsConnection::finished);
    connection.start();
    QVERIFY(finished.wait());
    QVERIFY2(!connection.failure(), connection.failure() ? connection.failure()->error.what() : "");

    std::vector<ConnectionPhase> seen;
    for (const QList<QVariant>& arguments : phases)
        seen.push_back(arguments.front().value<ConnectionPhase>());
    QVERIFY((seen == std::vector<ConnectionPhase>{ConnectionPhase::Connecting, ConnectionPhase::Handshaking,
                                                  ConnectionPhase::Closing, ConnectionPhase::Finished}));
    const tls::SessionFacts facts = tls::sessionFacts(*connection.engine(), base::SystemClock().now());
    QVERIFY(facts.version == version);
    QVERIFY(facts.chain.front() == server.leaf());
    QVERIFY(connection.engine()->verification().isTrusted());
    // The tickets of TLS 1.3 come after the handshake; they were waited for.
    QVERIFY(!facts.masterKey.empty());
    QVERIFY(facts.session->hasTicket);
    QVERIFY(connection.engine()->state() == tls::EngineState::Closed);
    QVERIFY(connection.timings().connect && connection.timings().handshake && !connection.timings().lookUp);
    QCOMPARE(connection.peerAddress()->toText(), "127.0.0.1:" + std::to_string(server.port()));
    QVERIFY(connection.localAddress()->port() != 0);
    QTest::qWait(50);
    QCOMPARE(finished.count(), 1);
}

void TestTlsConnection::triesAddressesInTurn() {
    // "localhost" may have ::1 before 127.0.0.1, where nobody listens.
    test::LoopbackServer server;
    auto options = to(server.port());
    options.endpoint.host = "localhost";
    TlsConnection connection(clientContext(&server), options);
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY2(!connection.failure(), connection.failure() ? connection.failure()->error.what() : "");
    QVERIFY(connection.timings().lookUp.has_value());
    QCOMPARE(connection.peerAddress()->addressText(), std::string("127.0.0.1"));
}

void TestTlsConnection::saysThatNothingListens() {
    TlsConnection connection(clientContext(), to(test::freePort()));
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY(connection.failure()->error.kind() == base::ErrorKind::Network);
    QVERIFY(connection.failure()->side == FailureSide::Transport);
    QVERIFY(connection.failedPhase() == ConnectionPhase::Connecting);
    QVERIFY(connection.failure()->error.message().find("refused") != std::string::npos);
    QVERIFY(!connection.failure()->error.hint().empty());
    QVERIFY(connection.engine() == nullptr);
    QCOMPARE(connection.failure()->error.context(), connection.options().endpoint.toText());
}

void TestTlsConnection::saysThatThereIsNoSuchHost() {
    // RFC 6761 6.4: never a name. Without a network the answer may be that there is no answer.
    auto options = to(443, milliseconds(5000));
    options.endpoint.host = "no-such-host.invalid";
    TlsConnection connection(clientContext(), options);
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY(connection.failure()->error.kind() == base::ErrorKind::Network);
    QVERIFY(connection.failedPhase() == ConnectionPhase::LookingUp);
    QVERIFY(connection.failure()->error.message().find("no-such-host.invalid") != std::string::npos);
}

void TestTlsConnection::givesUpOnASilentServer() {
    test::PlainServer server;
    TlsConnection connection(clientContext(), to(server.port(), milliseconds(300)));
    QElapsedTimer clock;
    clock.start();
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY2(clock.elapsed() >= 300 && clock.elapsed() < 3000, QByteArray::number(clock.elapsed()).constData());
    QVERIFY(connection.failure()->error.kind() == base::ErrorKind::Network);
    QVERIFY(connection.failure()->side == FailureSide::Transport);
    QVERIFY(connection.failedPhase() == ConnectionPhase::Handshaking);
    QVERIFY(connection.failure()->error.message().find("did not answer within 300 ms") != std::string::npos);
    QVERIFY(connection.engine()->bytesOut() > 100); // our hello
}

void TestTlsConnection::givesUpOnAServerThatStopsInARecord() {
    test::PlainServer server([](QTcpSocket& socket) { socket.write(QByteArray::fromHex("1603030100020000")); });
    TlsConnection connection(clientContext(), to(server.port(), milliseconds(300)));
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY(connection.failure()->error.message().find("stopped answering") != std::string::npos);
}

void TestTlsConnection::tellsPlainText() {
    test::PlainServer server([](QTcpSocket& socket) { socket.write("220 mail.example ESMTP ready\r\n"); });
    TlsConnection connection(clientContext(), to(server.port()));
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY(connection.failure()->side == FailureSide::Peer);
    QVERIFY2(connection.failure()->error.message().find("220 mail.example ESMTP ready") != std::string::npos,
             connection.failure()->error.what());
    QVERIFY(connection.failure()->error.hint().find("STARTTLS") != std::string::npos);
}

void TestTlsConnection::tellsEndOfStreamFromReset() {
    test::PlainServer ending([](QTcpSocket& socket) {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [&socket] {
            socket.readAll();
            socket.disconnectFromHost();
        });
    });
    TlsConnection ended(clientContext(), to(ending.port()));
    ended.start();
    QVERIFY(waitForEnd(ended));
    QVERIFY(ended.failure()->error.kind() == base::ErrorKind::Network);
    QVERIFY2(ended.failure()->error.message().find("closed the connection without an answer") != std::string::npos,
             ended.failure()->error.what());

    test::PlainServer resetting([](QTcpSocket& socket) {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [&socket] {
            socket.readAll();
            const linger hard{1, 0};
            ::setsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
            socket.close();
        });
    });
    TlsConnection reset(clientContext(), to(resetting.port()));
    reset.start();
    QVERIFY(waitForEnd(reset));
    QVERIFY2(reset.failure()->error.message().find("reset") != std::string::npos, reset.failure()->error.what());
    QVERIFY(reset.failure()->side == FailureSide::Transport);
}

void TestTlsConnection::readsTheAlertOfAServerThatHasHungUp() {
    // handshake_failure, then the server closes at once, perhaps with our hello unread (a reset).
    test::PlainServer server([](QTcpSocket& socket) {
        socket.write(QByteArray::fromHex("15030300020228"));
        socket.disconnectFromHost();
    });
    TlsConnection connection(clientContext(), to(server.port()));
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY2(connection.failure()->error.kind() == base::ErrorKind::PeerAlert, connection.failure()->error.what());
    QVERIFY(connection.failure()->error.message().find("handshake_failure (40)") != std::string::npos);
}

void TestTlsConnection::cancelsInEveryPhase() {
    test::PlainServer silent;
    for (const ConnectionPhase phase :
         {ConnectionPhase::LookingUp, ConnectionPhase::Connecting, ConnectionPhase::Handshaking}) {
        auto options = to(silent.port());
        if (phase == ConnectionPhase::LookingUp)
            options.endpoint.host = "localhost";
        TlsConnection connection(clientContext(), options);
        QSignalSpy finished(&connection, &TlsConnection::finished);
        connection.start();
        QVERIFY(QTest::qWaitFor([&] { return connection.phase() == phase; }));
        connection.cancel();
        QVERIFY(connection.phase() == ConnectionPhase::Finished);
        QCOMPARE(finished.count(), 0); // not from inside cancel()
        QVERIFY(finished.wait());
        QVERIFY(connection.failure()->error.kind() == base::ErrorKind::Cancelled);
        QVERIFY(connection.failedPhase() == phase);
        connection.cancel();
        QTest::qWait(20);
        QCOMPARE(finished.count(), 1);
    }
}

void TestTlsConnection::canBeDeletedWhileItRuns() {
    test::PlainServer silent;
    for (int i = 0; i < 3; ++i) {
        auto options = to(silent.port());
        if (i == 0)
            options.endpoint.host = "localhost";
        auto connection = std::make_unique<TlsConnection>(clientContext(), options);
        connection->start();
        if (i == 2)
            QVERIFY(QTest::qWaitFor([&] { return connection->phase() == ConnectionPhase::Handshaking; }));
        connection.reset();
        QTest::qWait(20);
    }
    // From its own signal, as a window does that closes.
    auto* connection = new TlsConnection(clientContext(), to(silent.port(), milliseconds(50)));
    QSignalSpy destroyed(connection, &QObject::destroyed);
    connect(connection, &TlsConnection::finished, connection, &QObject::deleteLater);
    connection->start();
    QVERIFY(destroyed.wait());
}

void TestTlsConnection::doesNotWaitForAnswersToCloseNotify() {
    test::LoopbackServer server;
    server.setDeafToClosure();
    TlsConnection connection(clientContext(&server), to(server.port()));
    QElapsedTimer clock;
    clock.start();
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY(!connection.failure());
    QVERIFY2(clock.elapsed() < 5000, QByteArray::number(clock.elapsed()).constData());
}

void TestTlsConnection::leavesOthersTheirTurnWhileFlooded() {
    test::LoopbackServer server;
    server.setFlooding();
    TlsConnection connection(clientContext(&server), to(server.port()));
    int ticks = 0;
    QTimer ticker;
    connect(&ticker, &QTimer::timeout, &ticker, [&ticks] { ++ticks; });
    ticker.start(10);
    connection.start();
    QVERIFY(waitForEnd(connection));
    QVERIFY2(!connection.failure(), connection.failure() ? connection.failure()->error.what() : "");
    QVERIFY2(ticks > 10, QByteArray::number(ticks).constData());
}

void TestTlsConnection::emitsFromTheEventLoopOnly() {
    TlsConnection connection(clientContext(), to(test::freePort()));
    QSignalSpy phases(&connection, &TlsConnection::phaseChanged);
    QSignalSpy finished(&connection, &TlsConnection::finished);
    connection.start();
    QCOMPARE(phases.count(), 0);
    QCOMPARE(finished.count(), 0);
    QVERIFY(finished.wait());
    QCOMPARE(finished.count(), 1);
}

void TestTlsConnection::runsManyInOneThread() {
    constexpr int Count = 200;
    test::LoopbackServer server;
    const auto context = clientContext(&server);
    std::vector<std::unique_ptr<TlsConnection>> connections;
    int ended = 0;
    int most = 0;
    for (int i = 0; i < Count; ++i) {
        connections.push_back(std::make_unique<TlsConnection>(context, to(server.port(), milliseconds(60000))));
        connect(connections.back().get(), &TlsConnection::finished, this, [&ended] { ++ended; });
        connections.back()->start();
    }
    QVERIFY(QTest::qWaitFor(
        [&] {
            int running = 0;
            for (const auto& connection : connections)
                running += connection->phase() == ConnectionPhase::Handshaking ? 1 : 0;
            most = std::max(most, running);
            return ended == Count;
        },
        60000));
    for (const auto& connection : connections) {
        QVERIFY2(!connection->failure(), connection->failure() ? connection->failure()->error.what() : "");
        QVERIFY(connection->engine()->verification().isTrusted());
    }
    QCOMPARE(server.accepted(), Count);
    QVERIFY2(most > Count / 4, QByteArray::number(most).constData());
}

CERTWRIGHT_TEST_MAIN(TestTlsConnection)
#include "tst_tls_connection.moc"
