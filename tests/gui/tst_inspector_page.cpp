// What the inspector's page shows of a connection to `openssl s_server`, against what s_server logged about the same
// connection and what `openssl s_client` says about the same server.
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/inspector_fixture.h"
#include "tests/gui/support/openssl_tool.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/theme.h"

#include <QClipboard>
#include <QFileInfo>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTableView>
#include <QTreeWidget>
using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = InspectorFixture;

namespace {

QString firstMatch(const QByteArray& text, const char* pattern) {
    const QRegularExpression expression(QString::fromLatin1(pattern), QRegularExpression::MultilineOption);
    return expression.match(QString::fromUtf8(text)).captured(1);
}

/// Hexadecimal digits of a value as the page shows it, in groups and lines.
QString ungrouped(QString text) {
    return text.remove(QRegularExpression(QStringLiteral("\\s")));
}

QString shownValue(const Fixture& f, const QString& label) {
    const auto* row = f.find<QWidget>(QStringLiteral("row-") + label);
    const auto* value = row->findChild<QLabel*>(QStringLiteral("value"));
    return value == nullptr ? QString() : ungrouped(value->text());
}

QString fact(const Fixture& f, const char* label) {
    return f.text(qPrintable(QStringLiteral("fact-") + QString::fromLatin1(label)));
}

/// Labels that the key log has for a version (RFC 5246 by NSS's CLIENT_RANDOM, RFC 8446 7.1).
QStringList secretLabels(bool isTls13) {
    if (!isTls13)
        return {QStringLiteral("CLIENT_RANDOM")};
    return {QStringLiteral("CLIENT_HANDSHAKE_TRAFFIC_SECRET"), QStringLiteral("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
            QStringLiteral("CLIENT_TRAFFIC_SECRET_0"), QStringLiteral("SERVER_TRAFFIC_SECRET_0"),
            QStringLiteral("EXPORTER_SECRET")};
}

void addVersions() {
    QTest::addColumn<bool>("isTls13");
    QTest::newRow("TLS 1.2") << false;
    QTest::newRow("TLS 1.3") << true;
}

QStringList versionArguments(bool isTls13) {
    return {isTls13 ? QStringLiteral("-tls1_3") : QStringLiteral("-tls1_2")};
}

} // namespace

class TestInspectorPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsWhatWasAgreedUpon_data() { addVersions(); }
    void showsWhatWasAgreedUpon();
    void showsMessagesAndStates_data() { addVersions(); }
    void showsMessagesAndStates();
    void listsTheSuitesOfTheHello_data() { addVersions(); }
    void listsTheSuitesOfTheHello();
    void showsRandomsAndHidesSecrets_data() { addVersions(); }
    void showsRandomsAndHidesSecrets();
    void hidesSecretsAgain();
    void savesTheKeyLogForItsOwnerOnly_data() { addVersions(); }
    void savesTheKeyLogForItsOwnerOnly();
    void savesTheCapture_data() { addVersions(); }
    void savesTheCapture();
    void verifiesTheChain_data();
    void verifiesTheChain();
    void importsTheChain();
    void asksBeforeARootIsTrusted();
    void savesTheChain();
    void opensTheChain();
    void isUsable();
    void namesMessagesOnANarrowPage();
    void followsTheTheme();
};

void TestInspectorPage::initTestCase() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
}

