// The manual's SSL.Connection over sockets, against openssl s_server and s_client.
#include "core/tls/connection.h"
#include "core/tls/system_failure.h"
#include "tests/core/tls/ssl_fixture.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <array>
#include <cerrno>
#include <csignal>
#include <sys/socket.h>

using namespace certwright;
using base::ErrorKind;
using test::q;
using test::RealServer;
using tls::Connection;
using tls::Context;
using tls::Method;
using tls::Progress;
using tls::Socket;
using tls::SocketAddress;

Q_DECLARE_METATYPE(certwright::tls::Method)

namespace {

SocketAddress loopback(quint16 port) {
    return SocketAddress::fromText("127.0.0.1", port).value();
}

void addMethods() {
    QTest::addColumn<Method>("method");
    QTest::newRow("TLSv1.2") << Method::Tls12;
    QTest::newRow("TLSv1.3") << Method::Tls13;
}

} // namespace

class TestSslConnection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_tool = test::findTool(QStringLiteral("openssl")); }
    void init() {
        if (m_tool.isEmpty())
            QSKIP("openssl is not installed");
    }

    void connectsToAServer_data() { addMethods(); }
    void connectsToAServer();
    void agreesOnSecrets_data() { addMethods(); }
    void agreesOnSecrets();
    void renegotiates_data() { addMethods(); }
    void renegotiates();
    void servesAClient_data() { addMethods(); }
    void servesAClient();
    void doesNotWaitWhenTold();
    void waitsForRoom();
    void tellsWhatTheSystemSays();
    void setsSocketOptions();
    void endsTheStream();

private:
    std::unique_ptr<RealServer> startServer(QStringList arguments) {
        const QString folder = m_fixture.folder.path() + QLatin1Char('/');
        arguments += {QStringLiteral("-cert"),       folder + QStringLiteral("leaf.pem"),
                      QStringLiteral("-key"),        folder + QStringLiteral("key.pem"),
                      QStringLiteral("-cert_chain"), folder + QStringLiteral("chain.pem")};
        return RealServer::startOpenssl(m_tool, arguments);
    }
    Connection clientOf(Method method) { return {m_fixture.client(method), Socket(), "localhost"}; }

    QString m_tool;
    test::SslFixture m_fixture;
};

// SSL.Connection.connect, SSL.Connection.do_handshake, SSL.Connection.sendall, SSL.Connection.recv,
// SSL.Connection.getpeername, SSL.Connection.getsockname, SSL.Connection.fileno, SSL.Connection.get_peer_certificate,
// SSL.Connection.shutdown, SSL.Connection.close, SSL.ZeroReturnError
void TestSslConnection::connectsToAServer() {
    QFETCH(Method, method);
    const auto server = startServer({QStringLiteral("-rev")}); // answers each line backwards
    QVERIFY(server);
    Connection connection = clientOf(method);
    QCOMPARE(connection.descriptor(), -1);
    QVERIFY(connection.connect(loopback(server->port())) == Progress::Done);
    QVERIFY(connection.descriptor() >= 0);
    QCOMPARE(q(connection.peerName().toText()), QStringLiteral("127.0.0.1:%1").arg(server->port()));
    QCOMPARE(q(connection.socketName().addressText()), QStringLiteral("127.0.0.1"));
    QVERIFY(connection.socketName().port() != server->port());
    QVERIFY(connection.doHandshake() == Progress::Done);
    QVERIFY(connection.peerCertificate().value() == m_fixture.leaf.certificate);
    std::size_t sent = 0;
    QVERIFY(connection.sendAll(base::bytesOf("drawer\n"), sent) == Progress::Done);
    QCOMPARE(sent, std::size_t{7});
    base::Bytes data;
    QVERIFY(connection.recv(100, data) == Progress::Done);
    QCOMPARE(q(base::textOf(data)).trimmed(), QStringLiteral("reward"));
    // "CLOSE" makes s_server -rev close properly.
    QVERIFY(connection.sendAll(base::bytesOf("CLOSE\n"), sent) == Progress::Done);
    QVERIFY(connection.recv(100, data) == Progress::Closed);
    QVERIFY(connection.shutdown());
    connection.close();
    QCOMPARE(connection.descriptor(), -1);
}

