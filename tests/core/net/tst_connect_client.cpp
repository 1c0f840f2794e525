// `certwright-cli connect` with what a client shows of itself, and its sessions: against openssl s_server and
// gnutls-serv, which are told what to demand.
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QTest>

#include <map>

using namespace certwright;
using test::RealServer;
using test::ServerFiles;

namespace {

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

/// One attempt of a document's session.resumption: offered and resumed.
struct Attempt {
    bool isOffered = false;
    bool isResumed = false;

    bool operator==(const Attempt&) const = default;
};

test::Issued issueClient(const test::TestCa& ca) {
    test::IssueOptions options;
    options.subject = "CN=client";
    options.altNames.clear();
    options.extendedKeyUsage = "clientAuth";
    return ca.issue(options);
}

} // namespace

class TestConnectClient : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void showsItsCertificate_data();
    void showsItsCertificate();
    void opensALockedKey();
    void refusesWrongFiles();
    void usesAPresharedKey_data();
    void usesAPresharedKey();
    void resumes_data();
    void resumes();

private:
    test::ProcessResult connectTo(const RealServer& server, const QStringList& more) const {
        return test::run(m_program,
                         QStringList{latin("connect"), latin("127.0.0.1:%1").arg(server.port()), latin("--trust"),
                                     m_files.path("root.pem"), latin("--sni"), latin("localhost"), latin("--json")} +
                             more);
    }
    std::unique_ptr<RealServer> startOpenssl(const QString& tool, const QStringList& more) const {
        return RealServer::startOpenssl(tool, QStringList{latin("-cert"), m_files.path("leaf.pem"), latin("-key"),
                                                          m_files.path("key.pem"), latin("-www")} +
                                                  more);
    }

    QString m_program;
    test::TestCa m_root;
    test::Issued m_client = issueClient(m_root);
    ServerFiles m_files{m_root.issue(), {}, m_root.certificate()};
};

void TestConnectClient::initTestCase() {
    m_program = test::builtProgram(latin("app/cli/certwright-cli"));
    QVERIFY(!m_program.isEmpty());
    m_files.write("client.pem", m_client.certificate.toPem());
    m_files.writeKey("client.key", m_client.key);
}

void TestConnectClient::showsItsCertificate_data() {
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("openssl, TLS 1.2") << latin("openssl")
                                      << QStringList{latin("-tls1_2"), latin("-Verify"), latin("1")};
    QTest::newRow("openssl, TLS 1.3") << latin("openssl")
                                      << QStringList{latin("-tls1_3"), latin("-Verify"), latin("1")};
    QTest::newRow("gnutls") << latin("gnutls-serv") << QStringList{};
}

void TestConnectClient::showsItsCertificate() {
    QFETCH(QString, tool);
    QFETCH(QStringList, arguments);
    const QString program = test::findTool(tool);
    if (program.isEmpty())
        QSKIP("the server is not installed (packaging/test.sh --all installs it)");
    QString message;
    const auto server = tool == latin("openssl")
                            ? startOpenssl(program, arguments + QStringList{latin("-CAfile"), m_files.path("root.pem"),
                                                                            latin("-verify_return_error")})
                            : RealServer::start(
                                  program,
                                  [this](quint16 port) {
                                      return QStringList{latin("--port"),
                                                         QString::number(port),
                                                         latin("--http"),
                                                         latin("--require-client-cert"),
                                                         latin("--verify-client-cert"),
                                                         latin("--x509cafile"),
                                                         m_files.path("root.pem"),
                                                         latin("--x509certfile"),
                                                         m_files.path("leaf.pem"),
                                                         latin("--x509keyfile"),
                                                         m_files.path("key.pem")};
                                  },
                                  &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const auto with =
        connectTo(*server, {latin("--cert"), m_files.path("client.pem"), latin("--key"), m_files.path("client.key")});
    QVERIFY2(with.exitCode == 0, with.describe().constData());
    QVERIFY(QJsonDocument::fromJson(with.output)[latin("client_certificate_requested")].toBool());
    const auto without = connectTo(*server, {});
    QVERIFY2(without.exitCode != 0, without.describe().constData());
    QCOMPARE(QJsonDocument::fromJson(without.output)[latin("error")][latin("side")].toString(), latin("peer"));
}

void TestConnectClient::opensALockedKey() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto locked =
        test::run(openssl, {latin("pkey"), latin("-in"), m_files.path("client.key"), latin("-aes256"),
                            latin("-passout"), latin("pass:sesame"), latin("-out"), m_files.path("locked.key")});
    CERTWRIGHT_VERIFY_SUCCESS(locked);
    m_files.write("passphrase", "sesame\n");
    m_files.write("wrong", "mustard\n");
    const auto server = startOpenssl(openssl, {latin("-Verify"), latin("1")});
    QVERIFY(server);
    const QStringList files{latin("--cert"), m_files.path("client.pem"), latin("--key"), m_files.path("locked.key"),
                            latin("--in-passphrase-file")};
    const auto opened = connectTo(*server, files + QStringList{m_files.path("passphrase")});
    QVERIFY2(opened.exitCode == 0, opened.describe().constData());
    const auto shut = connectTo(*server, files + QStringList{m_files.path("wrong")});
    QCOMPARE(QJsonDocument::fromJson(shut.output)[latin("error")][latin("kind")].toString(), latin("wrong-passphrase"));
}

