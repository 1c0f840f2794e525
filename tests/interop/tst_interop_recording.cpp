// What tshark finds in the captures that are written of real connections, and what the server logged about them.
#include "core/net/tls_connection.h"
#include "core/service/inspecting.h"
#include "core/tls/message_decoder.h"
#include "core/tls/pcapng.h"
#include "tests/core/net/server_files.h"
#include "tests/interop/tool_files.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFileInfo>
#include <QObject>
#include <QTest>

#include <algorithm>
#include <functional>
#include <utility>

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

/// A field of tshark and the names of ours that it stands for.
struct FieldPair {
    const char* theirs;
    std::vector<std::string> ours;
};

const std::vector<FieldPair>& fieldPairs() {
    static const std::vector<FieldPair> pairs{
        {"tls.handshake.type", {"msg_type"}},
        {"tls.handshake.ciphersuite", {"cipher_suite"}},
        {"tls.handshake.extensions_supported_group", {"named_group"}},
        {"tls.handshake.extensions_ec_point_format", {"ec_point_format"}},
        {"tls.handshake.sig_hash_alg", {"signature_scheme", "algorithm"}},
        {"tls.handshake.extensions_key_share_group", {"group"}},
        {"tls.handshake.extensions_key_share_selected_group", {"selected_group"}},
        {"tls.handshake.extensions.supported_version", {"version", "selected_version"}},
        {"tls.handshake.server_named_curve", {"named_curve"}},
        {"tls.handshake.session_ticket_lifetime_hint", {"ticket_lifetime", "ticket_lifetime_hint"}},
        {"tls.handshake.cert_type", {"certificate_type"}},
        {"tls.extension.psk_ke_mode", {"ke_mode"}},
    };
    return pairs;
}

void walk(const std::vector<tls::wire::Field>& fields, const std::function<void(const tls::wire::Field&)>& look) {
    for (const tls::wire::Field& field : fields) {
        look(field);
        walk(field.children, look);
    }
}

QString numberAt(base::BytesView message, std::size_t offset, std::size_t length) {
    quint64 number = 0;
    for (const std::uint8_t octet : message.subspan(offset, length))
        number = (number << 8U) | octet;
    return QString::number(number);
}

/// The numbers at the places of all fields with one of these names, and of the types of extensions.
QStringList numbersOf(const tls::Transcript& transcript, const std::vector<std::string>& names) {
    QStringList numbers;
    tls::MessageDecoder decoder;
    for (const tls::Message& message : transcript.messages()) {
        decoder.note(message);
        if (message.content != tls::Message::Content::Handshake)
            continue;
        walk(tls::MessageDecoder::decode(message, decoder.context()), [&](const tls::wire::Field& field) {
            if (field.isDamaged)
                qFatal("%s of %s is damaged", field.name.c_str(), message.name().c_str());
            if (names.front() != "extensions") {
                if (std::find(names.begin(), names.end(), field.name) != names.end())
                    numbers << numberAt(message.bytes, field.offset, field.length);
                return;
            }
            if (field.name != "extensions")
                return;
            for (const tls::wire::Field& extension : field.children)
                numbers << numberAt(message.bytes, extension.offset, 2);
        });
    }
    return numbers;
}

/// The same of tshark's output, where packets stand in lines and values between commas.
QStringList numbersIn(const QStringList& lines) {
    QStringList numbers;
    for (const QString& word : lines.join(QLatin1Char(',')).split(QLatin1Char(','), Qt::SkipEmptyParts))
        numbers << QString::number(word.toULongLong(nullptr, 0));
    return numbers;
}

} // namespace

class InteropRecordingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tsharkReadsTheDecryptedPage_data();
    void tsharkReadsTheDecryptedPage();
    void tsharkReadsThePreludeToo();
    void hasTheRecordsThatTsharkFinds();
    void decodesWhatTsharkDecodes_data();
    void decodesWhatTsharkDecodes();

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
    ends.local = tls::SocketAddress::fromText("2001:db8::1", 50000);
    ends.peer = tls::SocketAddress::fromText("2001:db8::2", 587);
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

    // Recorded at the other end it is the same.
    tls::Traffic mirrored;
    for (const tls::Traffic::Piece& piece : traffic.pieces())
        mirrored.add(piece.direction == tls::Direction::Sent ? tls::Direction::Received : tls::Direction::Sent,
                     piece.time, traffic.bytesOf(piece), true);
    std::swap(ends.local, ends.peer);
    ends.isServer = true;
    QVERIFY(tls::captureOf(mirrored, {}, ends).packets == capture.packets);
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

void InteropRecordingTest::decodesWhatTsharkDecodes_data() {
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QString>("arguments");
    QTest::newRow("1.3, another hello, certificate asked for")
        << QByteArray("TLSv1.3") << QStringLiteral("-groups P-384 -verify 1");
    QTest::newRow("1.2, ECDHE, certificate asked for") << QByteArray("TLSv1.2") << QStringLiteral("-verify 1");
    QTest::newRow("1.2, DHE") << QByteArray("TLSv1.2") << QStringLiteral("-cipher DHE");
}

void InteropRecordingTest::decodesWhatTsharkDecodes() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(tshark, "tshark");
    QFETCH(QByteArray, version);
    QFETCH(QString, arguments);
    IssueOptions rsa;
    rsa.keyType = "rsa:2048";
    const Issued leaf = arguments.contains(QLatin1String("DHE")) ? m_root.issue(rsa) : m_root.issue();
    const ServerFiles serverFiles(leaf, {}, m_root.certificate());
    const auto server = RealServer::startOpenssl(
        openssl, QStringList{latin("-cert"), serverFiles.path("leaf.pem"), latin("-key"), serverFiles.path("key.pem"),
                             latin("-CAfile"), serverFiles.path("root.pem"), latin("-quiet"), latin("-rev")} +
                     arguments.split(QLatin1Char(' ')));
    QVERIFY(server);
    const auto connection = connectTo(server->port(), version);
    QVERIFY(waitFor(*connection, ConnectionPhase::Established));
    connection->close();
    QVERIFY(waitFor(*connection, ConnectionPhase::Finished));
    const tls::Transcript transcript = connection->engine()->transcript();
    const ToolFiles files;
    const QString capture = save(files, *connection);
    for (const FieldPair& pair : fieldPairs()) {
        const QStringList theirs = numbersIn(fieldsOf(tshark, capture, "tls.handshake", pair.theirs));
        QVERIFY2(numbersOf(transcript, pair.ours) == theirs,
                 qPrintable(latin(pair.theirs) + QLatin1Char('\n') +
                            numbersOf(transcript, pair.ours).join(QLatin1Char(' ')) + QLatin1Char('\n') +
                            theirs.join(QLatin1Char(' '))));
    }
    const QStringList extensions =
        numbersIn(fieldsOf(tshark, capture, "tls.handshake", "tls.handshake.extension.type"));
    QVERIFY(extensions.size() > 8);
    QCOMPARE(numbersOf(transcript, {"extensions"}), extensions);
}

CERTWRIGHT_TEST_MAIN(InteropRecordingTest)
#include "tst_interop_recording.moc"
