// A connection that stays open after its handshake, to servers of OpenSSL and to one that sends without end.
#include "core/net/tls_connection.h"
#include "core/service/connection_inspector.h"
#include "tests/core/net/loopback_server.h"
#include "tests/core/net/server_files.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QObject>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace certwright;
using net::ConnectionPhase;
using net::TlsConnection;
using tls::Direction;

namespace {

TlsConnection::Options to(quint16 port) {
    TlsConnection::Options options;
    options.endpoint = {"127.0.0.1", port};
    options.serverName = "localhost";
    options.timeout = std::chrono::seconds(30);
    options.keepOpen = true;
    return options;
}

std::shared_ptr<const tls::Context> clientContext(const char* version = nullptr) {
    tls::ContextOptions options;
    if (version != nullptr)
        options.maximumVersion = tls::parseProtocolVersion(version);
    return tls::Context::forClient(options, x509::TrustStore());
}

QStringList serverArguments(const test::ServerFiles& files, std::initializer_list<const char*> more) {
    QStringList arguments{QStringLiteral("-cert"), files.path("leaf.pem"), QStringLiteral("-key"),
                          files.path("key.pem")};
    for (const char* argument : more)
        arguments << QString::fromLatin1(argument);
    return arguments;
}

/// Collects what comes.
struct Listener {
    explicit Listener(TlsConnection& connection) {
        QObject::connect(&connection, &TlsConnection::received, &connection, [this, &connection] {
            const base::Bytes bytes = connection.takeReceived();
            text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        });
    }
    QByteArray text;
};

bool waitFor(const TlsConnection& connection, ConnectionPhase phase) {
    return QTest::qWaitFor([&] { return connection.phase() == phase; }, 30000);
}

auto countOf(const TlsConnection& connection, Direction direction, std::uint8_t type) {
    const auto& all = connection.engine()->transcript().messages();
    return std::count_if(all.begin(), all.end(), [direction, type](const tls::Message& message) {
        return message.content == tls::Message::Content::Handshake && message.direction == direction &&
               message.type == type;
    });
}

} // namespace

class TestOpenConnection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sendsAndReceives_data();
    void sendsAndReceives();
    void getsAPage();
    void changesKeys();
    void renegotiates();
    void saysThatTheServerDoesNotRenegotiate();
    void closesAfterWhatWaits();
    void holdsAFloodBack();
    void refusesMoreThanItMayHold();
    void doesNothingBeforeAndAfter();
    void reportsThroughTheInspector();
    void triesAddressesOfOneFamily();

private:
    test::TestCa m_root;
    test::Issued m_leaf = m_root.issue();
    test::ServerFiles m_files{m_leaf, {}, m_root.certificate()};
};

void TestOpenConnection::sendsAndReceives_data() {
    QTest::addColumn<QByteArray>("version");
    QTest::newRow("TLSv1.2") << QByteArray("TLSv1.2");
    QTest::newRow("TLSv1.3") << QByteArray("TLSv1.3");
}

void TestOpenConnection::sendsAndReceives() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    QFETCH(QByteArray, version);
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-rev", "-quiet"}));
    QVERIFY(server);
    TlsConnection connection(clientContext(version.constData()), to(server->port()));
    Listener listener(connection);
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    QVERIFY(connection.send(base::bytesOf("certwright\n")));
    QTRY_COMPARE_WITH_TIMEOUT(listener.text, QByteArray("thgirwtrec\n"), 20000);
    // It lasts longer than the time that it had to come about would let it.
    QCOMPARE(connection.pending(), std::size_t{0});
    QVERIFY(connection.send(base::bytesOf("CLOSE\n"))); // makes s_server hang up
    QVERIFY(waitFor(connection, ConnectionPhase::Finished));
    QVERIFY(!connection.failure());
}

void TestOpenConnection::getsAPage() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-www"}));
    QVERIFY(server);
    TlsConnection connection(clientContext(), to(server->port()));
    Listener listener(connection);
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    QVERIFY(connection.send(base::bytesOf("GET / HTTP/1.0\r\n\r\n")));
    QVERIFY(waitFor(connection, ConnectionPhase::Finished));
    QVERIFY(!connection.failure());
    QTRY_VERIFY(listener.text.startsWith("HTTP/1.0 200 ok"));
    // The page names the suite that was agreed upon.
    QVERIFY(listener.text.contains("TLS_AES_256_GCM_SHA384"));
    QVERIFY(connection.engine()->state() == tls::EngineState::Closed);
}

