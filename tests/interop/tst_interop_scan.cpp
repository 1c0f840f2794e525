#include "tests/core/net/loopback_server.h"
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTcpServer>
#include <QTest>
#include <QXmlStreamReader>

using namespace certwright;
using namespace certwright::test;

namespace {

QString cliPath() {
    return builtProgram(QStringLiteral("app/cli/certwright-cli"));
}

QString at(quint16 port) {
    return QStringLiteral("127.0.0.1:") + QString::number(port);
}

/// "TLSv1.2 0xC02B" for each suite, "TLSv1.3 x25519" for each group.
using Found = QSet<QString>;

struct Scanned {
    int exitCode = 0;
    QJsonObject document;

    QJsonArray list(const char* name) const { return document.value(QLatin1String(name)).toArray(); }
    QJsonObject object(const char* name) const { return document.value(QLatin1String(name)).toObject(); }

    Found suites() const {
        Found found;
        const QJsonObject ciphers = object("ciphers");
        for (auto version = ciphers.begin(); version != ciphers.end(); ++version) {
            for (const auto& suite : version->toArray())
                found << version.key() + u' ' + suite.toObject().value(QLatin1String("id")).toString();
        }
        return found;
    }
    QStringList groups(const char* version) const {
        QStringList names;
        for (const auto& name : object("groups").value(QLatin1String(version)).toArray())
            names << name.toString();
        return names;
    }
    /// "TLSv1.3 confirmed", "TLSv1.2", ...: those that are offered.
    QStringList versions() const {
        QStringList names;
        for (const auto& entry : list("versions")) {
            const QJsonObject version = entry.toObject();
            if (version.value(QLatin1String("supported")).toBool())
                names << version.value(QLatin1String("version")).toString() +
                             (version.value(QLatin1String("confirmed")).toBool() ? QStringLiteral(" confirmed")
                                                                                 : QString());
        }
        return names;
    }
    QStringList findings() const {
        QStringList ids;
        for (const auto& finding : list("findings"))
            ids << finding.toObject().value(QLatin1String("id")).toString();
        return ids;
    }
    QString errorKind() const { return object("error").value(QLatin1String("kind")).toString(); }
};

Scanned scan(const QStringList& arguments) {
    const auto result = run(cliPath(), QStringList{QStringLiteral("scan"), QStringLiteral("--json")} + arguments);
    return {result.exitCode, QJsonDocument::fromJson(result.output).object()};
}

/// What sslscan finds.
struct Peer {
    Found suites;
    QSet<QString> groups13;
    int dhBits = 0;
};

Peer sslscan(const QString& program, quint16 port) {
    const auto result = run(program, {QStringLiteral("--xml=-"), QStringLiteral("--no-heartbleed"), at(port)},
                            {.timeout = std::chrono::minutes(2)});
    Peer peer;
    QXmlStreamReader xml(result.output);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        const auto attributes = xml.attributes();
        if (xml.name() == QLatin1String("cipher")) {
            QString id = attributes.value(QLatin1String("id")).toString().mid(2).toUpper();
            peer.suites << attributes.value(QLatin1String("sslversion")).toString() + QStringLiteral(" 0x") + id;
            const int bits = attributes.value(QLatin1String("dhebits")).toInt();
            if (bits > 0 && (peer.dhBits == 0 || bits < peer.dhBits))
                peer.dhBits = bits;
        } else if (xml.name() == QLatin1String("group") &&
                   attributes.value(QLatin1String("sslversion")) == QLatin1String("TLSv1.3")) {
            peer.groups13 << attributes.value(QLatin1String("id")).toString();
        }
    }
    return peer;
}

QString joined(const Found& found) {
    QStringList list(found.begin(), found.end());
    list.sort();
    return list.join(QStringLiteral(", "));
}

} // namespace

