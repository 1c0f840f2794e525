#include "tests/desktop/desktop_session.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace certwright;

/// The two things that the program is for, done by keyboard on a real screen: make certificates and put them to use;
/// look at a connection. What comes out is checked by openssl.
class DesktopTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void makesAndInspectsByKeyboard();
    void cleanup();

private:
    void createStore();
    void createAuthority();
    void createServerCertificate();
    void exportForNginx();
    void inspect(quint16 port);
    void checkFiles(const QString& openssl, quint16 port);
    /// Fills the field that has the keyboard.
    void replaceText(const QString& text);
    /// Names of the certificates that the command line sees in the store.
    QStringList certificates() const;
    QString path(const QString& name) const { return m_folder.filePath(name); }

    QTemporaryDir m_folder;
    std::unique_ptr<test::DesktopSession> m_session;
};

void DesktopTest::makesAndInspectsByKeyboard() {
    CERTWRIGHT_NEED_TOOL(xvfb, "Xvfb");
    CERTWRIGHT_NEED_TOOL(openbox, "openbox");
    CERTWRIGHT_NEED_TOOL(xdotool, "xdotool");
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    m_session = std::make_unique<test::DesktopSession>(test::DesktopSession::Tools{xvfb, openbox, xdotool});
    QVERIFY(m_session->open());
    QVERIFY(m_session->start(QStringLiteral(CERTWRIGHT_PROGRAM), {}));
    QVERIFY(m_session->waitForWindow(QStringLiteral(".*Certwright")));

    createStore();
    createAuthority();
    createServerCertificate();
    exportForNginx();
    if (QTest::currentTestFailed())
        return;

    QString message;
    const auto server = test::RealServer::startNginx(
        nginx,
        QStringLiteral("ssl_certificate %1/fullchain.pem; ssl_certificate_key %1/privkey.pem;")
            .arg(path(QStringLiteral("files"))),
        &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    inspect(server->port());
    // nginx says so when a handshake succeeded and the peer left without a request.
    QByteArray log;
    QVERIFY2(m_session->waitUntil([&server, &log] {
        log += server->takeOutput();
        return log.contains("while waiting for request");
    }),
             log.constData());

    m_session->press({QStringLiteral("ctrl+q")});
    QCOMPARE(m_session->waitForEnd(), 0);
    checkFiles(openssl, server->port());
}

void DesktopTest::createStore() {
    m_session->press({QStringLiteral("ctrl+shift+n")});
    QVERIFY(m_session->waitForWindow(QStringLiteral("Create a store")));
    m_session->press({QStringLiteral("alt+f")});
    replaceText(path(QStringLiteral("lab.certwright")));
    m_session->press({QStringLiteral("alt+p")});
    m_session->type(QStringLiteral("tidal basin nine"));
    m_session->press({QStringLiteral("Tab")});
    m_session->type(QStringLiteral("tidal basin nine"));
    m_session->press({QStringLiteral("Return")});
    QVERIFY(m_session->waitForWindow(QStringLiteral(".*Certwright")));
    QVERIFY(QFile::exists(path(QStringLiteral("lab.certwright"))));
}

void DesktopTest::createAuthority() {
    // An empty store proposes a self-signed root.
    m_session->press({QStringLiteral("ctrl+n")});
    QVERIFY(m_session->waitForWindow(QStringLiteral("New certificate")));
    m_session->press({QStringLiteral("alt+m")});
    m_session->type(QStringLiteral("Desk Root CA"));
    m_session->press({QStringLiteral("alt+c")});
    QVERIFY(m_session->waitForWindow(QStringLiteral(".*Certwright")));
    QVERIFY(m_session->waitUntil([this] { return certificates() == QStringList{QStringLiteral("Desk Root CA")}; }));
}

void DesktopTest::createServerCertificate() {
    // With a CA there, a server certificate from it is proposed, and the keyboard is in the box of names.
    m_session->press({QStringLiteral("ctrl+n")});
    QVERIFY(m_session->waitForWindow(QStringLiteral("New certificate")));
    m_session->type(QStringLiteral("localhost, desk.example, 127.0.0.1"));
    m_session->press({QStringLiteral("alt+c")});
    QVERIFY(m_session->waitForWindow(QStringLiteral(".*Certwright")));
    QVERIFY(m_session->waitUntil([this] { return certificates().contains(QStringLiteral("localhost")); }));
}

void DesktopTest::exportForNginx() {
    // What was made is selected as soon as the list has it; until then there is nothing to export.
    QVERIFY(m_session->waitUntil([this] {
        m_session->press({QStringLiteral("ctrl+e")});
        return m_session->isActive(QStringLiteral("Export.*"));
    }));
    m_session->press({QStringLiteral("alt+t")});
    replaceText(path(QStringLiteral("files")));
    m_session->press({QStringLiteral("Return")});
    QVERIFY(m_session->waitForWindow(QStringLiteral(".*Certwright")));
    QVERIFY(m_session->waitUntil([this] { return QFile::exists(path(QStringLiteral("files/privkey.pem"))); }));
}

void DesktopTest::inspect(quint16 port) {
    m_session->press({QStringLiteral("ctrl+t")});
    replaceText(QStringLiteral("localhost:%1").arg(port));
    m_session->press({QStringLiteral("Return")});
}

void DesktopTest::checkFiles(const QString& openssl, quint16 port) {
    QCOMPARE(QFile::permissions(path(QStringLiteral("files/privkey.pem"))) & QFileDevice::Permissions(0x0077),
             QFileDevice::Permissions());
    const auto exported =
        test::run(QStringLiteral(CERTWRIGHT_CLI),
                  {QStringLiteral("export"), QStringLiteral("Desk Root CA"), QStringLiteral("--store"),
                   path(QStringLiteral("lab.certwright")), QStringLiteral("--target"), QStringLiteral("pem"),
                   QStringLiteral("--out"), path(QStringLiteral("root.pem"))});
    CERTWRIGHT_VERIFY_SUCCESS(exported);
    CERTWRIGHT_VERIFY_SUCCESS(
        test::run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-purpose"),
                            QStringLiteral("sslserver"), QStringLiteral("-verify_hostname"),
                            QStringLiteral("desk.example"), QStringLiteral("-CAfile"), path(QStringLiteral("root.pem")),
                            path(QStringLiteral("files/fullchain.pem"))}));
    const auto client = test::run(openssl, {QStringLiteral("s_client"), QStringLiteral("-connect"),
                                            QStringLiteral("127.0.0.1:%1").arg(port), QStringLiteral("-CAfile"),
                                            path(QStringLiteral("root.pem")), QStringLiteral("-verify_return_error"),
                                            QStringLiteral("-verify_hostname"), QStringLiteral("localhost")});
    CERTWRIGHT_VERIFY_SUCCESS(client);
}

void DesktopTest::replaceText(const QString& text) {
    m_session->press({QStringLiteral("ctrl+a")});
    m_session->type(text);
}

QStringList DesktopTest::certificates() const {
    const auto listed =
        test::run(QStringLiteral(CERTWRIGHT_CLI), {QStringLiteral("list"), QStringLiteral("--json"),
                                                   QStringLiteral("--store"), path(QStringLiteral("lab.certwright"))});
    QStringList names;
    const QJsonObject document = QJsonDocument::fromJson(listed.output).object();
    for (const QJsonValue& entry : document[QStringLiteral("items")].toArray())
        names += entry[QStringLiteral("name")].toString();
    return names;
}

void DesktopTest::cleanup() {
    if (m_session && QTest::currentTestFailed()) {
        const QString kept = QStringLiteral(CERTWRIGHT_BINARY_DIR) + QStringLiteral("/tst_desktop-failure.png");
        if (m_session->picture().save(kept))
            qInfo("The screen as it was: %s", qPrintable(kept));
    }
    m_session.reset();
}

CERTWRIGHT_TEST_MAIN(DesktopTest)
#include "tst_desktop.moc"