void TestOpenConnection::changesKeys() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-rev", "-quiet"}));
    QVERIFY(server);
    TlsConnection connection(clientContext("TLSv1.3"), to(server->port()));
    Listener listener(connection);
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    connection.renegotiate();
    QCOMPARE(countOf(connection, Direction::Sent, tls::handshake_type::KeyUpdate), 1);
    QVERIFY(connection.send(base::bytesOf("abc\n")));
    QTRY_COMPARE(listener.text, QByteArray("cba\n"));
    // OpenSSL answers with the next data that it sends.
    QCOMPARE(countOf(connection, Direction::Received, tls::handshake_type::KeyUpdate), 1);
    QVERIFY(connection.send(base::bytesOf("123\n")));
    QTRY_COMPARE(listener.text, QByteArray("cba\n321\n"));
}

void TestOpenConnection::renegotiates() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server =
        test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-rev", "-quiet", "-client_renegotiation"}));
    QVERIFY(server);
    TlsConnection connection(clientContext("TLSv1.2"), to(server->port()));
    Listener listener(connection);
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    connection.renegotiate();
    QTRY_COMPARE(countOf(connection, Direction::Received, tls::handshake_type::Finished), 2);
    QCOMPARE(connection.engine()->keyLog().entries().size(), std::size_t{2});
    QVERIFY(connection.send(base::bytesOf("abc\n")));
    QTRY_COMPARE(listener.text, QByteArray("cba\n"));
}

void TestOpenConnection::saysThatTheServerDoesNotRenegotiate() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-rev", "-quiet"}));
    QVERIFY(server);
    TlsConnection connection(clientContext("TLSv1.2"), to(server->port()));
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    connection.renegotiate();
    QVERIFY(waitFor(connection, ConnectionPhase::Finished));
    QVERIFY(connection.failure());
    QVERIFY(connection.failedPhase() == ConnectionPhase::Established);
    QVERIFY(connection.failure()->error.kind() == base::ErrorKind::PeerAlert);
    QVERIFY(connection.failure()->side == tls::FailureSide::Peer);
    QVERIFY(connection.failure()->error.message().find("no_renegotiation (100)") != std::string::npos);
}

void TestOpenConnection::closesAfterWhatWaits() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-quiet"}));
    QVERIFY(server);
    TlsConnection connection(clientContext(), to(server->port()));
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    const base::Bytes data(900000, 'x');
    QVERIFY(connection.send(data));
    connection.close();
    QVERIFY(!connection.send(base::bytesOf("too late")));
    QVERIFY(waitFor(connection, ConnectionPhase::Finished));
    QVERIFY(!connection.failure());
    QCOMPARE(connection.pending(), std::size_t{0});
    QByteArray seen;
    QTRY_VERIFY_WITH_TIMEOUT((seen += server->takeOutput()).count('x') >= 900000, 20000);
    QCOMPARE(seen.count('x'), 900000);
    QVERIFY(!seen.contains("too late"));
}

void TestOpenConnection::holdsAFloodBack() {
    test::LoopbackServer server;
    server.setFlooding();
    TlsConnection connection(clientContext(), to(server.port()));
    QSignalSpy received(&connection, &TlsConnection::received);
    connection.start();
    QVERIFY(received.wait(20000));
    // Nobody takes it: reading stops, and says nothing more.
    QTest::qWait(300);
    const std::uint64_t bytesIn = connection.engine()->bytesIn();
    QVERIFY2(bytesIn < 4 * TlsConnection::MaximumReceived, QByteArray::number(qulonglong{bytesIn}).constData());
    QTest::qWait(200);
    QCOMPARE(connection.engine()->bytesIn(), bytesIn);
    QCOMPARE(received.count(), 1);
    // Taking it lets it go on.
    const base::Bytes first = connection.takeReceived();
    QVERIFY(first.size() >= TlsConnection::MaximumReceived);
    QVERIFY(first.size() < 2 * TlsConnection::MaximumReceived);
    QVERIFY(std::all_of(first.begin(), first.end(), [](std::uint8_t octet) { return octet == 0x55; }));
    QTRY_VERIFY(connection.engine()->bytesIn() > bytesIn);
    connection.close();
    QVERIFY(waitFor(connection, ConnectionPhase::Finished));
    QVERIFY(!connection.failure());
}

