// `certwright-cli connect` against a real server: the document, the exit codes, the files.
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QTest>

using namespace certwright;
using test::RealServer;
using test::ServerFiles;

namespace {

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

} // namespace

class TestConnectCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatWasAgreedUpon();
    void recordsTheConnection();
    void trustsTheStore();
    void refusesWhatItDoesNotDo_data();
    void refusesWhatItDoesNotDo();
    void keepsTheDocumentOnFailure();
};

void TestConnectCommand::tellsWhatWasAgreedUpon() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!program.isEmpty());
    const test::TestCa root;
    const test::TestCa intermediate = root.intermediate();
    const test::Issued leaf = intermediate.issue();
    const ServerFiles files(leaf, {intermediate.certificate()}, root.certificate());
    QString message;
    const auto server = RealServer::startOpenssl(
        openssl,
        {latin("-tls1_3"), latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem"),
         latin("-cert_chain"), files.path("rest.pem"), latin("-ciphersuites"), latin("TLS_AES_128_GCM_SHA256"),
         latin("-groups"), latin("P-256"), latin("-www")},
        &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const QStringList base{latin("connect"), latin("127.0.0.1:%1").arg(server->port()), latin("--trust"),
                           files.path("root.pem"), latin("--json")};

    const auto plain = test::run(program, base + QStringList{latin("--sni"), latin("localhost")});
    QVERIFY2(plain.exitCode == 0, plain.describe().constData());
    const QJsonObject document = QJsonDocument::fromJson(plain.output).object();
    QCOMPARE(document[latin("version")].toString(), latin("TLSv1.3"));
    QCOMPARE(document[latin("cipher")][latin("id")].toString(), latin("0x1301"));
    QCOMPARE(document[latin("group")].toString(), latin("secp256r1"));
    QCOMPARE(document[latin("verify")][latin("ok")].toBool(), true);
    QCOMPARE(document[latin("hostname")][latin("ok")].toBool(), true);
    QCOMPARE(document[latin("state")].toString(), latin("SSL negotiation finished successfully"));
    QCOMPARE(document[latin("chain")].toArray().size(), qsizetype(2));
    QCOMPARE(document[latin("chain")].toArray().first()[latin("sha256")].toString().toStdString(),
             leaf.certificate.sha256());
    QCOMPARE(document[latin("client_random")].toString().size(), qsizetype(64));
    QVERIFY(!document.contains(latin("secrets")) && !document.contains(latin("master_key")));
    QVERIFY(!document.contains(latin("error")));

    const auto full = test::run(program, base + QStringList{latin("--sni"), latin("localhost"), latin("--secrets"),
                                                            latin("--save-chain"), files.path("saved.pem")});
    QVERIFY2(full.exitCode == 0, full.describe().constData());
    const QJsonObject secrets = QJsonDocument::fromJson(full.output).object()[latin("secrets")].toObject();
    QCOMPARE(secrets.size(), qsizetype(5));
    QFile saved(files.path("saved.pem"));
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(saved.readAll().toStdString(), leaf.certificate.toPem() + intermediate.certificate().toPem());

    const auto wrongName = test::run(program, base + QStringList{latin("--sni"), latin("other.example")});
    QCOMPARE(wrongName.exitCode, 1);
    QCOMPARE(QJsonDocument::fromJson(wrongName.output).object()[latin("hostname")][latin("asked")].toString(),
             latin("other.example"));
}