// SSL.Connection.client_random, SSL.Connection.server_random, SSL.Connection.master_key: the server's own words.
void TestSslConnection::agreesOnSecrets() {
    QFETCH(Method, method);
    const QString keyLog = m_fixture.folder.filePath(QStringLiteral("keys"));
    QFile::remove(keyLog);
    const auto server = startServer({QStringLiteral("-msg"), QStringLiteral("-keylogfile"), keyLog});
    QVERIFY(server);
    Connection connection = clientOf(method);
    connection.connect(loopback(server->port()));
    QVERIFY(connection.doHandshake() == Progress::Done);
    server->write("greetings\n");
    base::Bytes data;
    QVERIFY(connection.recv(100, data) == Progress::Done); // after the tickets of TLS 1.3
    QCOMPARE(q(base::textOf(data)), QStringLiteral("greetings\n"));
    QByteArray output;
    QElapsedTimer timer;
    const auto hello = [&output] { // of TLS 1.2 by its head and version: type 2, length, 03 03
        static const QRegularExpression words(
            QStringLiteral("ServerHello\\s+(02 00 [0-9a-f]{2} [0-9a-f]{2} 03 03[0-9a-f \\n]+)"));
        return words.match(QString::fromLatin1(output)).captured(1).simplified();
    };
    for (timer.start(); hello().isEmpty() && timer.elapsed() < 10000; QTest::qWait(20))
        output += server->takeOutput();
    const QByteArray octets = QByteArray::fromHex(hello().toLatin1());
    QVERIFY2(octets.size() > 38, output.constData());
    QCOMPARE(test::bytes(connection.serverRandom()), octets.mid(6, 32));
    QFile file(keyLog);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QList<QByteArray> words = file.readAll().simplified().split(' ');
    const QByteArray label = method == Method::Tls12 ? "CLIENT_RANDOM" : "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    const auto at = words.indexOf(label);
    QVERIFY2(at >= 0 && at + 2 < words.size(), words.join(' ').constData());
    QCOMPARE(test::bytes(connection.clientRandom()), QByteArray::fromHex(words[at + 1]));
    if (method == Method::Tls12)
        QCOMPARE(test::bytes(connection.masterKey().view()), QByteArray::fromHex(words[at + 2]));
    else
        QVERIFY(!connection.masterKey().empty()); // that of the ticket, which no log has
}

// SSL.Connection.renegotiate
void TestSslConnection::renegotiates() {
    QFETCH(Method, method);
    const auto server = startServer({QStringLiteral("-rev"), QStringLiteral("-client_renegotiation")});
    QVERIFY(server);
    Connection connection = clientOf(method);
    connection.connect(loopback(server->port()));
    QVERIFY(connection.doHandshake() == Progress::Done);
    const base::Bytes before = connection.clientRandom();
    const auto renewal = connection.renegotiate();
    QVERIFY(renewal == (method == Method::Tls12 ? Connection::Renewal::Renegotiation : Connection::Renewal::KeyUpdate));
    QVERIFY(connection.doHandshake() == Progress::Done);
    QCOMPARE(connection.clientRandom() != before, method == Method::Tls12);
    std::size_t sent = 0;
    QVERIFY(connection.sendAll(base::bytesOf("abc\n"), sent) == Progress::Done);
    base::Bytes data;
    QVERIFY(connection.recv(100, data) == Progress::Done);
    QCOMPARE(q(base::textOf(data)).trimmed(), QStringLiteral("cba"));
    const auto count = [&](std::uint8_t type) {
        const auto& messages = connection.engine().transcript().messages();
        return std::count_if(messages.begin(), messages.end(), [type](const tls::Message& message) {
            return message.content == tls::Message::Content::Handshake && message.type == type &&
                   message.direction == tls::Direction::Received;
        });
    };
    constexpr std::uint8_t KeyUpdate = 24; // RFC 8446 4
    QCOMPARE(count(tls::handshake_type::ServerHello), method == Method::Tls12 ? 2 : 1);
    QCOMPARE(count(KeyUpdate), method == Method::Tls12 ? 0 : 1); // the server answers with its own
}

