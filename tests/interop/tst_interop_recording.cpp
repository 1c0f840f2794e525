// What tshark finds in the captures that are written of real connections, and what the server logged about them.
#include "core/net/tls_connection.h"
#include "core/service/inspecting.h"
#include "core/tls/pcapng.h"
#include "tests/core/net/server_files.h"
#include "tests/interop/tool_files.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFileInfo>
#include <QObject>
#include <QTest>

using namespace certwright;
using namespace certwright::test;
using net::ConnectionPhase;
using net::TlsConnection;

namespace {

const base::BytesView Request = base::bytesOf("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

QStringList words(const char* text) {
    return latin(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

std::unique_ptr<TlsConnection> connectTo(quint16 port, const QByteArray& version) {
    TlsConnection::Options options;
    options.endpoint = {"127.0.0.1", port};
    options.serverName = "localhost";
    options.timeout = std::chrono::seconds(30);
    options.keepOpen = true;
    tls::ContextOptions settings;
    settings.maximumVersion = tls::parseProtocolVersion(version.constData());
    auto connection =
        std::make_unique<TlsConnection>(tls::Context::forClient(settings, x509::TrustStore()), std::move(options));
    connection->start();
    return connection;
}

bool waitFor(const TlsConnection& connection, ConnectionPhase phase) {
    return QTest::qWaitFor([&] { return connection.phase() == phase; }, 30000);
}

/// Sends a request and waits for some of the answer.
bool get(TlsConnection& connection) {
    QByteArray answer;
    if (!connection.send(Request))
        return false;
    return QTest::qWaitFor(
        [&] {
            const base::Bytes came = connection.takeReceived();
            answer.append(reinterpret_cast<const char*>(came.data()), static_cast<qsizetype>(came.size()));
            return answer.contains("certwright test");
        },
        30000);
}

QString save(const ToolFiles& files, TlsConnection& connection) {
    service::ConnectionReport report = service::makeReport({}, connection, realNow());
    const QString path = files.path("connection.pcapng");
    service::saveCapture(path.toStdString(), report);
    return path;
}

/// The lines of tshark's output for a field of the packets that a filter takes, which come one a line.
QStringList fieldsOf(const QString& tshark, const QString& path, const char* filter, const char* field) {
    const ProcessResult result = run(tshark, QStringList{latin("-r"), path, latin("-Y"), latin(filter), latin("-T"),
                                                         latin("fields"), latin("-e"), latin(field)});
    if (!result.isSuccess())
        qFatal("%s", result.describe().constData());
    return QString::fromUtf8(result.output).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

} // namespace

class InteropRecordingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tsharkReadsTheDecryptedPage_data();
    void tsharkReadsTheDecryptedPage();
    void tsharkReadsThePreludeToo();
    void hasTheRecordsThatTsharkFinds();

private:
    TestCa m_root;
    Issued m_leaf = m_root.issue();
    ServerFiles m_files{m_leaf, {}, m_root.certificate()};
    ToolFiles m_output;
};

void InteropRecordingTest::tsharkReadsTheDecryptedPage_data() {
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<bool>("changesKeys");
    QTest::newRow("TLSv1.2") << QByteArray("TLSv1.2") << false;
    QTest::newRow("TLSv1.3") << QByteArray("TLSv1.3") << false;
    QTest::newRow("after a key update") << QByteArray("TLSv1.3") << true;
}

void InteropRecordingTest::tsharkReadsTheDecryptedPage() {
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    CERTWRIGHT_NEED_TOOL(tshark, "tshark");
    QFETCH(QByteArray, version);
    QFETCH(bool, changesKeys);
    QString message;
    const auto server =
        RealServer::startNginx(nginx,
                               latin("ssl_certificate %1; ssl_certificate_key %2; ssl_protocols TLSv1.2 TLSv1.3;")
                                   .arg(m_files.path("leaf.pem"), m_files.path("key.pem")),
                               &message);
    QVERIFY2(server, qPrintable(message));
    const auto connection = connectTo(server->port(), version);
    QVERIFY(waitFor(*connection, ConnectionPhase::Established));
    QVERIFY(get(*connection));
    if (changesKeys)
        connection->renegotiate();
    QVERIFY(get(*connection));
    connection->close();
    QVERIFY(waitFor(*connection, ConnectionPhase::Finished));
    const ToolFiles files;
    const QString capture = save(files, *connection);
    QCOMPARE(int(QFileInfo(capture).permissions() & (QFile::ReadGroup | QFile::ReadOther)), 0);
    QCOMPARE(fieldsOf(tshark, capture, "http.request", "http.host"),
             (QStringList{latin("localhost"), latin("localhost")}));
    const QStringList pages = fieldsOf(tshark, capture, "http.response", "http.response.code");
    QCOMPARE(pages, (QStringList{latin("200"), latin("200")}));
    QVERIFY(fieldsOf(tshark, capture, "tls.handshake.type == 24", "frame.number").isEmpty() != changesKeys);
    // Checksums, which it does not check unless it is asked to, and the numbers of the segments.
    const auto checked = run(tshark, QStringList{latin("-r"), capture} +
                                         words("-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -Y") +
                                         QStringList{latin("tcp.checksum.status == 0 || ip.checksum.status == 0 || "
                                                           "tcp.analysis.flags || _ws.malformed")});
    CERTWRIGHT_VERIFY_SUCCESS(checked);
    QCOMPARE(checked.output, QByteArray());
    QCOMPARE(fieldsOf(tshark, capture, "tcp.flags.fin == 1", "tcp.dstport").first(), QString::number(server->port()));
}

void InteropRecordingTest::tsharkReadsThePreludeToo() {
    CERTWRIGHT_NEED_TOOL(tshark, "tshark");
    // Over IPv6, as a mail server on port 587 would speak.
    tls::Traffic traffic;
    traffic.add(tls::Direction::Received, std::chrono::milliseconds(1), base::bytesOf("220 mail.lab.example\r\n"),
                true);
    traffic.add(tls::Direction::Sent, std::chrono::milliseconds(2), base::bytesOf("EHLO localhost\r\n"), true);
    tls::CaptureEnds ends;
    ends.client = tls::SocketAddress::fromText("2001:db8::1", 50000);
    ends.server = tls::SocketAddress::fromText("2001:db8::2", 587);
    ends.start = std::chrono::sys_seconds(std::chrono::seconds(1700000000));
    const tls::Capture capture = tls::captureOf(traffic, {}, ends);
    QVERIFY(capture.secrets.empty());
    base::Bytes bytes = capture.head;
    bytes.insert(bytes.end(), capture.packets.begin(), capture.packets.end());
    const ToolFiles files;
    const QString path = files.write("mail.pcapng", bytes);
    QCOMPARE(fieldsOf(tshark, path, "smtp.rsp", "smtp.rsp.parameter"), QStringList{latin("mail.lab.example")});
    QCOMPARE(fieldsOf(tshark, path, "smtp.req", "ipv6.dst"), QStringList{latin("2001:db8::2")});
    QCOMPARE(fieldsOf(tshark, path, "smtp.req", "frame.time_epoch"), QStringList{latin("1700000000.002000000")});
    const auto checked = run(tshark, QStringList{latin("-r"), path} + words("-o tcp.check_checksum:TRUE -Y") +
                                         QStringList{latin("tcp.checksum.status == 0 || tcp.analysis.flags")});
    CERTWRIGHT_VERIFY_SUCCESS(checked);
    QCOMPARE(checked.output, QByteArray());
}

void InteropRecordingTest::hasTheRecordsThatTsharkFinds() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(tshark, "tshark");
    const auto server =
        RealServer::startOpenssl(openssl, QStringList{latin("-cert"), m_files.path("leaf.pem"), latin("-key"),
                                                      m_files.path("key.pem"), latin("-www")});
    QVERIFY(server);
    const auto connection = connectTo(server->port(), "TLSv1.2");
    QVERIFY(waitFor(*connection, ConnectionPhase::Established));
    connection->close();
    QVERIFY(waitFor(*connection, ConnectionPhase::Finished));
    const std::vector<tls::Record> records = tls::recordsOf(connection->engine()->transcript().traffic());
    const ToolFiles files;
    const QString capture = save(files, *connection);
    QStringList ours;
    for (const tls::Record& record : records)
        ours << QString::number(record.type) + QLatin1Char(' ') + QString::number(record.length);
    QStringList theirs;
    const QStringList types = fieldsOf(tshark, capture, "tls", "tls.record.content_type").join(u',').split(u',');
    const QStringList lengths = fieldsOf(tshark, capture, "tls", "tls.record.length").join(u',').split(u',');
    QCOMPARE(types.size(), lengths.size());
    for (qsizetype i = 0; i < types.size(); ++i)
        theirs << types[i] + QLatin1Char(' ') + lengths[i];
    QVERIFY(ours.size() > 5);
    QCOMPARE(ours, theirs);
}

CERTWRIGHT_TEST_MAIN(InteropRecordingTest)
#include "tst_interop_recording.moc"