void TestConnectClient::refusesWrongFiles() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const auto server = startOpenssl(openssl, {});
    QVERIFY(server);
    constexpr int Usage = 2;
    QCOMPARE(connectTo(*server, {latin("--key"), m_files.path("client.key")}).exitCode, Usage);
    QCOMPARE(connectTo(*server, {latin("--psk"), latin("someone")}).exitCode, Usage);
    QCOMPARE(connectTo(*server, {latin("--psk"), latin("someone:xyz")}).exitCode, Usage);
    QCOMPARE(connectTo(*server, {latin("--psk"), latin(":00")}).exitCode, Usage);
    const auto other =
        connectTo(*server, {latin("--cert"), m_files.path("client.pem"), latin("--key"), m_files.path("key.pem")});
    QCOMPARE(QJsonDocument::fromJson(other.output)[latin("error")][latin("kind")].toString(), latin("not-allowed"));
}

void TestConnectClient::usesAPresharedKey_data() {
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QString>("version");
    QTest::newRow("openssl, TLS 1.2") << latin("openssl") << latin("TLSv1.2");
    QTest::newRow("openssl, TLS 1.3") << latin("openssl") << latin("TLSv1.3");
    QTest::newRow("gnutls, TLS 1.2") << latin("gnutls-serv") << latin("TLSv1.2");
    QTest::newRow("gnutls, TLS 1.3") << latin("gnutls-serv") << latin("TLSv1.3");
}