// SSL.Connection.bind, SSL.Connection.listen, SSL.Connection.accept, SSL.Connection.set_accept_state,
// SSL.Context.load_client_ca, SSL.Context.set_session_id
void TestSslConnection::servesAClient() {
    QFETCH(Method, method);
    const auto context = m_fixture.server(method);
    context->setVerify(tls::VerifyMode::Peer);
    context->loadClientCa(m_fixture.path("ca.pem"));
    context->setSessionId("test");
    Connection listener(context, Socket());
    listener.bind(loopback(0));
    listener.listen(5);
    const quint16 port = listener.socketName().port();
    QVERIFY(port != 0);
    QProcess client;
    client.start(m_tool,
                 {QStringLiteral("s_client"), QStringLiteral("-connect"), QStringLiteral("127.0.0.1:%1").arg(port),
                  QStringLiteral("-CAfile"), m_fixture.folder.filePath(QStringLiteral("ca.pem")),
                  QStringLiteral("-verify_return_error"), QStringLiteral("-servername"), QStringLiteral("localhost")});
    QVERIFY(client.waitForStarted());
    auto accepted = listener.accept();
    QVERIFY(accepted);
    Connection& connection = accepted->first;
    QCOMPARE(q(accepted->second.addressText()), QStringLiteral("127.0.0.1"));
    QCOMPARE(accepted->second.port(), connection.peerName().port());
    QVERIFY(connection.doHandshake() == Progress::Done);
    client.write("from the client\n");
    QVERIFY(client.waitForBytesWritten(10000));
    base::Bytes data;
    QVERIFY(connection.recv(100, data) == Progress::Done);
    QCOMPARE(q(base::textOf(data)), QStringLiteral("from the client\n"));
    std::size_t sent = 0;
    connection.sendAll(base::bytesOf("from the server\n"), sent);
    connection.shutdown();
    connection.close();
    QVERIFY(client.waitForFinished(30000));
    const QByteArray output = client.readAllStandardOutput();
    QVERIFY2(output.contains("from the server"), output.constData());
    QVERIFY2(output.contains("Verify return code: 0 (ok)"), output.constData());
    QVERIFY2(output.contains("Acceptable client certificate CA names\nCN = Test Root") ||
                 output.contains("Acceptable client certificate CA names\nCN=Test Root"),
             output.constData());
    QVERIFY2(output.contains(method == Method::Tls12 ? "TLSv1.2" : "TLSv1.3"), output.constData());
}

// SSL.Connection.setblocking, SSL.Connection.want_read, SSL.WantReadError: what it waits for is said, not waited for.
void TestSslConnection::doesNotWaitWhenTold() {
    const auto server = startServer({QStringLiteral("-rev")});
    QVERIFY(server);
    Connection connection = clientOf(Method::Best);
    connection.setBlocking(false);
    // It cannot answer before it was seen to be waited for.
    QCOMPARE(::kill(static_cast<pid_t>(server->processId()), SIGSTOP), 0);
    const int error = connection.connectEx(loopback(server->port()));
    QVERIFY(error == 0 || error == EINPROGRESS);
    QElapsedTimer timer;
    int waits = 0;
    Progress progress = connection.doHandshake();
    QCOMPARE(::kill(static_cast<pid_t>(server->processId()), SIGCONT), 0);
    for (timer.start(); progress != Progress::Done && timer.elapsed() < 10000; progress = connection.doHandshake()) {
        ++waits;
        QVERIFY(progress == Progress::WantInput || progress == Progress::WantOutput);
        QCOMPARE(connection.wantsRead(), progress == Progress::WantInput);
        QTest::qWait(1);
    }
    QVERIFY(progress == Progress::Done);
    QVERIFY(waits > 0);
    base::Bytes data;
    QVERIFY(connection.recv(10, data) == Progress::WantInput);
    QVERIFY(connection.wantsRead() && !connection.wantsWrite());

    Connection listener(m_fixture.server(), Socket());
    listener.bind(loopback(0));
    listener.listen(1);
    listener.setBlocking(false);
    QVERIFY(!listener.accept());
    QVERIFY(listener.wantsRead());
}

// SSL.Connection.want_write, SSL.WantWriteError, SSL.Connection.send: nobody reads at the other end.
void TestSslConnection::waitsForRoom() {
    std::array<int, 2> ends{};
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    Connection client(m_fixture.client(), Socket::adopt(ends[0]), "localhost");
    Connection server(m_fixture.server(), Socket::adopt(ends[1]));
    client.setBlocking(false);
    server.setBlocking(false);
    for (int i = 0; i < 4; ++i) {
        client.doHandshake();
        server.doHandshake();
    }
    QVERIFY(client.doHandshake() == Progress::Done);
    QVERIFY(!client.wantsWrite());
    const base::Bytes much(1 << 16, 'x');
    Progress progress = Progress::Done;
    std::size_t sum = 0, sent = 0;
    for (int i = 0; i < 200 && progress == Progress::Done; ++i) {
        progress = client.send(much, sent);
        sum += sent;
    }
    QVERIFY(progress == Progress::WantOutput);
    QVERIFY(client.wantsWrite() && !client.wantsRead());
    // All that was taken arrives.
    base::Bytes data;
    std::size_t got = 0;
    for (int i = 0; i < 10000 && got < sum; ++i) {
        if (server.recv(1 << 16, data) == Progress::Done)
            got += data.size();
        else
            client.send({}, sent);
    }
    QCOMPARE(got, sum);
    QVERIFY(!client.wantsWrite());
}

