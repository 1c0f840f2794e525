// What a person can do with the inspector beside looking: talk over an open connection, choose what is offered, go
// back to servers looked at before, look at several at once. Against openssl s_server.
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/inspector_fixture.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/pages/inspector_session.h"
#include "ui/widgets/field_message.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QToolButton>
#include <QTreeWidget>

using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = InspectorFixture;

namespace {

QStringList words(const char* text) {
    return QString::fromLatin1(text).split(QLatin1Char(' '));
}

/// s_server that sends each line back reversed, with these arguments besides.
void startEcho(Fixture& f, const QStringList& arguments = {}) {
    f.server = RealServer::startOpenssl(findTool(QStringLiteral("openssl")),
                                        QStringList{QStringLiteral("-cert"), f.files.path("leaf.pem"),
                                                    QStringLiteral("-key"), f.files.path("key.pem"),
                                                    QStringLiteral("-rev"), QStringLiteral("-quiet")} +
                                            arguments);
    QVERIFY(f.server);
}

bool isConnected(const Fixture& f) {
    return waitUntil([&f] { return f.text("consoleState") == QStringLiteral("Connected."); });
}

bool openConsole(Fixture& f) {
    f.showTab(ConsoleTab);
    f.find<QLineEdit>("address")->setText(f.address());
    QTest::mouseClick(f.find<QPushButton>("consoleConnect"), Qt::LeftButton);
    return isConnected(f);
}

void type(const Fixture& f, const char* text) {
    auto* input = f.find<QPlainTextEdit>("consoleInput");
    input->setFocus();
    QTest::keyClicks(input, QString::fromLatin1(text));
}

bool waitForOutput(const Fixture& f, const char* text) {
    return waitUntil([&f, text] {
        return f.find<QPlainTextEdit>("consoleOutput")->toPlainText().contains(QString::fromUtf8(text));
    });
}

QString shown(const Fixture& f) {
    return f.find<QPlainTextEdit>("consoleOutput")->toPlainText();
}

QStringList messageNames(const Fixture& f) {
    QStringList names;
    for (const tls::Message& message : f.page->report()->transcript.messages())
        names << QString::fromStdString(message.name());
    return names;
}

QStringList historyTexts(const Fixture& f) {
    auto* menu = f.find<QMenu>("historyMenu");
    Q_EMIT menu->aboutToShow();
    QStringList texts;
    for (const QAction* action : menu->actions())
        texts << action->text();
    return texts;
}

} // namespace

class TestInspectorConsole : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(openssl, "openssl"); }
    void sendsTextAndHexadecimal();
    void getsAPageByATemplate();
    void changesKeys();
    void renegotiates();
    void tellsHowAConnectionEnded();
    void cancelEndsAnOpenConnection();
    void refusesWhatIsNotHexadecimal();
    void offersWhatTheOptionsSay();
    void saysWhatIsWrongWithAnOption();
    void trustsWhatTheOptionsSay();
    void showsAClientCertificateOfTheStore();
    void asksForTlsByStartTls();
    void remembersTargets();
    void looksAtSeveralAtOnce();
    void isUsable();
};

void TestInspectorConsole::sendsTextAndHexadecimal() {
    Fixture f;
    startEcho(f);
    QVERIFY(!f.find<QPushButton>("consoleSend")->isEnabled());
    QVERIFY(openConsole(f));
    QCOMPARE(f.tabs()->currentIndex(), int(ConsoleTab));
    QVERIFY(f.page->isRunning());
    QVERIFY(f.page->report());
    type(f, "certwright");
    QTest::keyClick(f.find<QPlainTextEdit>("consoleInput"), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(waitForOutput(f, "thgirwtrec"));
    QVERIFY(f.find<QPlainTextEdit>("consoleInput")->toPlainText().isEmpty());
    QVERIFY(shown(f).startsWith(QStringLiteral("→ sent 12 ")));

    f.find<QComboBox>("consoleFormat")->setCurrentIndex(1);
    QVERIFY(!shown(f).contains(QStringLiteral("→ sent 12 bytes\ncertwright")));
    type(f, "61 62:63 0a"); // "abc" and the end of the line
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return shown(f).toLower().contains(QStringLiteral("63 62 61 0a")); }));
}