/// certwright-cli scan against real servers, beside sslscan: whatever that finds, ours finds, too.
class InteropScanTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void findsWhatSslscanFinds_data();
    void findsWhatSslscanFinds();
    void needsNoClientCertificate();
    void tellsTheSizeOfDiffieHellman();
    void holdsAgainstProfiles();
    void explainsWhatIsNoServer_data();
    void explainsWhatIsNoServer();
    void scansSeveral();
    void keepsToTheLimit();

private:
    std::unique_ptr<RealServer> nginxWith(const QString& directives) {
        return RealServer::startNginx(m_nginx,
                                      QStringLiteral("ssl_certificate %1; ssl_certificate_key %2; %3")
                                          .arg(m_files->path("leaf.pem"), m_files->path("key.pem"), directives));
    }

    QString m_nginx;
    TestCa m_ca{"CN=Root"};
    std::unique_ptr<ServerFiles> m_files;
};

void InteropScanTest::initTestCase() {
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    m_nginx = nginx;
    m_files = std::make_unique<ServerFiles>(m_ca.issue(), std::vector<x509::Certificate>(), m_ca.certificate());
}

void InteropScanTest::findsWhatSslscanFinds_data() {
    QTest::addColumn<QString>("directives");
    QTest::addColumn<QStringList>("versions");
    QTest::newRow("1.2 only, six suites, the server's order")
        << QStringLiteral("ssl_protocols TLSv1.2; ssl_prefer_server_ciphers on; ssl_ciphers "
                          "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                          "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA;")
        << QStringList{QStringLiteral("TLSv1.2 confirmed")};
    QTest::newRow("1.3 only") << QStringLiteral("ssl_protocols TLSv1.3;")
                              << QStringList{QStringLiteral("TLSv1.3 confirmed")};
    QTest::newRow("1.2 and 1.3, nginx's defaults")
        << QStringLiteral("ssl_protocols TLSv1.2 TLSv1.3;")
        << QStringList{QStringLiteral("TLSv1.3 confirmed"), QStringLiteral("TLSv1.2 confirmed")};
    QTest::newRow("1.0 to 1.2, everything")
        << QStringLiteral("ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers "
                          "ALL:COMPLEMENTOFALL:@SECLEVEL=0;")
        << QStringList{QStringLiteral("TLSv1.2 confirmed"), QStringLiteral("TLSv1.1 confirmed"),
                       QStringLiteral("TLSv1.0 confirmed")};
}

void InteropScanTest::findsWhatSslscanFinds() {
    CERTWRIGHT_NEED_TOOL(program, "sslscan");
    QFETCH(QString, directives);
    QFETCH(QStringList, versions);
    const auto server = nginxWith(directives);
    QVERIFY(server);
    const Scanned ours = scan({at(server->port())});
    QCOMPARE(ours.exitCode, 0);
    QCOMPARE(ours.versions(), versions);
    const Peer theirs = sslscan(program, server->port());
    QVERIFY(!theirs.suites.isEmpty());
    const Found missing = Found(theirs.suites).subtract(ours.suites());
    QVERIFY2(missing.isEmpty(), qPrintable(joined(missing)));
    if (!theirs.groups13.isEmpty())
        QVERIFY2(ours.groups("TLSv1.3").size() >= theirs.groups13.size(),
                 qPrintable(ours.groups("TLSv1.3").join(u' ')));
    if (directives.contains(QLatin1String("prefer_server"))) {
        QCOMPARE(ours.object("server_preference").value(QLatin1String("TLSv1.2")).toBool(), true);
        const auto order = ours.object("ciphers").value(QLatin1String("TLSv1.2")).toArray();
        QCOMPARE(order.size(), 6);
        QCOMPARE(order.at(0).toObject().value(QLatin1String("openssl_name")).toString(),
                 QStringLiteral("ECDHE-ECDSA-AES256-GCM-SHA384"));
        QCOMPARE(order.at(5).toObject().value(QLatin1String("openssl_name")).toString(),
                 QStringLiteral("ECDHE-ECDSA-AES128-SHA"));
    }
    // Suites: accepted + 1 a version; groups likewise; all else at most 20 (PERF.md 7).
    const int budget = static_cast<int>(ours.suites().size()) + 6 + static_cast<int>(ours.groups("TLSv1.3").size()) +
                       static_cast<int>(ours.groups("TLSv1.2").size()) + 2 + 20;
    QVERIFY(ours.document.value(QLatin1String("connections")).toInt() <= budget);
}

/// Enumeration ends at the server's first flight, where a client's certificate is not needed yet.
void InteropScanTest::needsNoClientCertificate() {
    const auto server = nginxWith(QStringLiteral("ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client on; "
                                                 "ssl_client_certificate %1;")
                                      .arg(m_files->path("root.pem")));
    QVERIFY(server);
    const Scanned ours = scan({at(server->port())});
    QCOMPARE(ours.exitCode, 0);
    QVERIFY(ours.suites().contains(QStringLiteral("TLSv1.3 0x1301")));
    QVERIFY(ours.suites().contains(QStringLiteral("TLSv1.2 0xC02B")));
    QCOMPARE(ours.document.value(QLatin1String("client_certificate_requested")).toBool(), true);
}

void InteropScanTest::tellsTheSizeOfDiffieHellman() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(program, "sslscan");
    const TestCa rsa("CN=RSA Root", "rsa:2048");
    const ServerFiles files(rsa.issue({.keyType = "rsa:2048"}), {}, rsa.certificate());
    const auto server = RealServer::startOpenssl(
        openssl, {QStringLiteral("-cert"), files.path("leaf.pem"), QStringLiteral("-key"), files.path("key.pem"),
                  QStringLiteral("-tls1_2"), QStringLiteral("-cipher"), QStringLiteral("DHE-RSA-AES128-GCM-SHA256")});
    QVERIFY(server);
    const Scanned ours = scan({at(server->port())});
    const Peer theirs = sslscan(program, server->port());
    QVERIFY(theirs.dhBits > 0);
    QCOMPARE(ours.document.value(QLatin1String("dh_bits")).toInt(), theirs.dhBits);
    QCOMPARE(ours.suites(), Found{QStringLiteral("TLSv1.2 0x009E")});
}