void TestConnectCommand::recordsTheConnection() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!program.isEmpty());
    const test::TestCa root;
    const test::Issued leaf = root.issue();
    const ServerFiles files(leaf, {}, root.certificate());
    const auto server = RealServer::startOpenssl(
        openssl, {latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem"), latin("-www")});
    QVERIFY(server);
    const QStringList arguments{latin("connect"),  latin("localhost:%1").arg(server->port()),
                                latin("--trust"),  files.path("root.pem"),
                                latin("--pcapng"), files.path("recorded.pcapng")};
    const auto result = test::run(program, arguments + QStringList{latin("--json"), latin("--messages")});
    QVERIFY2(result.exitCode == 0, result.describe().constData());
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    const QJsonArray messages = document[latin("messages")].toArray();
    QVERIFY(messages.size() > 5);
    const QString hex = messages.first()[latin("hex")].toString();
    QJsonObject random;
    for (const QJsonValue& field : messages.first()[latin("fields")].toArray()) {
        if (field[latin("name")] == latin("random"))
            random = field.toObject();
    }
    QCOMPARE(random[latin("value")], document[latin("client_random")]);
    QCOMPARE(hex.mid(2 * random[latin("offset")].toInt(), 2 * random[latin("length")].toInt()),
             random[latin("value")].toString());
    QCOMPARE(document[latin("records")].toArray().first()[latin("type")].toString(), latin("Handshake"));
    const QFile::Permissions others = QFile::ReadGroup | QFile::ReadOther;
    QVERIFY((QFileInfo(files.path("recorded.pcapng")).permissions() & others) == QFile::Permissions());
    QFile capture(files.path("recorded.pcapng"));
    QVERIFY(capture.open(QIODevice::ReadOnly));
    QVERIFY(capture.readAll().contains(QByteArray::fromHex(hex.toLatin1())));

    // For people, and a file that is there already stays.
    const auto text = test::run(program, arguments + QStringList{latin("--messages")});
    QCOMPARE(text.exitCode, 9);
    QVERIFY2(text.output.contains("host_name: localhost\n"), text.output.constData());
}

void TestConnectCommand::trustsTheStore() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!program.isEmpty());
    const test::TestCa root;
    const test::Issued leaf = root.issue();
    const ServerFiles files(leaf, {}, root.certificate());
    for (const char* version : {"-tls1_3", "-tls1_2"}) {
        QString message;
        const auto server = RealServer::startOpenssl(
            openssl, {latin(version), latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem")},
            &message);
        QVERIFY2(server != nullptr, qPrintable(message));
        const QString store = files.path(version);
        QFile passphrase(files.path("store.pass"));
        QVERIFY(passphrase.open(QIODevice::WriteOnly) && passphrase.write("words") == 5);
        passphrase.close();
        CERTWRIGHT_VERIFY_SUCCESS(test::run(program, {latin("store"), latin("create"), latin("--store"), store,
                                                      latin("--passphrase-file"), files.path("store.pass")}));
        const QStringList connect{latin("connect"), latin("127.0.0.1:%1").arg(server->port()),
                                  latin("--sni"),   latin("localhost"),
                                  latin("--store"), store};
        const auto before = test::run(program, connect);
        QVERIFY2(before.exitCode == 1, before.describe().constData());
        CERTWRIGHT_VERIFY_SUCCESS(
            test::run(program, {latin("import"), files.path("root.pem"), latin("--store"), store}));
        const auto after = test::run(program, connect);
        CERTWRIGHT_VERIFY_SUCCESS(after);
        // RFC 8446 has neither; s_client says "Secure Renegotiation IS supported" for 1.2.
        const bool isOld = latin(version) == latin("-tls1_2");
        QCOMPARE(after.output.count("not applicable in TLS 1.3"), isOld ? 0 : 2);
        QCOMPARE(after.output.contains("Secure renegotiation    yes"), isOld);
    }
    const auto missing =
        test::run(program, {latin("connect"), latin("127.0.0.1:1"), latin("--store"), files.path("no-such-store")});
    QCOMPARE(missing.exitCode, 6);
}

void TestConnectCommand::refusesWhatItDoesNotDo_data() {
    QTest::addColumn<QStringList>("arguments");
    for (const char* words : {"--starttls telnet", "--proxy https://x:1", "--min-version TLSv9", "--ciphers NO-SUCH",
                              "--sni ", "--timeout 0"})
        QTest::newRow(words) << latin(words).split(QLatin1Char(' '));
}

void TestConnectCommand::refusesWhatItDoesNotDo() {
    QFETCH(QStringList, arguments);
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!program.isEmpty());
    const auto result =
        test::run(program, QStringList{latin("connect"), latin("127.0.0.1:1"), latin("--json")} + arguments);
    QVERIFY2(result.exitCode == 2, result.describe().constData());
    QVERIFY(QJsonDocument::fromJson(result.output).object().contains(latin("error")));
}

void TestConnectCommand::keepsTheDocumentOnFailure() {
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!program.isEmpty());
    const auto result =
        test::run(program, {latin("connect"), latin("127.0.0.1:%1").arg(test::freePort()), latin("--json")});
    QCOMPARE(result.exitCode, 7);
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    QCOMPARE(document[latin("error")][latin("kind")].toString(), latin("network"));
    QCOMPARE(document[latin("error")][latin("side")].toString(), latin("transport"));
    QVERIFY(document[latin("verify")].isNull() && document[latin("hostname")].isNull());
    QVERIFY(document.contains(latin("timings")));
    const auto text = test::run(program, {latin("connect"), latin("127.0.0.1:%1").arg(test::freePort())});
    QCOMPARE(text.exitCode, 7);
    QVERIFY2(!text.errors.contains("on the way"), text.errors.constData());
}

CERTWRIGHT_TEST_MAIN(TestConnectCommand)
#include "tst_connect_command.moc"
