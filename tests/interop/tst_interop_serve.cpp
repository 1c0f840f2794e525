// `certwright-cli serve` as other programs see it: openssl s_client, gnutls-cli, curl, and `certwright-cli connect`.
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace certwright;

namespace {

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

/// The server, at a free port.
class Serve {
public:
    explicit Serve(QStringList arguments) {
        arguments = QStringList{latin("serve"), latin("--port"), latin("0")} + arguments;
        m_process.start(test::builtProgram(latin("app/cli/certwright-cli")), arguments);
        static const QRegularExpression where(latin("Listening on .*:([0-9]+)\n"));
        m_process.setReadChannel(QProcess::StandardError);
        while (m_port.isEmpty() && m_process.waitForReadyRead(20000)) {
            m_errors += m_process.readAllStandardError();
            m_port = where.match(QString::fromUtf8(m_errors)).captured(1);
        }
    }
    ~Serve() {
        m_process.kill();
        m_process.waitForFinished();
    }

    QString port() const { return m_port; }
    QString endpoint() const { return latin("127.0.0.1:") + m_port; }
    const QByteArray& errors() const { return m_errors; }
    /// Stops it as Ctrl-C does.
    void interrupt() { ::kill(static_cast<pid_t>(m_process.processId()), SIGINT); }
    /// The exit code, once it has ended by itself.
    int wait() {
        if (!m_process.waitForFinished(30000))
            return -1;
        m_output = m_process.readAllStandardOutput();
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -2;
    }
    const QByteArray& output() const { return m_output; }
    QJsonObject document() const { return QJsonDocument::fromJson(m_output).object(); }
    QJsonObject connection(int index) const { return document()[latin("connections")].toArray().at(index).toObject(); }

private:
    QProcess m_process;
    QString m_port;
    QByteArray m_errors;
    QByteArray m_output;
};

test::ProcessOptions input(const QByteArray& text) {
    test::ProcessOptions options;
    options.input = text;
    return options;
}

} // namespace

class TestInteropServe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void agreesWithOpenssl_data();
    void agreesWithOpenssl();
    void agreesWithGnutls();
    void asksForACertificate_data();
    void asksForACertificate();
    void resumes_data();
    void resumes();
    void echoes();
    void answersCurl();
    void agreesWithItself();
    void logsKeysLikeOpenssl();
    void endsOnInterrupt();
    void endsWhenItHasServedEnough();

private:
    QStringList s_client(const Serve& server, const QStringList& more = {}) const {
        return QStringList{latin("s_client"), latin("-connect"),    server.endpoint(), latin("-CAfile"),
                           path("root.pem"),  latin("-servername"), latin("localhost")} +
               more;
    }
    QString path(const char* name) const { return m_files.path(name); }
    QStringList own(const QStringList& more = {}) const {
        return QStringList{latin("--cert"), path("fullchain.pem"), latin("--key"), path("key.pem")} + more;
    }

    test::TestCa m_root;
    test::TestCa m_intermediate = m_root.intermediate();
    test::Issued m_leaf = m_intermediate.issue();
    test::ServerFiles m_files{m_leaf, {m_intermediate.certificate()}, m_root.certificate()};
    test::TestCa m_clientCa{"CN=Client Root"};
    test::Issued m_client;

public:
    TestInteropServe()
        : m_client(makeClient()) {}

private:
    test::Issued makeClient() const {
        test::IssueOptions options;
        options.subject = "CN=Some Client";
        options.altNames.clear();
        options.extendedKeyUsage = "clientAuth";
        return m_clientCa.issue(options);
    }
};

void TestInteropServe::initTestCase() {
    m_files.write("client.pem", m_client.certificate.toPem());
    m_files.writeKey("clientkey.pem", m_client.key);
    m_files.write("clientroot.pem", m_clientCa.certificate().toPem());
}

void TestInteropServe::agreesWithOpenssl_data() {
    QTest::addColumn<QStringList>("server");
    QTest::addColumn<QStringList>("client");
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("cipher");
    QTest::newRow("1.3") << QStringList{latin("--versions"),     latin("TLSv1.2,TLSv1.3"),
                                        latin("--ciphersuites"), latin("TLS_CHACHA20_POLY1305_SHA256"),
                                        latin("--groups"),       latin("P-384")}
                         << QStringList{latin("-alpn"), latin("x,h2")} << latin("TLSv1.3")
                         << latin("TLS_CHACHA20_POLY1305_SHA256");
    QTest::newRow("1.2") << QStringList{latin("--versions"), latin("TLSv1.2"), latin("--ciphers"),
                                        latin("ECDHE-ECDSA-AES128-GCM-SHA256")}
                         << QStringList{latin("-alpn"), latin("h2,x")} << latin("TLSv1.2")
                         << latin("ECDHE-ECDSA-AES128-GCM-SHA256");
}