void InteropScanTest::holdsAgainstProfiles() {
    const auto modern = nginxWith(QStringLiteral("ssl_protocols TLSv1.3;"));
    const auto old = nginxWith(QStringLiteral("ssl_protocols TLSv1 TLSv1.2; ssl_ciphers "
                                              "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0;"));
    QVERIFY(modern && old);
    QCOMPARE(scan({QStringLiteral("--require"), QStringLiteral("modern"), at(modern->port())}).exitCode, 0);
    QCOMPARE(scan({QStringLiteral("--require"), QStringLiteral("old"), at(old->port())}).exitCode, 0);
    const Scanned below = scan({QStringLiteral("--require"), QStringLiteral("intermediate"), at(old->port())});
    QCOMPARE(below.exitCode, 1);
    QCOMPARE(below.document.value(QLatin1String("meets_profile")).toBool(), false);
    QVERIFY2(below.findings().contains(QStringLiteral("old-version")) &&
                 below.findings().contains(QStringLiteral("suite-not-in-profile")) &&
                 below.findings().contains(QStringLiteral("tls13-missing")),
             qPrintable(below.findings().join(u' ')));
}

void InteropScanTest::explainsWhatIsNoServer_data() {
    QTest::addColumn<QByteArray>("greeting");
    QTest::addColumn<QString>("message");
    QTest::newRow("says nothing") << QByteArray() << QStringLiteral("did not answer in time");
    QTest::newRow("speaks SMTP") << QByteArray("220 mail.example.org ESMTP\r\n")
                                 << QStringLiteral("answered with something that is not TLS");
    QTest::newRow("stalls in the head of a record")
        << QByteArray("\x16\x03\x03", 3) << QStringLiteral("stopped in the middle of its answer");
    QTest::newRow("a record that lies") << QByteArray("\x16\x03\x03\xff\xff\x02\x00\x00\x10", 9)
                                        << QStringLiteral("answered with something that is not TLS");
    QTest::newRow("a message that lies") << QByteArray("\x16\x03\x03\x00\x08\x02\xff\xff\xff\x00\x00\x00\x00", 13)
                                         << QStringLiteral("answered with a damaged message");
}