void TestConnectClient::usesAPresharedKey() {
    QFETCH(QString, tool);
    QFETCH(QString, version);
    const QString program = test::findTool(tool);
    if (program.isEmpty())
        QSKIP("the server is not installed (packaging/test.sh --all installs it)");
    const QString key = latin("00112233445566778899aabbccddeeff");
    m_files.write("psk", "someone:" + key.toStdString() + "\n");
    QString message;
    const auto server = tool == latin("openssl")
                            ? RealServer::startOpenssl(program,
                                                       {latin("-nocert"), latin("-psk_identity"), latin("someone"),
                                                        latin("-psk"), key, latin("-www")},
                                                       &message)
                            : RealServer::start(
                                  program,
                                  [this](quint16 port) {
                                      return QStringList{latin("--port"),
                                                         QString::number(port),
                                                         latin("--http"),
                                                         latin("--pskpasswd"),
                                                         m_files.path("psk"),
                                                         latin("--priority"),
                                                         latin("NORMAL:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK")};
                                  },
                                  &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const QStringList limits{latin("--min-version"), version, latin("--max-version"), version, latin("--psk")};
    const auto good = connectTo(*server, limits + QStringList{latin("someone:") + key});
    const QJsonDocument document = QJsonDocument::fromJson(good.output);
    QVERIFY2(good.exitCode == 0, good.describe().constData());
    QCOMPARE(document[latin("version")].toString(), version);
    QCOMPARE(document[latin("psk_identity")].toString(), latin("someone"));
    QVERIFY(!document[latin("session")][latin("resumed")].toBool()); // though OpenSSL says so
    QVERIFY(document[latin("verify")].isNull());
    const auto bad = connectTo(*server, limits + QStringList{latin("someone:ff") + key});
    QVERIFY2(bad.exitCode != 0, bad.describe().constData());
    QVERIFY(!QJsonDocument::fromJson(bad.output)[latin("error")].isNull());
}

void TestConnectClient::resumes_data() {
    using Expected = std::map<QString, Attempt>;
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<Expected>("expected");
    const Attempt works{true, true};
    const Attempt never{false, false};
    const auto row = [](const char* name, const char* tool, const QStringList& arguments, const Expected& expected) {
        QTest::newRow(name) << latin(tool) << arguments << expected;
    };
    row("openssl, 1.2", "openssl", {latin("-tls1_2")}, {{latin("ticket"), works}, {latin("id"), works}});
    row("openssl, 1.2 without tickets", "openssl", {latin("-tls1_2"), latin("-no_ticket")},
        {{latin("ticket"), never}, {latin("id"), works}});
    row("openssl, 1.2 without ids", "openssl", {latin("-tls1_2"), latin("-no_cache")},
        {{latin("ticket"), works}, {latin("id"), never}});
    row("openssl, 1.2 without both", "openssl", {latin("-tls1_2"), latin("-no_ticket"), latin("-no_cache")},
        {{latin("ticket"), never}, {latin("id"), never}});
    row("openssl, 1.3", "openssl", {latin("-tls1_3")}, {{latin("psk"), works}});
    row("openssl, 1.3 without tickets", "openssl", {latin("-tls1_3"), latin("-num_tickets"), latin("0")},
        {{latin("psk"), never}});
    row("gnutls, 1.2", "gnutls-serv", {latin("--priority"), latin("NORMAL:-VERS-ALL:+VERS-TLS1.2")},
        {{latin("ticket"), works}, {latin("id"), works}});
    row("gnutls, 1.3", "gnutls-serv", {latin("--priority"), latin("NORMAL:-VERS-ALL:+VERS-TLS1.3")},
        {{latin("psk"), works}});
}

void TestConnectClient::resumes() {
    using Expected = std::map<QString, Attempt>;
    QFETCH(QString, tool);
    QFETCH(QStringList, arguments);
    QFETCH(Expected, expected);
    const QString program = test::findTool(tool);
    if (program.isEmpty())
        QSKIP("the server is not installed (packaging/test.sh --all installs it)");
    QString message;
    const auto server =
        tool == latin("openssl")
            ? startOpenssl(program, arguments)
            : RealServer::startGnutls(program,
                                      arguments + QStringList{latin("--x509certfile"), m_files.path("leaf.pem"),
                                                              latin("--x509keyfile"), m_files.path("key.pem")},
                                      &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const auto result = connectTo(*server, {latin("--resume")});
    QVERIFY2(result.exitCode == 0, result.describe().constData());
    const QJsonDocument document = QJsonDocument::fromJson(result.output);
    std::map<QString, Attempt> attempts;
    for (const QJsonValue& value : document[latin("session")][latin("resumption")].toArray())
        attempts[value[latin("method")].toString()] = {value[latin("offered")].toBool(),
                                                       value[latin("resumed")].toBool()};
    QVERIFY2(attempts == expected,
             QJsonDocument(document[latin("session")].toObject()).toJson(QJsonDocument::Compact).constData());
    const auto plain = QJsonDocument::fromJson(connectTo(*server, {}).output);
    QVERIFY(!plain[latin("session")].toObject().contains(latin("resumption")));
}

CERTWRIGHT_TEST_MAIN(TestConnectClient)
#include "tst_connect_client.moc"