void TestOpenConnection::refusesMoreThanItMayHold() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-quiet"}));
    QVERIFY(server);
    TlsConnection connection(clientContext(), to(server->port()));
    connection.start();
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    QVERIFY(!connection.send(base::Bytes(TlsConnection::MaximumToSend + 1)));
    QCOMPARE(connection.pending(), std::size_t{0});
    QVERIFY(connection.send(base::bytesOf("fits\n")));
    QByteArray seen;
    QTRY_VERIFY((seen += server->takeOutput()).contains("fits"));
}

void TestOpenConnection::doesNothingBeforeAndAfter() {
    test::LoopbackServer server;
    TlsConnection connection(clientContext(), to(server.port()));
    QVERIFY(!connection.send(base::bytesOf("x")));
    connection.renegotiate();
    connection.close();
    connection.start();
    QVERIFY(!connection.send(base::bytesOf("x")));
    QVERIFY(waitFor(connection, ConnectionPhase::Established));
    connection.cancel();
    QVERIFY(connection.failure()->error.kind() == base::ErrorKind::Cancelled);
    QVERIFY(!connection.send(base::bytesOf("x")));
    connection.renegotiate();
    connection.close();
    QVERIFY(connection.takeReceived().empty());
}

void TestOpenConnection::reportsThroughTheInspector() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = test::RealServer::startOpenssl(openssl, serverArguments(m_files, {"-rev", "-quiet"}));
    QVERIFY(server);
    service::ConnectionRequest request;
    request.endpoint = {"127.0.0.1", server->port()};
    request.serverName = "localhost";
    request.trust.system = false;
    request.trust.certificates.push_back(m_root.certificate());
    request.keepOpen = true;
    service::ConnectionInspector inspector;
    service::ConnectionReportPtr interim;
    service::ConnectionReportPtr last;
    base::Bytes got;
    connect(&inspector, &service::ConnectionInspector::reported, this,
            [&](const service::ConnectionReportPtr& report) { interim = report; });
    connect(&inspector, &service::ConnectionInspector::finished, this,
            [&](const service::ConnectionReportPtr& report) { last = report; });
    connect(&inspector, &service::ConnectionInspector::updated, this, [&](const service::ConnectionUpdate& update) {
        got.insert(got.end(), update.received.begin(), update.received.end());
    });
    inspector.start(request);
    QTRY_VERIFY_WITH_TIMEOUT(interim && interim->facts.session && interim->facts.session->hasTicket, 20000);
    QVERIFY(interim->isGood());
    QVERIFY(interim->protocol == tls::EngineState::Open);
    QCOMPARE(interim->secrets.entries().size(), std::size_t{5});
    QVERIFY(!last);
    inspector.send(base::toBytes(base::bytesOf("hello\n")));
    QTRY_COMPARE(std::string(got.begin(), got.end()), std::string("olleh\n"));
    inspector.send(base::Bytes(TlsConnection::MaximumToSend + 1));
    inspector.renegotiate();
    inspector.send(base::toBytes(base::bytesOf("again\n")));
    QTRY_VERIFY(interim->transcript.find(Direction::Received, tls::handshake_type::KeyUpdate) != nullptr);
    inspector.close();
    QTRY_VERIFY(last);
    QVERIFY(!last->failure);
    QCOMPARE(last->secrets.entries().size(), std::size_t{5});
    QVERIFY(!inspector.isRunning());
}

void TestOpenConnection::triesAddressesOfOneFamily() {
    test::LoopbackServer server; // on 127.0.0.1 alone
    auto options = to(server.port());
    options.endpoint.host = "localhost";
    options.keepOpen = false;
    options.family = net::AddressFamily::Ipv4;
    TlsConnection first(clientContext(), options);
    first.start();
    QVERIFY(waitFor(first, ConnectionPhase::Finished));
    QVERIFY(!first.failure());
    // Where "localhost" has ::1 nobody listens there; where it has not, that is said.
    options.family = net::AddressFamily::Ipv6;
    TlsConnection second(clientContext(), options);
    second.start();
    QVERIFY(waitFor(second, ConnectionPhase::Finished));
    QVERIFY(second.failure());
    const std::string message = second.failure()->error.message();
    QVERIFY2(message.find("[::1]") != std::string::npos || message.find("no address of IPv6") != std::string::npos,
             message.c_str());
    QVERIFY(message.find("127.0.0.1") == std::string::npos);
}

CERTWRIGHT_TEST_MAIN(TestOpenConnection)
#include "tst_open_connection.moc"