void TestInspectorConsole::getsAPageByATemplate() {
    Fixture f;
    f.startServer(); // -www
    QVERIFY(openConsole(f));
    QTest::mouseClick(f.find<QPushButton>("consoleRequest"), Qt::LeftButton);
    const QString request = f.find<QPlainTextEdit>("consoleInput")->toPlainText();
    QVERIFY2(request.startsWith(QStringLiteral("GET / HTTP/1.1\nHost: localhost\n")), qPrintable(request));
    QVERIFY(shown(f).isEmpty()); // nothing is sent unasked
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitForOutput(f, "HTTP/1.0 200 ok"));
    QVERIFY(waitUntil([&f] { return !f.page->isRunning(); }));
    QCOMPARE(f.text("consoleState"), QStringLiteral("Closed properly by both sides."));
    QVERIFY(f.find<QPushButton>("consoleConnect")->isVisibleTo(f.page.get()));
    // What came stays.
    QVERIFY(shown(f).contains(QStringLiteral("HTTP/1.0 200 ok")));
    look(*f.page, QStringLiteral("inspector-console-page"));
}

void TestInspectorConsole::changesKeys() {
    Fixture f;
    startEcho(f, words("-tls1_3"));
    QVERIFY(openConsole(f));
    auto* button = f.find<QPushButton>("renegotiate");
    QCOMPARE(button->text().remove(QLatin1Char('&')), QStringLiteral("Change keys"));
    QTest::mouseClick(button, Qt::LeftButton);
    type(f, "abc");
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitForOutput(f, "cba"));
    QVERIFY(waitUntil([&f] { return messageNames(f).count(QStringLiteral("KeyUpdate")) == 2; }));
}

void TestInspectorConsole::renegotiates() {
    Fixture f;
    startEcho(f, words("-tls1_2 -client_renegotiation"));
    QVERIFY(openConsole(f));
    auto* button = f.find<QPushButton>("renegotiate");
    QCOMPARE(button->text().remove(QLatin1Char('&')), QStringLiteral("New handshake"));
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return messageNames(f).count(QStringLiteral("Finished")) == 4; }));
    type(f, "abc");
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitForOutput(f, "cba"));
}

void TestInspectorConsole::tellsHowAConnectionEnded() {
    Fixture f;
    startEcho(f, words("-tls1_2"));
    QVERIFY(openConsole(f));
    QSignalSpy ended(f.page.get(), &InspectorPage::inspected);
    QTest::mouseClick(f.find<QPushButton>("closeConnection"), Qt::LeftButton);
    QVERIFY(ended.wait());
    QVERIFY(f.text("consoleState").startsWith(QStringLiteral("Closed")));
    // A refusal of renegotiation ends it, with the alert's name.
    QVERIFY(openConsole(f));
    QTest::mouseClick(f.find<QPushButton>("renegotiate"), Qt::LeftButton);
    QVERIFY(ended.wait());
    QVERIFY2(f.text("consoleState").contains(QStringLiteral("no_renegotiation")), qPrintable(f.text("consoleState")));
    // What was learnt is still there.
    QVERIFY(f.page->report()->facts.version == tls::ProtocolVersion::Tls12);
    QCOMPARE(f.column("chain", 0).size(), 1);
    // The server just goes.
    QVERIFY(openConsole(f));
    f.server->stop();
    QVERIFY(ended.wait());
    QVERIFY(f.text("consoleState") != QStringLiteral("Connected."));
    QVERIFY(!f.find<QPushButton>("consoleSend")->isEnabled());
}

void TestInspectorConsole::cancelEndsAnOpenConnection() {
    Fixture f;
    startEcho(f);
    QVERIFY(openConsole(f));
    auto* stop = f.find<QPushButton>("cancelInspection");
    QVERIFY(stop->isEnabled());
    QTest::mouseClick(stop, Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return !f.page->isRunning(); }));
    QVERIFY(!stop->isEnabled());
    QVERIFY(f.page->report()->facts.version.has_value());
}

void TestInspectorConsole::refusesWhatIsNotHexadecimal() {
    Fixture f;
    startEcho(f);
    QVERIFY(openConsole(f));
    f.find<QComboBox>("consoleFormat")->setCurrentIndex(1);
    type(f, "61 6");
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    const auto* message = f.find<FieldMessage>("consoleMessage");
    QVERIFY(message->isError());
    QVERIFY(message->text().contains(QStringLiteral("hexadecimal")));
    QCOMPARE(f.find<QPlainTextEdit>("consoleInput")->toPlainText(), QStringLiteral("61 6"));
    type(f, "1");
    QVERIFY(!message->isError());
}