void TestInspectorPage::showsWhatWasAgreedUpon() {
    QFETCH(bool, isTls13);
    Fixture f;
    f.trustBySystem();
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("verdict"), QStringLiteral("Good connection"));
    QCOMPARE(f.titles, QStringList{f.address()});
    QVERIFY(f.message().isEmpty());

    const QByteArray client = f.askClient();
    const QString cipher = firstMatch(client, "^New, [^,]+, Cipher is (\\S+)");
    QVERIFY2(!cipher.isEmpty(), client.constData());
    QCOMPARE(fact(f, "Version"), isTls13 ? QStringLiteral("TLS 1.3") : QStringLiteral("TLS 1.2"));
    // "0x13,0x02 - TLS_AES_256_GCM_SHA384 - TLS_AES_256_GCM_SHA384 ..."
    const QByteArray names = openssl({QStringLiteral("ciphers"), QStringLiteral("-V"), QStringLiteral("-stdname"),
                                      QStringLiteral("ALL:COMPLEMENTOFALL")});
    const QString standard =
        firstMatch(names, qPrintable(QStringLiteral(" - (\\S+) +- %1 ").arg(QRegularExpression::escape(cipher))));
    QVERIFY(!standard.isEmpty());
    QCOMPARE(fact(f, "Cipher suite"), standard);
    QVERIFY(f.text("verdictDetail").contains(standard));
    // "Server Temp Key: X25519, 253 bits"; since OpenSSL 3.5 "Negotiated TLS1.3 group: X25519MLKEM768"
    QString group = firstMatch(client, "^(?:Server|Peer) Temp Key: ([^,]+),");
    if (group.isEmpty())
        group = firstMatch(client, "^Negotiated TLS1.3 group: (\\S+)");
    QCOMPARE(fact(f, "Key exchange").toUpper(), group.toUpper());
    QCOMPARE(fact(f, "Server name (SNI)"), QStringLiteral("localhost"));
    QCOMPARE(fact(f, "Address"), QStringLiteral("127.0.0.1:%1").arg(f.server->port()));
    QVERIFY(client.contains("Verify return code: 0"));
    QVERIFY(f.reasons().contains(QStringLiteral("The chain leads to Inspector Root")));
    QVERIFY(f.reasons().contains(QStringLiteral("The certificate is for localhost")));
    const QString subject = firstMatch(client, "^ 0 s:CN ?= ?(.*)$");
    QCOMPARE(fact(f, "Subject"), subject);
    const QByteArray print = openssl({QStringLiteral("x509"), QStringLiteral("-noout"), QStringLiteral("-sha256"),
                                      QStringLiteral("-fingerprint"), QStringLiteral("-in"), f.files.path("leaf.pem")});
    QCOMPARE(ungrouped(fact(f, "SHA-256")), firstMatch(print, "=(.*)$").remove(QLatin1Char(':')));
}

void TestInspectorPage::showsMessagesAndStates() {
    QFETCH(bool, isTls13);
    Fixture f;
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    // While it ran each of the phases was said.
    const QStringList live = f.liveStates();
    for (const char* phase : {"Looking up the name", "Connecting", "Shaking hands"})
        QVERIFY2(live.contains(QString::fromLatin1(phase)), qPrintable(live.join(QLatin1Char('\n'))));

    const QString log = f.find<QPlainTextEdit>("log")->toPlainText();
    const QString client = QString::fromUtf8(f.askClient());
    QRegularExpression states(QStringLiteral("^SSL_connect:(.*)$"), QRegularExpression::MultilineOption);
    int count = 0;
    for (auto each = states.globalMatch(client); each.hasNext(); ++count) {
        const QString state = each.next().captured(1).trimmed();
        QVERIFY2(log.contains(state), qPrintable(state + QStringLiteral(" is not in\n") + log));
    }
    QVERIFY2(count > 5, qPrintable(client));

    // The bytes of a message are those that the server read.
    const auto* table = f.find<QTableView>("messages");
    QVERIFY(table->model()->rowCount() > 4);
    f.showTab(HandshakeTab);
    QString dump;
    for (const QString& line : f.find<QPlainTextEdit>("bytes")->toPlainText().split(QLatin1Char('\n')))
        dump += line.mid(6, 48);
    QCOMPARE(ungrouped(dump), f.helloHex(QStringLiteral("ClientHello")));
    QCOMPARE(table->model()->index(0, 2).data().toString(), QStringLiteral("ClientHello"));

    // The bytes of a chosen field are marked: of the random those that the server saw.
    auto* fields = f.find<QTreeWidget>("fields");
    const auto found = fields->findItems(QStringLiteral("random"), Qt::MatchExactly | Qt::MatchRecursive);
    QCOMPARE(found.size(), 1);
    fields->setCurrentItem(found.first());
    QString marked;
    for (const auto& mark : f.find<QPlainTextEdit>("bytes")->extraSelections())
        marked += mark.cursor.selectedText();
    QCOMPARE(ungrouped(marked), f.helloHex(QStringLiteral("ClientHello")).mid(2 * 6, 2 * 32));
    QCOMPARE(f.text("fieldPlace"), QStringLiteral("random: bytes 6 to 37"));
    look(*f.page, QStringLiteral("inspector-field"));
    QCOMPARE(found.first()->text(1).toLower(), ungrouped(marked));
}