void InteropScanTest::explainsWhatIsNoServer() {
    QFETCH(QByteArray, greeting);
    QFETCH(QString, message);
    PlainServer server([greeting](QTcpSocket& socket) {
        if (!greeting.isEmpty())
            socket.write(greeting);
    });
    QProcess program;
    program.start(cliPath(), {QStringLiteral("scan"), QStringLiteral("--json"), QStringLiteral("--timeout"),
                              QStringLiteral("0.5"), at(server.port())});
    QVERIFY(QTest::qWaitFor([&program] { return program.state() == QProcess::NotRunning; }, 60000));
    QCOMPARE(program.exitCode(), 7);
    const QJsonObject error =
        QJsonDocument::fromJson(program.readAllStandardOutput()).object().value(QLatin1String("error")).toObject();
    QCOMPARE(error.value(QLatin1String("kind")).toString(), QStringLiteral("network"));
    QVERIFY2(error.value(QLatin1String("message")).toString().contains(message),
             qPrintable(error.value(QLatin1String("message")).toString()));
}

void InteropScanTest::scansSeveral() {
    const auto server = nginxWith(QStringLiteral("ssl_protocols TLSv1.3;"));
    QVERIFY(server);
    quint16 closed = 0;
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        closed = taken.serverPort();
    }
    const Scanned ours = scan({QStringLiteral("--versions"), at(server->port()), at(closed)});
    QCOMPARE(ours.exitCode, 7);
    const QJsonArray targets = ours.list("targets");
    QCOMPARE(targets.size(), 2);
    QVERIFY(!targets.at(0).toObject().contains(QLatin1String("error")));
    QCOMPARE(targets.at(1).toObject().value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString(),
             QStringLiteral("network"));
}

/// Two hundred endpoints in one process: a listener counts who is there at a time.
void InteropScanTest::keepsToTheLimit() {
    constexpr int Endpoints = 200;
    constexpr int Allowed = 12;
    QTcpServer server;
    int open = 0;
    int highest = 0;
    int total = 0;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        while (QTcpSocket* socket = server.nextPendingConnection()) {
            highest = std::max(highest, ++open);
            ++total;
            connect(socket, &QTcpSocket::disconnected, &server, [&open, socket] {
                --open;
                socket->deleteLater();
            });
            // An honest refusal: a fatal alert handshake_failure.
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                socket->readAll();
                socket->write(QByteArray("\x15\x03\x01\x00\x02\x02\x28", 7));
                socket->disconnectFromHost();
            });
        }
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QStringList arguments{QStringLiteral("scan"), QStringLiteral("--json"), QStringLiteral("--jobs"),
                          QStringLiteral("64")};
    for (int i = 0; i < Endpoints; ++i)
        arguments << at(server.serverPort());
    QProcess program;
    program.start(cliPath(), arguments);
    QVERIFY(QTest::qWaitFor([&program] { return program.state() == QProcess::NotRunning; }, 120000));
    QCOMPARE(program.exitCode(), 0);
    QCOMPARE(QJsonDocument::fromJson(program.readAllStandardOutput())
                 .object()
                 .value(QLatin1String("targets"))
                 .toArray()
                 .size(),
             Endpoints);
    QVERIFY(total >= Endpoints);
    QVERIFY2(highest <= Allowed, qPrintable(QString::number(highest)));
}

CERTWRIGHT_TEST_MAIN(InteropScanTest)
#include "tst_interop_scan.moc"
