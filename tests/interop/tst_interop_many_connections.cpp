#include "core/net/tls_connection.h"
#include "tests/core/net/server_files.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QTest>
#include <QThread>

#include <algorithm>
#include <memory>
#include <sys/resource.h>
#include <vector>

using namespace certwright;
using namespace certwright::test;
using net::ConnectionPhase;
using net::TlsConnection;

namespace {

constexpr std::size_t Count = 1000;
/// Descriptors that the program itself and the event loop may need beside the sockets.
constexpr rlim_t Others = 200;

/// False when the system does not let this process open as many files.
bool allowFiles(rlim_t count) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_cur >= count)
        return true;
    limit.rlim_cur = count;
    limit.rlim_max = std::max(limit.rlim_max, count);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

TlsConnection::Options to(quint16 port) {
    TlsConnection::Options options;
    options.endpoint = {"127.0.0.1", port};
    options.serverName = "localhost";
    options.timeout = std::chrono::seconds(120);
    options.keepOpen = true;
    return options;
}

} // namespace

/// A thousand connections to a real nginx, all established at a time, in one thread.
class InteropManyConnectionsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsAThousandInOneThread();
};

void InteropManyConnectionsTest::keepsAThousandInOneThread() {
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    if (!allowFiles(Count + Others))
        QSKIP("this process may not open 1200 files (ulimit -n)");
    const TestCa ca("CN=Root");
    const ServerFiles files(ca.issue({.subject = "CN=localhost"}), {}, ca.certificate());
    QString message;
    const auto server =
        RealServer::startNginx(nginx,
                               QStringLiteral("ssl_certificate %1; ssl_certificate_key %2; keepalive_timeout 300;")
                                   .arg(files.path("leaf.pem"), files.path("key.pem")),
                               &message);
    QVERIFY2(server, qPrintable(message));

    const auto context = tls::Context::forClient({}, x509::TrustStore());
    std::vector<std::unique_ptr<TlsConnection>> connections;
    for (std::size_t i = 0; i < Count; ++i)
        connections.push_back(std::make_unique<TlsConnection>(context, to(server->port())));
    std::vector<QByteArray> answers(Count);
    for (std::size_t i = 0; i < Count; ++i) {
        TlsConnection* connection = connections[i].get();
        connect(connection, &TlsConnection::received, connection, [&answers, i, connection] {
            const base::Bytes bytes = connection->takeReceived();
            answers[i].append(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        });
        connection->start();
    }
    const auto countIn = [&connections](ConnectionPhase phase) {
        return std::count_if(connections.begin(), connections.end(),
                             [phase](const auto& connection) { return connection->phase() == phase; });
    };
    QVERIFY2(QTest::qWaitFor([&] { return countIn(ConnectionPhase::Established) == Count; }, 120000),
             qPrintable(QString::number(countIn(ConnectionPhase::Established))));

    // Asked in reverse, so that no order of setting up can be what works.
    static constexpr std::string_view Request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (auto connection = connections.rbegin(); connection != connections.rend(); ++connection)
        QVERIFY((*connection)->send(base::bytesOf(Request)));
    const auto answered = [&answers] {
        return std::count_if(answers.begin(), answers.end(),
                             [](const QByteArray& answer) { return answer.endsWith("certwright test\n"); });
    };
    QVERIFY2(QTest::qWaitFor([&] { return answered() == Count; }, 120000), qPrintable(QString::number(answered())));

    for (const auto& connection : connections)
        connection->close();
    QVERIFY(QTest::qWaitFor([&] { return countIn(ConnectionPhase::Finished) == Count; }, 60000));
    QVERIFY(std::none_of(connections.begin(), connections.end(),
                         [](const auto& connection) { return connection->failure().has_value(); }));
}

CERTWRIGHT_TEST_MAIN(InteropManyConnectionsTest)
#include "tst_interop_many_connections.moc"