void TestInteropServe::agreesWithOpenssl() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    QFETCH(QStringList, server);
    QFETCH(QStringList, client);
    QFETCH(QString, version);
    QFETCH(QString, cipher);
    Serve serve(own(server +
                    QStringList{latin("--alpn"), latin("h2,http/1.1"), latin("--count"), latin("1"), latin("--json")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    const auto seen = test::run(openssl, s_client(serve, client), input(""));
    CERTWRIGHT_VERIFY_SUCCESS(seen);
    QVERIFY2(seen.output.contains("Verify return code: 0 (ok)"), seen.describe().constData());
    QVERIFY2(seen.output.contains("New, " + version.toLatin1() + ", Cipher is " + cipher.toLatin1()),
             seen.describe().constData());
    QVERIFY2(seen.output.contains("ALPN protocol: h2"), seen.describe().constData());
    QCOMPARE(serve.wait(), 0);
    const QJsonObject told = serve.connection(0);
    QCOMPARE(told[latin("role")].toString(), latin("server"));
    QCOMPARE(told[latin("version")].toString(), version);
    QCOMPARE(told[latin("cipher")][latin("openssl_name")].toString(), cipher);
    QCOMPARE(told[latin("alpn")].toString(), latin("h2"));
    QCOMPARE(told[latin("server_name")].toString(), latin("localhost"));
    QVERIFY(told[latin("chain")].toArray().isEmpty() && told[latin("verify")].isNull());
    QVERIFY(!told.contains(latin("error")));
    // s_client counts what it read and wrote for the handshake alone; ours has the closing, too.
    QVERIFY(told[latin("bytes")][latin("in")].toInt() > 300);
    QCOMPARE(serve.document()[latin("certificate")][latin("sha256")].toString().toStdString(),
             m_leaf.certificate.sha256());
}

void TestInteropServe::agreesWithGnutls() {
    CERTWRIGHT_NEED_TOOL(gnutls, "gnutls-cli");
    for (const char* priority : {"NORMAL:-VERS-ALL:+VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.2"}) {
        Serve serve(own({latin("--count"), latin("1"), latin("--json"), latin("--response"), latin("close")}));
        QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
        const auto seen =
            test::run(gnutls,
                      {latin("--port"), serve.port(), latin("--x509cafile"), path("root.pem"), latin("--priority"),
                       latin(priority), latin("localhost"), latin("--sni-hostname"), latin("localhost")},
                      input(""));
        QVERIFY2(seen.output.contains("The certificate is trusted"), seen.describe().constData());
        const bool isNew = latin(priority).endsWith(latin("1.3"));
        QVERIFY2(seen.output.contains(isNew ? "Description: (TLS1.3" : "Description: (TLS1.2"),
                 seen.describe().constData());
        QCOMPARE(serve.wait(), 0);
        QCOMPARE(serve.connection(0)[latin("version")].toString(), latin(isNew ? "TLSv1.3" : "TLSv1.2"));
        QVERIFY(!serve.connection(0).contains(latin("error")));
    }
}

void TestInteropServe::asksForACertificate_data() {
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("shown"); // "", "client" or "leaf", which is of another CA
    QTest::addColumn<QString>("error");
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        const auto row = [version](const char* mode, const char* shown, const char* error) {
            QTest::addRow("%s %s %s", version, mode, shown)
                << latin(mode) << latin(version) << latin(shown) << latin(error);
        };
        row("request", "", "");
        row("request", "client", "");
        row("request", "leaf", "");
        row("require", "", "The client showed no certificate, and this server requires one");
        row("require", "client", "");
        row("require", "leaf", "The client's certificate is not trusted: ");
    }
}

void TestInteropServe::asksForACertificate() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    QFETCH(QString, mode);
    QFETCH(QString, version);
    QFETCH(QString, shown);
    QFETCH(QString, error);
    Serve serve(own({latin("--client-auth"), mode, latin("--trust"), path("clientroot.pem"), latin("--count"),
                     latin("1"), latin("--json"), latin("--response"), latin("status")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    QStringList client{version, latin("-quiet")};
    if (!shown.isEmpty())
        client << latin("-cert") << path(shown == latin("leaf") ? "leaf.pem" : "client.pem") << latin("-key")
               << path(shown == latin("leaf") ? "key.pem" : "clientkey.pem");
    const auto seen = test::run(openssl, s_client(serve, client), input("GET / HTTP/1.0\n\n"));
    QCOMPARE(serve.wait(), 0);
    const QJsonObject told = serve.connection(0);
    QCOMPARE(told[latin("client_certificate_requested")].toBool(), true);
    QCOMPARE(told[latin("client_ca_names")].toArray().first().toString(), latin("CN=Client Root"));
    if (!error.isEmpty()) {
        const QJsonObject failure = told[latin("error")].toObject();
        QVERIFY2(failure[latin("message")].toString().startsWith(error), serve.output().constData());
        QCOMPARE(failure[latin("side")].toString(), latin("ours"));
        QVERIFY2(!seen.output.contains("Version: TLS"), seen.describe().constData());
        return;
    }
    QVERIFY2(!told.contains(latin("error")), serve.output().constData());
    QVERIFY2(seen.output.contains("Version: TLS"), seen.describe().constData());
    QCOMPARE(told[latin("verify")].isNull(), shown.isEmpty());
    if (shown == latin("client")) {
        QCOMPARE(told[latin("verify")][latin("ok")].toBool(), true);
        QCOMPARE(told[latin("chain")][0][latin("sha256")].toString().toStdString(), m_client.certificate.sha256());
        QVERIFY(seen.output.contains("Client certificate: CN=Some Client"));
        QVERIFY(seen.output.contains("Client certificate trusted: yes"));
    } else if (shown == latin("leaf")) {
        QCOMPARE(told[latin("verify")][latin("ok")].toBool(), false);
        QVERIFY(seen.output.contains("Client certificate trusted: no"));
    }
}

void TestInteropServe::resumes_data() {
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("shown"); // as above
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        for (const char* shown : {"", "client", "leaf"})
            QTest::addRow("%s %s", version, shown) << latin(version) << latin(shown);
    }
}

void TestInteropServe::resumes() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    QFETCH(QString, version);
    QFETCH(QString, shown);
    Serve serve(own({latin("--client-auth"), latin("request"), latin("--trust"), path("clientroot.pem"),
                     latin("--count"), latin("2"), latin("--json")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    // With an answer to wait for, s_client reads the tickets of TLS 1.3, too.
    const QByteArray request = "GET / HTTP/1.0\n\n";
    QStringList common{version, latin("-ign_eof")};
    if (!shown.isEmpty())
        common << latin("-cert") << path(shown == latin("leaf") ? "leaf.pem" : "client.pem") << latin("-key")
               << path(shown == latin("leaf") ? "key.pem" : "clientkey.pem");
    const auto first =
        test::run(openssl, s_client(serve, common + QStringList{latin("-sess_out"), path("session")}), input(request));
    CERTWRIGHT_VERIFY_SUCCESS(first);
    const auto second =
        test::run(openssl, s_client(serve, common + QStringList{latin("-sess_in"), path("session")}), input(request));
    QVERIFY2(second.output.contains("Reused, TLSv1."), second.describe().constData());
    QVERIFY(second.output.contains("It works"));
    QCOMPARE(serve.wait(), 0);
    QCOMPARE(serve.connection(0)[latin("session")][latin("resumed")].toBool(true), false);
    QCOMPARE(serve.connection(0)[latin("session")][latin("ticket")].toBool(), true);
    QCOMPARE(serve.connection(1)[latin("session")][latin("resumed")].toBool(), true);
    // The certificate is not checked again; what its check came to is part of the session.
    for (int i = 0; i < 2; ++i) {
        const QJsonObject told = serve.connection(i);
        QCOMPARE(told[latin("verify")].isNull(), shown.isEmpty());
        if (!shown.isEmpty())
            QCOMPARE(told[latin("verify")][latin("ok")].toBool(), shown == latin("client"));
    }
}

void TestInteropServe::echoes() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    Serve serve(own({latin("--count"), latin("1"), latin("--response"), latin("echo")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    QProcess client;
    client.start(openssl, s_client(serve, {latin("-quiet")}));
    // More than fits into any buffer on the way.
    QByteArray sent;
    for (int i = 0; i < 200000; ++i)
        sent += QByteArray::number(i) + '\n';
    client.write(sent);
    QByteArray back;
    while (back.size() < sent.size() && client.waitForReadyRead(30000))
        back += client.readAllStandardOutput();
    QCOMPARE(back.size(), sent.size());
    QVERIFY(back == sent);
    client.closeWriteChannel();
    client.kill();
    client.waitForFinished();
    QCOMPARE(serve.wait(), 0);
}

void TestInteropServe::answersCurl() {
    CERTWRIGHT_NEED_TOOL(curl, "curl");
    Serve serve(own({latin("--count"), latin("3"), latin("--response"), latin("page")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    const QStringList common{latin("-sS"),
                             latin("--cacert"),
                             path("root.pem"),
                             latin("--resolve"),
                             latin("localhost:%1:127.0.0.1").arg(serve.port()),
                             latin("--noproxy"),
                             latin("*")};
    const QString url = latin("https://localhost:%1/").arg(serve.port());
    const auto page = test::run(curl, common + QStringList{latin("-i"), url});
    CERTWRIGHT_VERIFY_SUCCESS(page);
    QVERIFY2(page.output.startsWith("HTTP/1.1 200 OK"), page.describe().constData());
    QVERIFY(page.output.contains("<h1>It works</h1>"));
    const auto head = test::run(curl, common + QStringList{latin("-I"), url});
    CERTWRIGHT_VERIFY_SUCCESS(head);
    QVERIFY(!head.output.contains("<h1>"));
    const auto posted = test::run(curl, common + QStringList{latin("-d"), latin("a=b"), url});
    CERTWRIGHT_VERIFY_SUCCESS(posted);
    QCOMPARE(serve.wait(), 0);
    QCOMPARE(serve.output().count('\n'), 3);
    QVERIFY2(!serve.output().contains("FAILED"), serve.output().constData());
}

void TestInteropServe::agreesWithItself() {
    const QString program = test::builtProgram(latin("app/cli/certwright-cli"));
    Serve serve(own({latin("--count"), latin("1"), latin("--json"), latin("--alpn"), latin("http/1.1")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    const auto seen =
        test::run(program, {latin("connect"), serve.endpoint(), latin("--sni"), latin("localhost"), latin("--trust"),
                            path("root.pem"), latin("--alpn"), latin("http/1.1"), latin("--json")});
    CERTWRIGHT_VERIFY_SUCCESS(seen);
    QCOMPARE(serve.wait(), 0);
    const QJsonObject ours = serve.connection(0);
    const QJsonObject theirs = QJsonDocument::fromJson(seen.output).object();
    for (const char* key : {"version", "cipher", "group", "signature", "alpn", "server_name", "client_random",
                            "server_random", "offered_ciphers", "extended_master_secret"})
        QVERIFY2(ours[latin(key)] == theirs[latin(key)], key);
    QCOMPARE(ours[latin("bytes")][latin("in")].toInt(), theirs[latin("bytes")][latin("out")].toInt());
    QCOMPARE(ours[latin("peer")].toString(), theirs[latin("local_address")].toString());
}

void TestInteropServe::logsKeysLikeOpenssl() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    Serve serve(own({latin("--count"), latin("1"), latin("--keylog"), path("ours.log")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    const auto seen =
        test::run(openssl, s_client(serve, {latin("-tls1_3"), latin("-keylogfile"), path("theirs.log")}), input(""));
    CERTWRIGHT_VERIFY_SUCCESS(seen);
    QCOMPARE(serve.wait(), 0);
    QList<QByteArray> logs[2];
    for (int i = 0; i < 2; ++i) {
        QFile file(path(i == 0 ? "ours.log" : "theirs.log"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        for (const QByteArray& line : file.readAll().toLower().split('\n')) {
            if (!line.isEmpty() && !line.startsWith('#'))
                logs[i] << line;
        }
        std::sort(logs[i].begin(), logs[i].end());
    }
    QCOMPARE(logs[0].size(), qsizetype(5));
    QCOMPARE(logs[0], logs[1]);
}

void TestInteropServe::endsOnInterrupt() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    Serve serve(own({latin("--json"), latin("--response"), latin("echo")}));
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    QProcess client;
    client.start(openssl, s_client(serve, {latin("-quiet")}));
    client.write("here\n");
    QVERIFY(client.waitForReadyRead(20000));
    serve.interrupt();
    QCOMPARE(serve.wait(), 0); // that is how a server without an end of its own ends
    QCOMPARE(serve.document()[latin("connections")].toArray().size(), qsizetype(1));
    QVERIFY(!serve.connection(0).contains(latin("error")));
    QVERIFY(client.waitForFinished(20000)); // it was told by close_notify
}

void TestInteropServe::endsWhenItHasServedEnough() {
    Serve serve({latin("--count"), latin("2")});
    QVERIFY2(!serve.port().isEmpty(), serve.errors().constData());
    QVERIFY(serve.errors().startsWith("Temporary certificate, SHA-256 "));
    serve.interrupt();
    QCOMPARE(serve.wait(), 130);
}

CERTWRIGHT_TEST_MAIN(TestInteropServe)
#include "tst_interop_serve.moc"