void TestInspectorPage::listsTheSuitesOfTheHello() {
    QFETCH(bool, isTls13);
    Fixture f;
    QCOMPARE(f.text("cipherSummary"), QStringLiteral("No cipher suites yet"));
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    // RFC 8446 4.1.2: header (4), version (2), random (32), session id with its length, suites with theirs.
    const QByteArray hello = QByteArray::fromHex(f.helloHex(QStringLiteral("ClientHello")).toLatin1());
    QVERIFY(hello.size() > 40);
    const int at = 39 + hello[38];
    const int length = (uchar(hello[at]) << 8) + uchar(hello[at + 1]);
    QStringList offered;
    for (int i = at + 2; i < at + 2 + length; i += 2) {
        const QByteArray id = hello.mid(i, 2).toHex().toUpper();
        if (id != "00FF") // RFC 5746: not a suite but a signal
            offered << QStringLiteral("0x") + QString::fromLatin1(id);
    }
    QCOMPARE(f.column("ciphers", 1), offered);
    const QString cipher = firstMatch(f.askClient(), "^New, [^,]+, Cipher is (\\S+)");
    const QStringList uses = f.column("ciphers", 0);
    QCOMPARE(uses.count(QStringLiteral("chosen")), 1);
    QCOMPARE(f.column("ciphers", 3).value(uses.indexOf(QStringLiteral("chosen"))), cipher);
}

void TestInspectorPage::showsRandomsAndHidesSecrets() {
    QFETCH(bool, isTls13);
    Fixture f;
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    f.showTab(SecretsTab);
    QCOMPARE(shownValue(f, QStringLiteral("Client random")), f.helloHex(QStringLiteral("ClientHello")).mid(12, 64));
    QCOMPARE(shownValue(f, QStringLiteral("Server random")), f.helloHex(QStringLiteral("ServerHello")).mid(12, 64));
    QStringList labels = secretLabels(isTls13);
    for (const QString& label : labels) {
        const QString logged = f.loggedSecret(label);
        QVERIFY2(!logged.isEmpty(), qPrintable(label));
        for (const QLabel* shown : f.page->findChildren<QLabel*>())
            QVERIFY2(!ungrouped(shown->text()).contains(logged), qPrintable(label));
        auto* reveal = f.find<QPushButton>(QStringLiteral("reveal-") + label);
        reveal->click();
        QCOMPARE(shownValue(f, label), logged);
        QCOMPARE(reveal->text(), QStringLiteral("Hide"));
        reveal->click();
        QVERIFY(!shownValue(f, label).contains(logged.left(8)));
        // Copied all the same, as one line.
        f.find<QPushButton>(QStringLiteral("copy-") + label)->click();
        QCOMPARE(QApplication::clipboard()->text(), logged);
    }
    if (!isTls13) {
        f.find<QPushButton>("reveal-Master key")->click();
        QCOMPARE(shownValue(f, QStringLiteral("Master key")), f.loggedSecret(QStringLiteral("CLIENT_RANDOM")));
    }
}