void TestInspectorConsole::offersWhatTheOptionsSay() {
    Fixture f;
    f.startServer(words("-alpn http/1.1"));
    f.find<QPushButton>("inspectorOptions")->click();
    QVERIFY(f.find<QWidget>("connectionOptions")->isVisible());
    f.find<QLineEdit>("optionServerName")->setText(QStringLiteral("other.example"));
    f.find<QLineEdit>("optionAlpn")->setText(QStringLiteral("h2, http/1.1"));
    f.find<QComboBox>("optionMaximum")->setCurrentIndex(3); // TLS 1.2
    f.find<QLineEdit>("optionCiphers")
        ->setText(QStringLiteral("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"));
    f.find<QLineEdit>("optionGroups")->setText(QStringLiteral("P-384:P-256")); // the certificate's, too
    f.find<QComboBox>("optionFamily")->setCurrentIndex(1);                     // IPv4
    const QString summary = f.text("optionsSummary");
    for (const char* part :
         {"SNI other.example", "ALPN h2, http/1.1", "up to TLS 1.2", "groups P-384:P-256", "IPv4 only"})
        QVERIFY2(summary.contains(QString::fromLatin1(part)), qPrintable(summary));
    QVERIFY(f.inspect(f.address()));
    const auto report = f.page->report();
    QVERIFY(!report->failure);
    QVERIFY(report->facts.version == tls::ProtocolVersion::Tls12);
    QCOMPARE(report->facts.alpn, std::string("http/1.1"));
    QCOMPARE(report->facts.serverName, std::string("other.example"));
    QCOMPARE(report->facts.group, std::string("secp384r1"));
    QCOMPARE(report->facts.offeredCiphers.size(), std::size_t{2});
    QCOMPARE(report->hostname->asked, std::string("other.example"));
    QVERIFY(!report->hostname->ok);
    // The server saw that name, too (s_client shows the same by -servername).
    QVERIFY(
        f.helloHex(QStringLiteral("ClientHello")).contains(QString::fromLatin1(QByteArray("other.example").toHex())));
    // And back to what is usual.
    f.find<QPushButton>("resetOptions")->click();
    QVERIFY(!f.find<QLabel>("optionsSummary")->isVisible());
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->facts.version == tls::ProtocolVersion::Tls13);
    QVERIFY(f.page->report()->hostname->ok);
}

void TestInspectorConsole::saysWhatIsWrongWithAnOption() {
    Fixture f;
    f.startServer();
    f.find<QLineEdit>("optionGroups")->setText(QStringLiteral("no-such-group"));
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->failure);
    QVERIFY(f.page->report()->failure->side == tls::FailureSide::Ours);
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("no-such-group")), qPrintable(f.text("verdictDetail")));
    QCOMPARE(f.text("verdict"), QStringLiteral("These options cannot be used"));
    f.find<QLineEdit>("optionGroups")->clear();
    f.find<QComboBox>("optionMinimum")->setCurrentIndex(4); // TLS 1.3
    f.find<QComboBox>("optionMaximum")->setCurrentIndex(3); // TLS 1.2
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->failure);
    QVERIFY(f.page->report()->failure->side == tls::FailureSide::Ours);
}

void TestInspectorConsole::trustsWhatTheOptionsSay() {
    Fixture f;
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    QVERIFY(!f.page->report()->verify->ok);
    f.find<QLineEdit>("optionTrustFile")->setText(f.files.path("root.pem"));
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->verify->ok);
    QVERIFY(f.text("trust").endsWith(QStringLiteral("and root.pem")));
    // Chosen by a dialog.
    f.find<QPushButton>("resetOptions")->click();
    f.prompts.willChooseFiles({f.files.path("root.pem")});
    f.find<QPushButton>("chooseTrustFile")->click();
    QVERIFY(waitUntil([&f] { return !f.find<QLineEdit>("optionTrustFile")->text().isEmpty(); }));
    f.find<QCheckBox>("optionSystemTrust")->setChecked(false);
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->verify->ok);
    QCOMPARE(f.text("trust"), QStringLiteral("Checked against: root.pem"));
    // A file that is not there is said, and which.
    f.find<QLineEdit>("optionTrustFile")->setText(QStringLiteral("/no/such/file.pem"));
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->failure);
    QVERIFY(f.page->report()->failure->error.kind() == base::ErrorKind::NotFound);
}