// SSL.Connection.connect_ex, SSL.Connection.connect, SSL.SysCallError
void TestSslConnection::tellsWhatTheSystemSays() {
    Connection refused = clientOf(Method::Best);
    QCOMPARE(refused.connectEx(loopback(test::freePort())), ECONNREFUSED);
    Connection again = clientOf(Method::Best);
    const auto error = test::errorOf([&] { again.connect(loopback(test::freePort())); });
    QVERIFY(error && error->kind() == ErrorKind::Network);
    QCOMPARE(tls::systemFailureOf(*error).value().number, ECONNREFUSED);
    QCOMPARE(q(tls::systemFailureOf(*error).value().text), QString::fromLocal8Bit(::strerror(ECONNREFUSED)));

    // A server that dies says no close_notify.
    const auto server = startServer({QStringLiteral("-rev")});
    QVERIFY(server);
    Connection connection = clientOf(Method::Best);
    QCOMPARE(connection.connectEx(loopback(server->port())), 0);
    QVERIFY(connection.doHandshake() == Progress::Done);
    server->stop();
    base::Bytes data;
    const auto end = test::errorOf([&] { connection.recv(10, data); });
    QVERIFY(end && tls::systemFailureOf(*end));
    const int number = tls::systemFailureOf(*end).value().number;
    QVERIFY(number == tls::SystemFailure::UnexpectedEof || number == ECONNRESET);
}

// SSL.Connection.getsockopt, SSL.Connection.setsockopt
void TestSslConnection::setsSocketOptions() {
    Connection connection = clientOf(Method::Best);
    connection.bind(loopback(0));
    QCOMPARE(connection.socketOption(SOL_SOCKET, SO_TYPE), int{SOCK_STREAM});
    QCOMPARE(connection.socketOption(SOL_SOCKET, SO_KEEPALIVE), 0);
    connection.setSocketOption(SOL_SOCKET, SO_KEEPALIVE, 1);
    QCOMPARE(connection.socketOption(SOL_SOCKET, SO_KEEPALIVE), 1);
    const linger wanted{1, 7};
    connection.setSocketOption(SOL_SOCKET, SO_LINGER,
                               base::BytesView(reinterpret_cast<const std::uint8_t*>(&wanted), sizeof(wanted)));
    const base::Bytes got = connection.socketOption(SOL_SOCKET, SO_LINGER, 64);
    QCOMPARE(got.size(), sizeof(linger));
    QCOMPARE(reinterpret_cast<const linger*>(got.data())->l_linger, 7);
    const auto error = test::errorOf([&] { connection.socketOption(SOL_SOCKET, 99999); });
    QVERIFY(error);
    QCOMPARE(tls::systemFailureOf(*error).value().number, ENOPROTOOPT);
}

// SSL.Connection.sock_shutdown: shutdown(2); the peer sees the end of the stream.
void TestSslConnection::endsTheStream() {
    std::array<int, 2> ends{};
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    Connection connection(m_fixture.client(), Socket::adopt(ends[0]));
    Socket peer = Socket::adopt(ends[1]);
    std::array<std::uint8_t, 8> buffer{};
    std::size_t size = 0;
    QVERIFY(peer.read(buffer, size) == Socket::Result::WouldBlock);
    connection.sockShutdown(Socket::Direction::Sending);
    QVERIFY(peer.read(buffer, size) == Socket::Result::Eof);
    QVERIFY(peer.write(base::bytesOf("x"), size) == Socket::Result::Done);
    connection.sockShutdown(Socket::Direction::Both);
    QVERIFY(peer.write(base::bytesOf("x"), size) == Socket::Result::Failed);
    connection.close();
    const auto error = test::errorOf([&] { connection.sockShutdown(Socket::Direction::Both); });
    QVERIFY(error);
    QCOMPARE(tls::systemFailureOf(*error).value().number, EBADF);
}

CERTWRIGHT_TEST_MAIN(TestSslConnection)
#include "tst_ssl_connection.moc"