void TestInspectorPage::hidesSecretsAgain() {
    Fixture f;
    f.startServer(versionArguments(true));
    QVERIFY(f.inspect(f.address()));
    f.showTab(SecretsTab);
    const QString label = QStringLiteral("EXPORTER_SECRET");
    const QString logged = f.loggedSecret(label);
    auto* reveal = f.find<QPushButton>(QStringLiteral("reveal-") + label);
    reveal->click();
    QCOMPARE(shownValue(f, label), logged);
    f.showTab(LogTab);
    f.showTab(SecretsTab);
    QVERIFY(shownValue(f, label) != logged);
    reveal->click();
    QCOMPARE(shownValue(f, label), logged);
    // Another window comes in front.
    QWidget other;
    other.show();
    other.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&other));
    QVERIFY(shownValue(f, label) != logged);
    // A new connection forgets the values of the one before.
    f.page->activateWindow();
    f.server->stop();
    f.go(f.address());
    QVERIFY(f.page->findChild<QWidget*>(QStringLiteral("row-") + label) == nullptr);
    QVERIFY(f.waitForEnd());
    QVERIFY(!f.find<QPushButton>("saveKeyLog")->isEnabled());
}

void TestInspectorPage::savesTheKeyLogForItsOwnerOnly() {
    QFETCH(bool, isTls13);
    Fixture f;
    QVERIFY(!f.find<QPushButton>("saveKeyLog")->isEnabled());
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    const QString path = f.path(QStringLiteral("keys.txt"));
    f.prompts.willChooseFiles({path});
    f.find<QPushButton>("saveKeyLog")->click();
    QVERIFY(waitUntil([&f] { return !f.toasts.empty(); }));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArrayList lines = file.readAll().trimmed().split('\n');
    QCOMPARE(lines.size(), secretLabels(isTls13).size());
    for (const QByteArray& line : lines)
        QVERIFY2(f.keyLogLines().contains(line), line.constData());
    QCOMPARE(QFileInfo(path).permissions() & QFileDevice::Permissions(0x0077), QFileDevice::Permissions());
    // Where it cannot be written, the file's name and the reason are said.
    f.prompts.willChooseFiles({f.path(QStringLiteral("no/such/folder/keys.txt"))});
    f.find<QPushButton>("saveKeyLog")->click();
    QVERIFY(waitUntil([&f] { return !f.prompts.errors.empty(); }));
    QCOMPARE(f.prompts.errors.front().title, QStringLiteral("The key log was not saved"));
    QVERIFY(f.prompts.errors.front().error.kind() == base::ErrorKind::Io);
    QVERIFY(f.prompts.isScriptDone());
}

void TestInspectorPage::savesTheCapture() {
    QFETCH(bool, isTls13);
    Fixture f;
    QVERIFY(!f.find<QPushButton>("saveCapture")->isEnabled());
    f.startServer(versionArguments(isTls13));
    QVERIFY(f.inspect(f.address()));
    const QString path = f.path(QStringLiteral("connection.pcapng"));
    f.prompts.willChooseFiles({path});
    f.find<QPushButton>("saveCapture")->click();
    QVERIFY(waitUntil([&f] { return !f.toasts.empty(); }));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray capture = file.readAll();
    for (const QByteArray& line : f.keyLogLines())
        QVERIFY2(line.startsWith('#') || capture.contains(line), line.constData());
    // A hello with a post-quantum key share goes over several segments.
    constexpr int FirstOctets = 500;
    const QByteArray hello = QByteArray::fromHex(f.helloHex(QStringLiteral("ClientHello")).toLatin1());
    QVERIFY(capture.contains(hello.left(FirstOctets)));
    QCOMPARE(QFileInfo(path).permissions() & QFileDevice::Permissions(0x0077), QFileDevice::Permissions());
}