void TestInspectorConsole::showsAClientCertificateOfTheStore() {
    Fixture f(true);
    IssueOptions options;
    options.subject = "CN=Test Client";
    options.extendedKeyUsage = "clientAuth";
    const Issued client = f.intermediate.issue(options);
    f.write([&](store::Store& store) {
        store.addKey(client.key, {QStringLiteral("client"), {}});
        store.addCertificate(client.certificate);
        store.addCertificate(f.intermediate.certificate());
        store.addCertificate(f.root.certificate());
    });
    // It refuses whoever has none, and prints the subjects of those who have.
    f.server = RealServer::startOpenssl(
        findTool(QStringLiteral("openssl")),
        QStringList{QStringLiteral("-cert"), f.files.path("leaf.pem"), QStringLiteral("-key"), f.files.path("key.pem"),
                    QStringLiteral("-cert_chain"), f.files.path("rest.pem"), QStringLiteral("-CAfile"),
                    f.files.path("root.pem"), QStringLiteral("-verify_return_error"), QStringLiteral("-rev")} +
            words("-Verify 3"));
    QVERIFY(f.server);
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->failure);
    QVERIFY(f.page->report()->failure->side == tls::FailureSide::Peer);
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("certificate_required")),
             qPrintable(f.text("verdictDetail")));

    f.find<QPushButton>("inspectorOptions")->click();
    auto* list = f.find<QComboBox>("optionClientCertificate");
    QVERIFY(waitUntil([list] { return list->count() == 2; })); // none, and the one that has its key
    list->setCurrentIndex(1);
    QVERIFY(f.text("optionsSummary").startsWith(QStringLiteral("as ")));
    f.server->takeOutput();
    QVERIFY(f.inspect(f.address()));
    const auto report = f.page->report();
    QVERIFY2(!report->failure, report->failure ? report->failure->error.what() : "");
    QVERIFY(report->facts.isClientCertificateRequested);
    QByteArray seen;
    QVERIFY(waitUntil([&] { // "CN=", with spaces before OpenSSL 3.2
        return (seen += f.server->takeOutput().replace(" = ", "=")).contains("CN=Test Client");
    }));
}

void TestInspectorConsole::asksForTlsByStartTls() {
    Fixture f;
    f.trustBySystem();
    // s_server waits for a hello, and the inspector for the greeting of a mail server.
    f.startServer();
    auto* protocols = f.find<QComboBox>("optionStartTls");
    protocols->setCurrentIndex(protocols->findText(QStringLiteral("SMTP")));
    QVERIFY(f.text("optionsSummary").contains(QStringLiteral("STARTTLS SMTP")));
    f.find<QSpinBox>("optionTimeout")->setValue(1);
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.page->report()->failure);
    QVERIFY(f.page->report()->transcript.messages().empty());
    // Without a port it is that of the protocol.
    f.page->inspect(QStringLiteral("127.0.0.1"));
    QVERIFY(f.waitForEnd());
    QCOMPARE(f.page->report()->endpoint.port, std::uint16_t(25));
    protocols->setCurrentIndex(0);
    // A proxy that is none is said before anything is sent.
    f.find<QLineEdit>("optionProxy")->setText(QStringLiteral("ftp://nowhere"));
    f.go(f.address());
    QVERIFY(!f.message().isEmpty());
    QVERIFY(f.find<QWidget>("connectionOptions")->isVisible());
}

