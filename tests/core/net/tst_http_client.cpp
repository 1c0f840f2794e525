// The client against a real server (Python's http.server), and against one that does what no good server does.
#include "core/net/http_client.h"
#include "tests/core/expect.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <functional>
#include <memory>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using net::HttpClient;
using net::HttpRequest;
using net::HttpResponse;

namespace {

/// An HTTP server on 127.0.0.1 that says what it is told, and keeps what it was asked.
class OddServer : public QObject {
public:
    /// Called with each whole request; what it returns is sent. The connection stays open.
    using Answer = std::function<QByteArray(const QByteArray& request, QTcpSocket& socket)>;

    explicit OddServer(Answer answer)
        : m_answer(std::move(answer)) {
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("cannot listen");
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            QTcpSocket* socket = m_server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { onReadable(*socket); });
        });
    }

    std::string url(const char* path = "/") const {
        return "http://127.0.0.1:" + std::to_string(m_server.serverPort()) + path;
    }
    const QList<QByteArray>& requests() const { return m_requests; }

private:
    void onReadable(QTcpSocket& socket) {
        QByteArray& read = m_read[&socket];
        read += socket.readAll();
        const qsizetype head = read.indexOf("\r\n\r\n");
        if (head < 0)
            return;
        const qsizetype length = read.toLower().indexOf("content-length: ");
        const qsizetype body = length < 0 ? 0 : read.mid(length + 16).split('\r').first().toInt();
        if (read.size() < head + 4 + body)
            return;
        m_requests << std::exchange(read, {});
        socket.write(m_answer(m_requests.last(), socket));
    }

    QTcpServer m_server;
    Answer m_answer;
    std::map<QTcpSocket*, QByteArray> m_read;
    QList<QByteArray> m_requests;
};

QByteArray answer(const QByteArray& status, const QByteArray& headers = {}, const QByteArray& body = {}) {
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" +
           body;
}

OddServer::Answer always(const QByteArray& bytes) {
    return [bytes](const QByteArray&, QTcpSocket&) { return bytes; };
}

/// Fetches in the event loop of the test.
base::Outcome<HttpResponse> fetch(HttpRequest request) {
    HttpClient client;
    std::optional<base::Outcome<HttpResponse>> result;
    client.start(std::move(request), [&result](base::Outcome<HttpResponse> outcome) { result = std::move(outcome); });
    if (result)
        qFatal("it answered from inside start()");
    if (!QTest::qWaitFor([&result] { return result.has_value(); }, 20000))
        return base::Error(ErrorKind::Internal, "the test waited in vain");
    return *std::move(result);
}

/// The kind and the message of what went wrong.
QString failureOf(HttpRequest request) {
    const auto outcome = fetch(std::move(request));
    return outcome ? QStringLiteral("nothing went wrong")
                   : nameOf(outcome.error().kind()) + QStringLiteral(": ") + q(outcome.error().message());
}

} // namespace

class HttpClientTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fetchesFromARealServer();
    void posts();
    void followsRedirects();
    void refusesRedirects_data();
    void refusesRedirects();
    void limitsTheSize_data();
    void limitsTheSize();
    void limitsTheTime_data();
    void limitsTheTime();
    void unpacksNothing();
    void noticesWhatIsCutShort();
    void refusesOtherUrls_data();
    void refusesOtherUrls();
    void noticesThatNobodyListens();
    void refusesUntrustedServers();
    void canBeStopped();
    void saysNothingOnceItIsGone();
};