void TestInspectorPage::verifiesTheChain_data() {
    QTest::addColumn<bool>("isInSystem");
    QTest::addColumn<bool>("hasStore");
    QTest::addColumn<bool>("isInStore");
    QTest::newRow("trusted by the system, no store") << true << false << false;
    QTest::newRow("trusted by nobody") << false << false << false;
    QTest::newRow("trusted by the store") << false << true << true;
    QTest::newRow("a store without the root") << false << true << false;
}

void TestInspectorPage::verifiesTheChain() {
    QFETCH(bool, isInSystem);
    QFETCH(bool, hasStore);
    QFETCH(bool, isInStore);
    Fixture f(hasStore);
    if (isInSystem)
        f.trustBySystem();
    if (isInStore)
        f.write([&f](store::Store& store) { store.addCertificate(f.root.certificate()); });
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    const QByteArray client = f.askClient();
    QStringList names{firstMatch(client, "^ 0 s:CN ?= ?(.*)$"), firstMatch(client, "^ 1 s:.*CN ?= ?(.*)$")};
    QVERIFY2(!names.contains(QString()), client.constData());
    const bool isGood = isInSystem || isInStore;
    if (isGood)
        names << firstMatch(client, "^ 1 s:.*\\n *i:.*CN ?= ?(.*)$");
    QCOMPARE(f.column("chain", 0), names);
    QCOMPARE(f.text("chainVerdict"), isGood
                                         ? QStringLiteral("The chain is trusted and the certificate is for this host")
                                         : QStringLiteral("The chain is not trusted: its root CN=Inspector Root,O=Lab "
                                                          "is not known here"));
    QCOMPARE(f.text("verdict"),
             isGood ? QStringLiteral("Good connection") : QStringLiteral("Connected, but the chain is not trusted"));
    QVERIFY(f.find<QWidget>("findings")->isVisibleTo(f.page.get()) != isGood);
    const QString trust = f.text("trust");
    QCOMPARE(trust.contains(QStringLiteral("lab.certwright")), hasStore);
    QVERIFY(trust.contains(QStringLiteral("the system's trusted certificates")));
    auto* import = f.find<QPushButton>("importChain");
    QCOMPARE(import->isEnabled(), hasStore);
    QCOMPARE(import->toolTip().isEmpty(), hasStore); // it says why not
    look(*f.page, QStringLiteral("inspector-chain-") + (isGood ? QStringLiteral("good") : QStringLiteral("bad")));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
}

void TestInspectorPage::importsTheChain() {
    Fixture f(true);
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    auto* import = f.find<QPushButton>("importChain");
    QTest::mouseClick(import, Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.toasts.size() == 1; }));
    QCOMPARE(f.toasts[0].text, QStringLiteral("Imported 2 certificates"));
    std::vector<std::string> stored;
    f.read([&](store::Store& store) {
        const base::Bytes subjects[] = {f.intermediate.certificate().subject().toDer(),
                                        f.page->report()->facts.chain.front().subject().toDer()};
        for (const base::Bytes& subject : subjects) {
            for (const store::RowId id : store.certificatesBySubject(subject))
                stored.push_back(store.certificateObject(id).toPem());
        }
    });
    const QByteArray client = f.askClient();
    QCOMPARE(stored.size(), std::size_t{2});
    for (const std::string& pem : stored)
        QVERIFY(client.contains(QByteArray::fromStdString(pem)));
    QVERIFY(import->isEnabled());
    import->click();
    QVERIFY(waitUntil([&f] { return f.toasts.size() == 2; }));
    QCOMPARE(f.toasts[1].text, QStringLiteral("These certificates are in the store already"));
    QVERIFY(f.prompts.errors.empty());
}