void TestInspectorConsole::remembersTargets() {
    Fixture f;
    QCOMPARE(historyTexts(f).value(0), QStringLiteral("No server was looked at yet"));
    f.startServer();
    QVERIFY(f.inspect(QStringLiteral("https://user:secret@") + f.address() + QStringLiteral("/path")) ||
            !f.message().isEmpty());
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.inspect(QStringLiteral("127.0.0.1:1")));
    QStringList texts = historyTexts(f);
    QCOMPARE(texts.mid(0, 2), (QStringList{QStringLiteral("127.0.0.1:1"), f.address()}));
    QVERIFY(!texts.join(QLatin1Char(' ')).contains(QStringLiteral("secret")));
    // Pinned, it stands on top and survives clearing.
    f.find<QAction>("pinTarget")->trigger();
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(historyTexts(f).value(0), QStringLiteral("127.0.0.1:1"));
    f.find<QAction>("clearHistory")->trigger();
    texts = historyTexts(f);
    QCOMPARE(texts.value(0), QStringLiteral("127.0.0.1:1"));
    QVERIFY(!texts.contains(f.address()));
    // Choosing one looks at it.
    f.find<QAction>("history-127.0.0.1:1")->trigger();
    QCOMPARE(f.find<QLineEdit>("address")->text(), QStringLiteral("127.0.0.1:1"));
    QVERIFY(f.waitForEnd());
    QCOMPARE(f.page->report()->endpoint.host, std::string("127.0.0.1"));
    // They are there again in a new tab.
    f.page->addSession();
    auto* bar = static_cast<QWidget*>(f.page->current())->findChild<QMenu*>(QStringLiteral("historyMenu"));
    Q_EMIT bar->aboutToShow();
    QCOMPARE(bar->actions().value(0)->text(), QStringLiteral("127.0.0.1:1"));
}

void TestInspectorConsole::looksAtSeveralAtOnce() {
    Fixture f;
    startEcho(f);
    QVERIFY(openConsole(f));
    const QString first = f.address();
    auto* sessions = f.find<QTabWidget>("inspections");
    QVERIFY(!sessions->tabsClosable());
    QTest::mouseClick(f.find<QToolButton>("addInspection"), Qt::LeftButton);
    QCOMPARE(sessions->count(), 2);
    QCOMPARE(sessions->currentIndex(), 1);
    QVERIFY(sessions->tabsClosable());
    QVERIFY(!f.page->isRunning());
    QVERIFY(sessions->currentWidget()->findChild<QLineEdit*>(QStringLiteral("address"))->hasFocus());
    f.page->inspect(QStringLiteral("127.0.0.1:1"));
    QVERIFY(waitUntil([&f] { return f.page->report() != nullptr; }));
    QCOMPARE(sessions->tabText(0), first);
    QCOMPARE(sessions->tabText(1), QStringLiteral("127.0.0.1:1"));
    // The first one is still connected.
    sessions->setCurrentIndex(0);
    QVERIFY(f.page->isRunning());
    QCOMPARE(f.titles.last(), first);
    type(f, "abc");
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitForOutput(f, "cba"));
    // Closing it ends its connection: the server takes the next.
    Q_EMIT sessions->tabCloseRequested(0);
    QCOMPARE(sessions->count(), 1);
    QVERIFY(f.inspect(first));
    QVERIFY(!f.page->report()->failure);
    Q_EMIT sessions->tabCloseRequested(0);
    QCOMPARE(sessions->count(), 1);
}

void TestInspectorConsole::isUsable() {
    Fixture f;
    startEcho(f);
    f.showTab(ConsoleTab);
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    QVERIFY(openConsole(f));
    type(f, "certwright");
    QTest::mouseClick(f.find<QPushButton>("consoleSend"), Qt::LeftButton);
    QVERIFY(waitForOutput(f, "thgirwtrec"));
    look(*f.page, QStringLiteral("inspector-console-open"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    f.page->focusAddress();
    QStringList jumps = tabJumps(*f.page);
    QVERIFY2(jumps.isEmpty(), qPrintable(jumps.join(QStringLiteral(", "))));
    f.find<QPushButton>("inspectorOptions")->click();
    f.find<QComboBox>("optionMaximum")->setCurrentIndex(3);
    QTest::qWait(20);
    look(*f.page, QStringLiteral("inspector-options"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    f.page->focusAddress();
    jumps = tabJumps(*f.page);
    QVERIFY2(jumps.isEmpty(), qPrintable(jumps.join(QStringLiteral(", "))));
    const QSize least = f.page->minimumSizeHint();
    QVERIFY2(least.width() <= 910 && least.height() <= 460,
             qPrintable(QStringLiteral("%1x%2").arg(least.width()).arg(least.height())));
}

CERTWRIGHT_TEST_MAIN(TestInspectorConsole)
#include "tst_inspector_console.moc"