void HttpClientTest::fetchesFromARealServer() {
    CERTWRIGHT_NEED_TOOL(python, "python3");
    const QTemporaryDir folder;
    QByteArray content;
    for (int i = 0; i < 1500000; ++i)
        content += static_cast<char>(i * 7 + i / 256);
    QFile file(folder.filePath(QStringLiteral("some.html")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    file.close();
    QString message;
    const auto server = RealServer::start(
        python,
        [&folder](quint16 port) {
            return QStringList{QStringLiteral("-m"),
                               QStringLiteral("http.server"),
                               QString::number(port),
                               QStringLiteral("--bind"),
                               QStringLiteral("127.0.0.1"),
                               QStringLiteral("-d"),
                               folder.path()};
        },
        &message);
    QVERIFY2(server, qPrintable(message));
    const std::string root = "http://127.0.0.1:" + std::to_string(server->port());
    const auto fetched = fetch({.url = root + "/some.html", .maximumSize = 2U << 20U});
    QVERIFY2(fetched, fetched ? "" : fetched.error().what());
    QVERIFY(bytes(fetched->body) == content);
    QCOMPARE(q(fetched->contentType), QStringLiteral("text/html"));
    QCOMPARE(failureOf({.url = root + "/some.html", .maximumSize = 1499999}),
             QStringLiteral("network: The answer is larger than 1499999 octets"));
    QCOMPARE(failureOf({.url = root + "/other.crl"}),
             QStringLiteral("network: The server answered 404 File not found"));
}

void HttpClientTest::posts() {
    const OddServer server(always(answer("200 OK",
                                         "Content-Type: application/ocsp-response\r\n"
                                         "Set-Cookie: id=1\r\n",
                                         "answer")));
    const base::Bytes body{0x30, 0x00, 0xFF};
    for (int i = 0; i < 2; ++i) {
        const auto response = fetch({.url = server.url("/ocsp?a=%20b"),
                                     .body = body,
                                     .contentType = "application/ocsp-request",
                                     .accept = "application/ocsp-response"});
        QVERIFY2(response, response ? "" : response.error().what());
        QCOMPARE(bytes(response->body), QByteArray("answer"));
        QCOMPARE(q(response->contentType), QStringLiteral("application/ocsp-response"));
        QCOMPARE(response->url, server.url("/ocsp?a=%20b"));
    }
    const QByteArray request = server.requests().at(1);
    QVERIFY2(request.startsWith("POST /ocsp?a=%20b HTTP/1.1\r\n"), request.constData());
    QVERIFY(request.endsWith(QByteArray("\r\n\r\n\x30\x00\xFF", 7)));
    const QByteArray head = request.toLower();
    QVERIFY(head.contains("\r\ncontent-type: application/ocsp-request\r\n"));
    QVERIFY(head.contains("\r\naccept: application/ocsp-response\r\n"));
    QVERIFY(head.contains("\r\naccept-encoding: identity\r\n"));
    QVERIFY(!head.contains("cookie"));
}

void HttpClientTest::followsRedirects() {
    const OddServer server([](const QByteArray& request, QTcpSocket&) {
        if (request.startsWith("GET /a "))
            return answer("301 Moved Permanently", "Location: /b\r\n");
        if (request.startsWith("GET /b "))
            return answer("302 Found", "Location: c\r\n");
        if (request.startsWith("GET /c "))
            return answer("307 Temporary Redirect", "Location: ./d\r\n");
        if (request.startsWith("POST /kept "))
            return answer("308 Permanent Redirect", "Location: /post\r\n");
        if (request.startsWith("POST /seen "))
            return answer("303 See Other", "Location: /d\r\n");
        return answer("200 OK", {}, request.left(request.indexOf(' ', 6)) + request.right(4));
    });
    const auto thrice = fetch({.url = server.url("/a")});
    QVERIFY2(thrice, thrice ? "" : thrice.error().what());
    QVERIFY(bytes(thrice->body).startsWith("GET /d"));
    QCOMPARE(thrice->url, server.url("/d"));
    QCOMPARE(failureOf({.url = server.url("/a"), .maximumRedirects = 2}),
             QStringLiteral("network: The server sends on more than 2 times"));
    // RFC 9110 15.4.9: with 308 the question stays what it is; 15.4.4: with 303 it becomes GET.
    const auto kept = fetch({.url = server.url("/kept"), .body = {'b', 'o', 'd', 'y'}, .contentType = "text/plain"});
    QCOMPARE(bytes(kept->body), QByteArray("POST /postbody"));
    const auto seen = fetch({.url = server.url("/seen"), .body = {'b', 'o', 'd', 'y'}, .contentType = "text/plain"});
    QCOMPARE(bytes(seen->body), QByteArray("GET /d\r\n\r\n"));
}

void HttpClientTest::refusesRedirects_data() {
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QString>("message");
    const QString away = QStringLiteral("network: The server sends on to somewhere else than the web: “%1”");
    for (const char* location :
         {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:word@127.0.0.1/", "http://", "data:text/plain,x", ""})
        QTest::newRow(location) << QByteArray(location) << away.arg(QString::fromLatin1(location));
    QTest::newRow("to itself") << QByteArray("/") << QStringLiteral("network: The server sends on more than 3 times");
}

void HttpClientTest::refusesRedirects() {
    QFETCH(QByteArray, location);
    QFETCH(QString, message);
    const OddServer server(always(answer("302 Found", "Location: " + location + "\r\n")));
    QCOMPARE(failureOf({.url = server.url()}), message);
    QCOMPARE(server.requests().size(), location == "/" ? 4 : 1);
}

void HttpClientTest::limitsTheSize_data() {
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("isAnnounced");
    QTest::addColumn<bool>("isTaken");
    for (const bool isAnnounced : {true, false}) {
        const char* how = isAnnounced ? "announced" : "until the end";
        QTest::addRow("as much as may be, %s", how) << 102400 << isAnnounced << true;
        QTest::addRow("an octet more, %s", how) << 102401 << isAnnounced << false;
        QTest::addRow("much more, %s", how) << 30000000 << isAnnounced << false;
    }
}

void HttpClientTest::limitsTheSize() {
    QFETCH(int, size);
    QFETCH(bool, isAnnounced);
    QFETCH(bool, isTaken);
    const OddServer server([&](const QByteArray&, QTcpSocket& socket) {
        const QByteArray body(size, 'x');
        if (isAnnounced)
            return answer("200 OK", {}, body);
        connect(&socket, &QTcpSocket::bytesWritten, &socket, [&socket] {
            if (socket.bytesToWrite() == 0)
                socket.disconnectFromHost();
        });
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body;
    });
    const auto outcome = fetch({.url = server.url(), .maximumSize = 102400});
    QCOMPARE(outcome.has_value(), isTaken);
    if (isTaken)
        QCOMPARE(outcome->body.size(), std::size_t{102400});
    else
        QCOMPARE(q(outcome.error().message()), QStringLiteral("The answer is larger than 100 KiB"));
}

void HttpClientTest::limitsTheTime_data() {
    QTest::addColumn<QString>("how");
    QTest::newRow("silent") << QStringLiteral("silent");
    QTest::newRow("drop by drop") << QStringLiteral("drops");
    QTest::newRow("from one to the next") << QStringLiteral("redirects");
}

void HttpClientTest::limitsTheTime() {
    QFETCH(QString, how);
    QTimer drops;
    const OddServer server([&](const QByteArray&, QTcpSocket& socket) {
        if (how == QStringLiteral("silent"))
            return QByteArray();
        if (how == QStringLiteral("redirects")) {
            QTimer::singleShot(150, &socket, [&socket] { socket.write(answer("302 Found", "Location: /\r\n")); });
            return QByteArray();
        }
        connect(&drops, &QTimer::timeout, &socket, [&socket] { socket.write("x"); });
        drops.start(20);
        return QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    });
    QElapsedTimer time;
    time.start();
    QCOMPARE(failureOf({.url = server.url(), .timeout = std::chrono::milliseconds(400), .maximumRedirects = 1000}),
             QStringLiteral("network: The server did not answer within 400 ms"));
    QVERIFY(time.elapsed() >= 390 && time.elapsed() < 10000);
}

void HttpClientTest::unpacksNothing() {
    const QByteArray packed = QByteArray::fromHex("1f8b0800000000000003cb48cdc9c9070086a6103605000000"); // "hello"
    const OddServer server(always(answer("200 OK", "Content-Encoding: gzip\r\n", packed)));
    const auto response = fetch({.url = server.url()});
    QVERIFY2(response, response ? "" : response.error().what());
    QCOMPARE(bytes(response->body).toHex(), packed.toHex());
}

void HttpClientTest::noticesWhatIsCutShort() {
    for (const bool isPosting : {false, true}) {
        const OddServer server([](const QByteArray&, QTcpSocket& socket) {
            connect(&socket, &QTcpSocket::bytesWritten, &socket, [&socket] { socket.disconnectFromHost(); });
            return QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        });
        const QString failure =
            failureOf({.url = server.url(), .body = isPosting ? base::Bytes{1} : base::Bytes{}, .contentType = "a/b"});
        QVERIFY2(failure.startsWith(QStringLiteral("network: It could not be fetched")), qPrintable(failure));
    }
}

void HttpClientTest::refusesOtherUrls_data() {
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("kind");
    for (const char* url : {"ldap://127.0.0.1/cn=ca", "file:///etc/passwd", "ftp://127.0.0.1/ca.crl"})
        QTest::newRow(url) << QString::fromLatin1(url) << QStringLiteral("unsupported");
    for (const char* url : {"", "ca.crl", "http://", "http:///ca.crl", "http://me:word@127.0.0.1/", "http://a b/"})
        QTest::addRow("\"%s\"", url) << QString::fromLatin1(url) << QStringLiteral("bad-input");
}

void HttpClientTest::refusesOtherUrls() {
    QFETCH(QString, url);
    QFETCH(QString, kind);
    const auto outcome = fetch({.url = url.toStdString()});
    QVERIFY(!outcome);
    QCOMPARE(nameOf(outcome.error().kind()), kind);
    QCOMPARE(q(outcome.error().context()), url);
}

void HttpClientTest::noticesThatNobodyListens() {
    const auto outcome = fetch({.url = "http://127.0.0.1:" + std::to_string(freePort()) + "/"});
    QVERIFY(!outcome);
    QCOMPARE(nameOf(outcome.error().kind()), QStringLiteral("network"));
}

/// https that is no better than http would be worse than it.
void HttpClientTest::refusesUntrustedServers() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QTemporaryDir folder;
    const auto split = [](const char* line) { return QString::fromLatin1(line).split(u' '); };
    CERTWRIGHT_VERIFY_SUCCESS(run(openssl,
                                  split("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem "
                                        "-out cert.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"),
                                  {.folder = folder.path()}));
    QString message;
    const auto server = RealServer::startOpenssl(openssl,
                                                 {QStringLiteral("-cert"), folder.filePath(QStringLiteral("cert.pem")),
                                                  QStringLiteral("-key"), folder.filePath(QStringLiteral("key.pem")),
                                                  QStringLiteral("-www")},
                                                 &message);
    QVERIFY2(server, qPrintable(message));
    const QString failure = failureOf({.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/"});
    QVERIFY2(failure.startsWith(QStringLiteral("network: ")) && failure.contains(QStringLiteral("self-signed")),
             qPrintable(failure));
}

void HttpClientTest::canBeStopped() {
    const OddServer server(always({}));
    HttpClient client;
    client.cancel(); // nothing runs
    std::optional<base::Outcome<HttpResponse>> first;
    std::optional<base::Outcome<HttpResponse>> second;
    client.start({.url = server.url()}, [&](base::Outcome<HttpResponse> outcome) {
        first = std::move(outcome);
        // Another may start at once.
        client.start({.url = server.url()}, [&](base::Outcome<HttpResponse> next) { second = std::move(next); });
        client.cancel();
    });
    QVERIFY(QTest::qWaitFor([&server] { return server.requests().size() == 1; }));
    client.cancel();
    client.cancel();
    QVERIFY(!client.isRunning() && !first);
    QVERIFY(QTest::qWaitFor([&second] { return second.has_value(); }));
    QCOMPARE(nameOf(first->error().kind()), QStringLiteral("cancelled"));
    QCOMPARE(nameOf(second->error().kind()), QStringLiteral("cancelled"));
}

void HttpClientTest::saysNothingOnceItIsGone() {
    const OddServer server(always({}));
    bool hasSpoken = false;
    auto client = std::make_unique<HttpClient>();
    client->start({.url = server.url()}, [&hasSpoken](const base::Outcome<HttpResponse>&) { hasSpoken = true; });
    QVERIFY(QTest::qWaitFor([&server] { return server.requests().size() == 1; }));
    client.reset();
    auto other = std::make_unique<HttpClient>();
    other->start({.url = "ftp://127.0.0.1/"}, [&hasSpoken](const base::Outcome<HttpResponse>&) { hasSpoken = true; });
    other.reset();
    QTest::qWait(50);
    QVERIFY(!hasSpoken);
}

CERTWRIGHT_TEST_MAIN(HttpClientTest)
#include "tst_http_client.moc"