void TestInspectorPage::asksBeforeARootIsTrusted() {
    Fixture f(true);
    f.files.write("rest.pem", f.intermediate.certificate().toPem() + f.root.certificate().toPem());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    auto* import = f.find<QPushButton>("importChain");
    const auto counted = [&f] {
        qint64 count = 0;
        f.read([&count](store::Store& store) { count = store.counts().certificates; });
        return count;
    };
    f.prompts.willChoose(std::nullopt); // Cancel
    import->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(f.prompts.questions.back().choices.back().isDestructive); // never by Enter alone
    QTest::qWait(20);
    QCOMPARE(counted(), qint64(0));
    f.prompts.willChoose(std::size_t(0));
    import->click();
    QVERIFY(waitUntil([&f] { return f.toasts.size() == 1; }));
    QCOMPARE(counted(), qint64(2));
    f.read([](store::Store& store) { QVERIFY(store.trustedRoots().empty()); });
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("chainVerdict"), QStringLiteral("The chain is complete, but its root is not trusted"));
    f.prompts.willChoose(std::size_t(1));
    import->click();
    QVERIFY(waitUntil([&f] { return f.toasts.size() == 2; }));
    QCOMPARE(counted(), qint64(3));
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("chainVerdict"), QStringLiteral("The chain is trusted and the certificate is for this host"));
    import->click(); // nothing new to say yes to
    QVERIFY(waitUntil([&f] { return f.toasts.size() == 3; }));
    QVERIFY(f.prompts.isScriptDone() && f.prompts.errors.empty());
}

void TestInspectorPage::savesTheChain() {
    Fixture f;
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    const QString path = f.path(QStringLiteral("chain.pem"));
    f.prompts.willChooseFiles({path});
    f.find<QPushButton>("saveChain")->click();
    QVERIFY(waitUntil([&f] { return !f.toasts.empty(); }));
    QCOMPARE(f.prompts.fileRequests.front().suggestedName, QStringLiteral("localhost.pem"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray client = f.askClient();
    QByteArray wanted;
    const QByteArray end("-----END CERTIFICATE-----\n");
    for (qsizetype at = client.indexOf("-----BEGIN CERT"); at >= 0; at = client.indexOf("-----BEGIN CERT", at + 1))
        wanted += client.mid(at, client.indexOf(end, at) + end.size() - at);
    QVERIFY(!wanted.isEmpty());
    QCOMPARE(file.readAll(), wanted);
    f.prompts.willChooseFiles({f.path(QStringLiteral("no/such/folder/chain.pem"))});
    f.find<QPushButton>("saveChain")->click();
    QVERIFY(waitUntil([&f] { return !f.prompts.errors.empty(); }));
    QCOMPARE(f.prompts.errors.front().title, QStringLiteral("The chain was not saved"));
}

void TestInspectorPage::opensTheChain() {
    Fixture f;
    f.trustBySystem();
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    std::vector<x509::Certificate> opened;
    QObject::connect(f.page.get(), &InspectorPage::certificatesOpened, f.page.get(),
                     [&opened](const std::vector<x509::Certificate>& certificates) { opened = certificates; });
    f.find<QPushButton>("openCertificate")->click();
    QCOMPARE(opened.size(), std::size_t{3});
    // From the chosen one upwards.
    auto* list = f.find<QTreeWidget>("chain");
    list->setCurrentItem(list->topLevelItem(1));
    f.find<QPushButton>("openCertificate")->click();
    QCOMPARE(opened.size(), std::size_t{2});
    QVERIFY(opened[0] == f.intermediate.certificate() && opened[1] == f.root.certificate());
}

void TestInspectorPage::isUsable() {
    Fixture f;
    CERTWRIGHT_VERIFY_USABLE(*f.page); // before the first connection
    look(*f.page, QStringLiteral("inspector-empty"));
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    for (int tab = 0; tab < f.tabs()->count(); ++tab) {
        f.showTab(tab);
        look(*f.page, QStringLiteral("inspector-%1").arg(f.tabs()->tabText(tab).toLower()));
        QTest::qWait(20);
        CERTWRIGHT_VERIFY_USABLE(*f.page);
        f.page->focusAddress();
        const QStringList jumps = tabJumps(*f.page);
        QVERIFY2(jumps.isEmpty(),
                 qPrintable(f.tabs()->tabText(tab) + QStringLiteral(": ") + jumps.join(QStringLiteral(", "))));
    }
    // A 1366x768 screen at 150 % has 910x512; the frame of the window, menu, tool bar, status bar and sidebar are
    // there.
    const QSize least = f.page->minimumSizeHint();
    QVERIFY2(least.width() <= 600 && least.height() <= 360,
             qPrintable(QStringLiteral("%1x%2").arg(least.width()).arg(least.height())));
}

void TestInspectorPage::namesMessagesOnANarrowPage() {
    Fixture f;
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.page->resize(700, 380);
    f.showTab(HandshakeTab);
    const auto* table = f.find<QTableView>("messages");
    const int wanted = static_cast<const QAbstractItemView*>(table)->sizeHintForColumn(2);
    QVERIFY(wanted > table->fontMetrics().horizontalAdvance(QStringLiteral("ClientHello")));
    QVERIFY(waitUntil([&] { return table->columnWidth(2) >= wanted; })); // it is laid out by events
    QCOMPARE(table->horizontalScrollBar()->maximum(), 0);
    look(*f.page, QStringLiteral("inspector-narrow"));
}

void TestInspectorPage::followsTheTheme() {
    Fixture f;
    f.startServer();
    Theme::instance().apply(ThemeMode::Light);
    QVERIFY(f.inspect(f.address()));
    const auto colours = [&f] {
        QList<QColor> found;
        const auto* chain = f.find<QTreeWidget>("chain");
        found << chain->topLevelItem(0)->foreground(1).color() << chain->topLevelItem(0)->foreground(2).color();
        const auto* ciphers = f.find<QTreeWidget>("ciphers");
        for (int i = 0; i < ciphers->topLevelItemCount(); ++i) {
            if (ciphers->topLevelItem(i)->text(0) == QStringLiteral("offered")) {
                found << ciphers->topLevelItem(i)->foreground(0).color();
                break;
            }
        }
        found << f.find<QWidget>("verdictStrip")->palette().color(QPalette::Window);
        return found;
    };
    f.find<QTreeWidget>("chain")->setCurrentItem(f.find<QTreeWidget>("chain")->topLevelItem(1));
    const auto marks = [&f] {
        QList<QImage> images{f.find<QLabel>("verdictMark")->pixmap().toImage()};
        for (const QLabel* mark : f.page->findChildren<QLabel*>(QStringLiteral("reasonMark")))
            images << mark->pixmap().toImage();
        return images;
    };
    const QList<QColor> light = colours();
    const QList<QImage> lightMarks = marks();
    QCOMPARE(light[0], Theme::instance().color(ColorRole::Secondary));
    Theme::instance().apply(ThemeMode::Dark);
    const QList<QColor> dark = colours();
    QCOMPARE(dark[0], Theme::instance().color(ColorRole::Secondary));
    QCOMPARE(dark[1], Theme::instance().color(State::Valid));
    QCOMPARE(dark[2], Theme::instance().color(ColorRole::Secondary));
    QCOMPARE(dark[3], Theme::instance().color(ColorRole::WarningStrip));
    const QList<QImage> darkMarks = marks();
    QVERIFY(lightMarks.size() > 3);
    for (qsizetype i = 0; i < lightMarks.size(); ++i)
        QVERIFY2(darkMarks[i] != lightMarks[i], qPrintable(QString::number(i)));
    // What was chosen stays chosen.
    QCOMPARE(f.find<QTreeWidget>("chain")->indexOfTopLevelItem(f.find<QTreeWidget>("chain")->currentItem()), 1);
    Theme::instance().apply(ThemeMode::Light);
    QCOMPARE(colours(), light);
}

CERTWRIGHT_TEST_MAIN(TestInspectorPage)
#include "tst_inspector_page.moc"
