#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/new_certificate_fixture.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/dialogs/name_dialog.h"
#include "ui/theme.h"
#include "ui/widgets/name_editor.h"
#include "ui/widgets/plan_preview.h"

#include <QDateTimeEdit>
#include <QLabel>
#include <QToolButton>
#include <QTreeWidget>
#include <QWheelEvent>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::NewCertificateFixture;
using test::waitUntil;

/// The way to success, judged by the openssl command; stopping; full disks; whether everybody can use it. What it
/// refuses and remarks stands in tst_new_certificate_messages.
class TestNewCertificateDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(program, "openssl"); }
    void makesARoot();
    void makesAServerCertificate();
    void makesARequest();
    void makesEveryPurpose_data();
    void makesEveryPurpose();
    void makesAnRsaKey();
    void certifiesAKeyOfTheStore();
    void opensForAKeyAndACa();
    void addsAndLeavesOutExtensions();
    void editsTheName();
    void wheelOverAFieldScrollsThePage();
    void choosesTimes();
    void showsWhatItWillMake();
    void saysWhatThePresetSet();
    void remembersNameAndCa();
    void unlocksTheStore();
    void keepsTheKeyWhenTheStoreLocksMeanwhile();
    void stopLeavesNothing_data();
    void stopLeavesNothing();
    void closingInTheMiddleLeavesNothing();
    void saysThatTheDiskIsFull();
    void asksBeforeTypingIsLost();
    void isUsable();
    void isUsableWithEverythingOpen();
    void holdsLongNamesAndManyNames();
};

void TestNewCertificateDialog::makesARoot() {
    Fixture f;
    f.open();
    // Nothing to sign with yet: a root is what is needed first, and its name all that has to be typed.
    QVERIFY(f.find<QAbstractButton>("selfSigned")->isChecked());
    QVERIFY(!f.find<QAbstractButton>("issuedByCa")->isEnabled());
    QVERIFY(f.find<QAbstractButton>("purpose-root-ca")->isChecked());
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("commonName"));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("Lab Root CA"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    QVERIFY(f.isGone());
    const QByteArray text = f.createdText();
    for (const char* expected :
         {"Subject: CN = Lab Root CA", "Issuer: CN = Lab Root CA", "X509v3 Basic Constraints: critical", "CA:TRUE\n",
          "X509v3 Key Usage: critical", "Certificate Sign, CRL Sign\n", "X509v3 Subject Key Identifier",
          "Not Before: Nov 24 11:55:00 2026 GMT", "Not After : Nov 24 11:54:59 2036 GMT", "ASN1 OID: secp384r1",
          "Signature Algorithm: ecdsa-with-SHA384"})
        QVERIFY2(text.contains(expected), text.constData());
    QVERIFY2(!text.contains("Netscape"), text.constData());
    QVERIFY(f.verify({}, f.made).contains(": OK"));
    QCOMPARE(f.counts().keys, qint64(1));
    QCOMPARE(f.toasts.back().text, QStringLiteral("Created Lab Root CA"));
    QCOMPARE(f.toasts.back().actionText, QStringLiteral("Export…"));
}

void TestNewCertificateDialog::makesAServerCertificate() {
    Fixture f;
    f.root = f.addCa(f.ca);
    f.open();
    // With a CA in the store this is the likely wish, so that one paste is enough.
    QVERIFY(f.find<QAbstractButton>("issuedByCa")->isChecked());
    QVERIFY(f.find<QAbstractButton>("purpose-tls-server")->isChecked());
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("names"));
    f.setNames(QStringLiteral("www.lab.example, api.lab.example 192.0.2.10\n2001:db8::1"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    for (const char* expected :
         {"Subject: CN = www.lab.example", "Issuer: CN = Lab Root CA", "CA:FALSE", "Digital Signature\n",
          "TLS Web Server Authentication\n",
          "DNS:www.lab.example, DNS:api.lab.example, IP Address:192.0.2.10, IP Address:2001:DB8:0:0:0:0:0:1",
          "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier", "Not After : Jun 12 11:54:59 2027 GMT",
          "ASN1 OID: prime256v1"})
        QVERIFY2(text.contains(expected), text.constData());
    const QStringList asServer{QStringLiteral("-purpose"), QStringLiteral("sslserver"),
                               QStringLiteral("-verify_hostname"), QStringLiteral("api.lab.example")};
    QVERIFY(f.verify(asServer, QByteArray::fromStdString(f.ca.certificate.toPem())).contains(": OK"));
    // The key lies in the store and is the certificate's.
    f.read([&f](store::Store& store) {
        const auto row = store.certificate(f.createdId());
        QVERIFY(row->keyId != 0);
        QVERIFY(row->isIssuedHere);
        QCOMPARE(row->profile, QStringLiteral("tls-server"));
        QVERIFY(store.privateKey(row->keyId).publicKey() == store.certificateObject(row->id).publicKey());
        QVERIFY(store.verifyJournal().isWhole);
    });
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewCertificateDialog::makesARequest() {
    Fixture f;
    f.open();
    f.click("request");
    QCOMPARE(f.primary()->text(), QStringLiteral("&Create request"));
    QCOMPARE(f.dialog->windowTitle(), QStringLiteral("New request"));
    f.click("purpose-tls-server");
    f.setNames(QStringLiteral("www.lab.example"));
    f.type("organization", QStringLiteral("Lab"));
    f.type("country", QStringLiteral("DE"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.created->front().at(0).value<store::EntryKind>() == store::EntryKind::Request);
    const QByteArray text =
        test::openssl({QStringLiteral("req"), QStringLiteral("-noout"), QStringLiteral("-verify"),
                       QStringLiteral("-text"), QStringLiteral("-nameopt"), QStringLiteral("oneline")},
                      f.createdPem());
    for (const char* expected : {"Subject: C = DE, O = Lab, CN = www.lab.example", "DNS:www.lab.example",
                                 "TLS Web Server Authentication", "Digital Signature"})
        QVERIFY2(text.contains(expected), text.constData());
    QCOMPARE(f.counts().requests, qint64(1));
    QCOMPARE(f.counts().certificates, qint64(0));
    QCOMPARE(f.toasts.back().text, QStringLiteral("Created the request www.lab.example"));
}

void TestNewCertificateDialog::makesEveryPurpose_data() {
    QTest::addColumn<QByteArray>("purpose");
    QTest::addColumn<QString>("names");
    QTest::addColumn<QByteArrayList>("expected"); // of "openssl x509 -text"
    const auto row = [](const char* purpose, const char* names, const QByteArrayList& expected) {
        QTest::newRow(purpose) << QByteArray(purpose) << QString::fromLatin1(names) << expected;
    };
    row("tls-client", "", {"Digital Signature\n", "TLS Web Client Authentication\n", "CA:FALSE"});
    row("tls-both", "a.lab.example", {"TLS Web Server Authentication, TLS Web Client Authentication\n"});
    row("code-signing", "", {"Digital Signature\n", "Code Signing\n", "CA:FALSE"});
    row("smime", "anna@lab.example",
        {"Digital Signature, Key Encipherment\n", "E-mail Protection\n", "email:anna@lab.example"});
    row("ocsp-responder", "", {"OCSP Signing\n", "OCSP No Check"});
    row("vpn-server", "vpn.lab.example", {"Digital Signature, Key Encipherment\n", "TLS Web Server Authentication"});
    row("vpn-client", "", {"Digital Signature, Key Encipherment\n", "TLS Web Client Authentication\n"});
    row("timestamping", "", {"X509v3 Extended Key Usage: critical", "Time Stamping\n"});
    row("intermediate-ca", "", {"CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign\n"});
}

void TestNewCertificateDialog::makesEveryPurpose() {
    QFETCH(const QByteArray, purpose);
    QFETCH(const QString, names);
    QFETCH(const QByteArrayList, expected);
    Fixture f;
    f.addCa(f.ca);
    f.open();
    f.click(("purpose-" + purpose).constData());
    if (!names.isEmpty())
        f.setNames(names);
    f.type("commonName", QStringLiteral("holder"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    for (const QByteArray& each : expected)
        QVERIFY2(text.contains(each), text.constData());
    QVERIFY(f.verify({}, QByteArray::fromStdString(f.ca.certificate.toPem())).contains(": OK"));
}

void TestNewCertificateDialog::makesAnRsaKey() {
    Fixture f;
    f.openForServer();
    f.chooseKind(QStringLiteral("RSA 2048"));
    QVERIFY(!f.find<QToolButton>("keyByPreset")->isVisible());
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    QVERIFY2(text.contains("Public-Key: (2048 bit)"), text.constData());
    // RSA keys may encrypt a key, EC keys may not (RFC 8813 3).
    QVERIFY2(text.contains("Digital Signature, Key Encipherment\n"), text.constData());
}

void TestNewCertificateDialog::certifiesAKeyOfTheStore() {
    Fixture f;
    f.write([](store::Store& store) { store.addKey(test::sampleKey("ec:P-384"), {QStringLiteral("my key"), {}}); });
    f.openForServer();
    f.find<QAbstractButton>("existingKey")->click();
    auto* keys = f.find<QComboBox>("storedKey");
    keys->setCurrentIndex(keys->findText(QStringLiteral("my key"), Qt::MatchStartsWith));
    Q_EMIT keys->activated(keys->currentIndex());
    f.settle();
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.createdText().contains("ASN1 OID: secp384r1"));
    QCOMPARE(f.counts().keys, qint64(2)); // the CA's and this one
}

void TestNewCertificateDialog::opensForAKeyAndACa() {
    Fixture f;
    store::RowId key = 0;
    f.write([&key](store::Store& store) { key = store.addKey(test::sampleKey(), {QStringLiteral("my key"), {}}); });
    f.addCa(f.ca);
    const store::RowId other = f.addCa(test::sampleRoot("Other Root"));
    f.open({pki::Product::IssuedCertificate, QStringLiteral("tls-client"), other, key});
    QVERIFY(f.find<QAbstractButton>("existingKey")->isChecked());
    QVERIFY(f.find<QComboBox>("storedKey")->currentText().startsWith(QStringLiteral("my key")));
    QVERIFY(f.find<QComboBox>("issuer")->currentText().startsWith(QStringLiteral("Other Root")));
    QVERIFY(f.find<QAbstractButton>("purpose-tls-client")->isChecked());
}

void TestNewCertificateDialog::addsAndLeavesOutExtensions() {
    Fixture f;
    f.openForServer();
    f.addExtension(QStringLiteral("crlDistributionPoints"), QStringLiteral("URI:http://crl.lab.example/ca.crl"));
    f.addExtension(QStringLiteral("1.3.6.1.4.1.99999.1"), QStringLiteral("ASN1:UTF8String:hello"));
    auto* list = f.find<QTreeWidget>("extensions");
    for (int i = 0; i < list->topLevelItemCount(); ++i) {
        if (list->topLevelItem(i)->text(0) == QStringLiteral("Extended key usage"))
            list->topLevelItem(i)->setCheckState(0, Qt::Unchecked);
    }
    f.settle();
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    QVERIFY2(text.contains("URI:http://crl.lab.example/ca.crl"), text.constData());
    QVERIFY2(text.contains("1.3.6.1.4.1.99999.1"), text.constData());
    QVERIFY2(!text.contains("Extended Key Usage"), text.constData());
}

void TestNewCertificateDialog::editsTheName() {
    Fixture f;
    f.openForServer();
    f.find<QAbstractButton>("editName")->click();
    auto* editor = f.dialog->findChild<NameDialog*>();
    QVERIFY(editor != nullptr);
    // It begins with what would be issued.
    QCOMPARE(editor->name().first("CN").value_or(""), std::string("www.lab.example"));
    editor->editor()->setName(x509::Name::parse("CN=www.lab.example,OU=Web,DC=lab,DC=example"));
    editor->accept();
    f.settle();
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    QVERIFY2(text.contains("Subject: DC = example, DC = lab, OU = Web, CN = www.lab.example"), text.constData());
}

void TestNewCertificateDialog::wheelOverAFieldScrollsThePage() {
    Fixture f;
    f.openForServer();
    auto* end = f.find<QDateTimeEdit>("notAfter");
    const QDateTime before = end->dateTime();
    const auto roll = [](QWidget* field) {
        QWheelEvent event(QPointF(5, 5), field->mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, -120), Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(field, &event);
    };
    Theme::instance().apply(ThemeMode::Light); // with the program's style
    QVERIFY(!end->hasFocus());
    roll(end);
    roll(f.find<QComboBox>("issuer"));
    QCOMPARE(end->dateTime(), before);
    end->setFocus(); // who is in the field means it
    roll(end);
    QVERIFY(end->dateTime() != before);
}

void TestNewCertificateDialog::choosesTimes() {
    Fixture f;
    f.openForServer();
    f.click("lifetime-90d");
    QVERIFY(!f.find<QToolButton>("validityByPreset")->isVisible());
    f.find<QDateTimeEdit>("notBefore")
        ->setDateTime(QDateTime::fromString(QStringLiteral("2026-12-01T08:00:00Z"), Qt::ISODate));
    f.settle();
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    const QByteArray text = f.createdText();
    QVERIFY2(text.contains("Not Before: Dec  1 08:00:00 2026 GMT"), text.constData());
    QVERIFY2(text.contains("Not After : Mar  1 07:59:59 2027 GMT"), text.constData());
}

void TestNewCertificateDialog::showsWhatItWillMake() {
    Fixture f;
    f.openForServer();
    const auto* preview = f.dialog->findChild<PlanPreview*>();
    QCOMPARE(preview->value(QStringLiteral("Subject")), QStringLiteral("CN=www.lab.example"));
    QCOMPARE(preview->value(QStringLiteral("Issuer")), QStringLiteral("CN=Lab Root CA"));
    QVERIFY(f.find<QLineEdit>("storeName")->placeholderText() == QStringLiteral("www.lab.example"));
    f.click("purpose-tls-client");
    QVERIFY2(preview->value(QStringLiteral("Extended key usage")).contains(QStringLiteral("Client Authentication")),
             qPrintable(preview->value(QStringLiteral("Extended key usage"))));
}

void TestNewCertificateDialog::saysWhatThePresetSet() {
    Fixture f;
    f.openForServer();
    const auto* chip = f.find<QToolButton>("fromFirstName");
    QVERIFY(chip->isVisible());
    QCOMPARE(f.find<QLineEdit>("commonName")->text(), QStringLiteral("www.lab.example"));
    f.setNames(QStringLiteral("other.lab.example"));
    QCOMPARE(f.find<QLineEdit>("commonName")->text(), QStringLiteral("other.lab.example"));
    f.click("fromFirstName"); // lets it go
    f.setNames(QStringLiteral("third.lab.example"));
    QCOMPARE(f.find<QLineEdit>("commonName")->text(), QStringLiteral("other.lab.example"));
    QVERIFY(!chip->isVisible());
    // And back to all that the preset says.
    f.chooseKind(QStringLiteral("RSA 4096"));
    f.click("lifetime-10y");
    f.click("reset");
    QCOMPARE(f.find<QComboBox>("keyKind")->currentText(), QStringLiteral("P-256"));
    QVERIFY(f.find<QToolButton>("keyByPreset")->isVisible());
    QVERIFY(f.find<QAbstractButton>("lifetime-200d")->isChecked());
}

void TestNewCertificateDialog::remembersNameAndCa() {
    Fixture f;
    f.openForServer();
    f.addCa(test::sampleRoot("Other Root"));
    f.prompts.willChoose(0);
    f.dialog->reject();
    QVERIFY(f.isGone());
    f.open();
    auto* issuers = f.find<QComboBox>("issuer");
    issuers->setCurrentIndex(issuers->findText(QStringLiteral("Other Root"), Qt::MatchStartsWith));
    Q_EMIT issuers->activated(issuers->currentIndex());
    f.setNames(QStringLiteral("www.lab.example"));
    f.type("organization", QStringLiteral("Lab"));
    f.type("country", QStringLiteral("DE"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.isGone());
    f.open();
    QVERIFY(f.find<QComboBox>("issuer")->currentText().startsWith(QStringLiteral("Other Root")));
    QCOMPARE(f.find<QLineEdit>("organization")->text(), QStringLiteral("Lab"));
    QCOMPARE(f.find<QLineEdit>("country")->text(), QStringLiteral("DE"));
}

void TestNewCertificateDialog::unlocksTheStore() {
    Fixture f;
    f.openForServer();
    f.controller.lock();
    f.prompts.willGiveUpPassphrase();
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QCOMPARE(f.prompts.passphraseRequests.back().reason, QStringLiteral("To sign www.lab.example with Lab Root CA."));
    QCOMPARE(f.counts().certificates, qint64(1));
    f.prompts.willGivePassphrase(QStringLiteral("wrong"));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.prompts.passphraseRequests.back().problem.startsWith(QStringLiteral("Wrong passphrase")));
}

void TestNewCertificateDialog::keepsTheKeyWhenTheStoreLocksMeanwhile() {
    Fixture f;
    f.openForServer();
    f.chooseKind(QStringLiteral("RSA 2048"));
    f.primary()->click();
    QVERIFY(f.isBusy());
    // The key comes back by this thread's event loop, so the store is locked before anything is signed.
    f.controller.lock();
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    QVERIFY(f.prompts.isScriptDone());
    QCOMPARE(f.prompts.passphraseRequests.back().reason, QStringLiteral("To go on with www.lab.example."));
    QVERIFY(f.createdText().contains("Public-Key: (2048 bit)"));
}

void TestNewCertificateDialog::stopLeavesNothing_data() {
    QTest::addColumn<QString>("kind");
    QTest::newRow("while the key is made") << "RSA 4096";
    QTest::newRow("while it is signed") << "P-256";
}

void TestNewCertificateDialog::stopLeavesNothing() {
    QFETCH(const QString, kind);
    Fixture f;
    f.openForServer();
    f.chooseKind(kind);
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    QCOMPARE(f.find<QPushButton>("cancel")->text(), QStringLiteral("Stop"));
    QVERIFY(!f.find<QLineEdit>("storeName")->isEnabled());
    test::look(*f.dialog, QStringLiteral("new-certificate-busy"));
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    hold.release();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Stopped. Nothing was created."));
    QCOMPARE(f.counts().certificates, qint64(1));
    QCOMPARE(f.counts().keys, qint64(1));
    QVERIFY(f.dialog->isVisible());
    QCOMPARE(f.find<QLineEdit>("commonName")->text(), QStringLiteral("www.lab.example")); // nothing typed is lost
    f.chooseKind(QStringLiteral("P-256"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
}

void TestNewCertificateDialog::closingInTheMiddleLeavesNothing() {
    Fixture f;
    f.openForServer();
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    f.dialog->close();
    QVERIFY(f.isGone());
    hold.release();
    QVERIFY(waitUntil([&f] { return f.jobs.isIdle(); }));
    QCOMPARE(f.counts().certificates, qint64(1));
    QCOMPARE(f.counts().keys, qint64(1));
}

void TestNewCertificateDialog::saysThatTheDiskIsFull() {
    Fixture f((QString()));
    CERTWRIGHT_NEED_DISK(disk, f.path(QStringLiteral("disk")), "1m");
    f.createStore(QStringLiteral("disk/full.certwright"));
    QString names;
    for (int i = 0; i < 400; ++i)
        names += QStringLiteral("host-%1.a-rather-long-domain.lab.example\n").arg(i);
    f.openForServer(names);
    disk->fill();
    QVERIFY(!f.create());
    QCOMPARE(f.banner(), QStringLiteral("The certificate was not created."));
    QVERIFY(!f.bannerDetail().isEmpty());
    QCOMPARE(f.counts().certificates, qint64(1));
    QCOMPARE(f.counts().keys, qint64(1)); // nor the key of it
}

void TestNewCertificateDialog::asksBeforeTypingIsLost() {
    Fixture f;
    f.openForServer();
    f.prompts.willChoose(std::nullopt);
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QCoreApplication::processEvents(); // the answer comes later
    QVERIFY(f.prompts.isScriptDone());
    QVERIFY(f.dialog->isVisible());
    QCOMPARE(f.prompts.questions.back().text, QStringLiteral("Close without creating the certificate?"));
    QVERIFY(f.prompts.questions.back().choices.front().isDestructive);
    f.prompts.willChoose(std::nullopt);
    f.dialog->close();
    QCoreApplication::processEvents(); // the answer comes later
    QVERIFY(f.prompts.isScriptDone());
    QVERIFY(f.dialog->isVisible());
    f.prompts.willChoose(0);
    f.dialog->close();
    QVERIFY(f.isGone());
    QCOMPARE(f.prompts.questions.size(), std::size_t(3));
    QCOMPARE(f.counts().certificates, qint64(1));
    // A common name alone counts, too; nothing typed needs no question.
    f.open();
    f.type("commonName", QStringLiteral("someone.lab.example"));
    f.prompts.willChoose(0);
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
    f.open();
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
    QCOMPARE(f.prompts.questions.size(), std::size_t(4));
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewCertificateDialog::isUsable() {
    Fixture f;
    f.openForServer(QStringLiteral("www.example.test\nexample.test\n192.0.2.10"));
    f.type("organization", QStringLiteral("Example Test Lab"));
    f.type("country", QStringLiteral("DE"));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QCOMPARE(test::defaultButton(*f.dialog), f.primary());
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    test::look(*f.dialog, QStringLiteral("new-certificate"));
    f.prompts.willChoose(0);
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
    QCOMPARE(f.counts().certificates, qint64(1));
}

void TestNewCertificateDialog::isUsableWithEverythingOpen() {
    Fixture f;
    f.openForServer(QStringLiteral("lab_host.example.test"));
    for (auto* toggle : f.dialog->findChildren<QToolButton*>(QStringLiteral("sectionToggle")))
        toggle->setChecked(true);
    f.dialog->resize(1180, 1200); // all of it in sight: what scrolls has no place of its own
    f.settle();
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    test::look(*f.dialog, QStringLiteral("new-certificate-open"));
    // On a small screen, and at 150 % on a usual one, everything is reached by scrolling.
    f.dialog->resize(f.dialog->minimumSizeHint());
    QVERIFY2(f.dialog->width() <= 900 && f.dialog->height() <= 480,
             qPrintable(QStringLiteral("%1x%2").arg(f.dialog->width()).arg(f.dialog->height())));
    QVERIFY(f.dialog->rect().contains(f.primary()->mapTo(f.dialog.data(), f.primary()->rect().bottomRight())));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
}

void TestNewCertificateDialog::holdsLongNamesAndManyNames() {
    Fixture f;
    const test::Holder ca = test::sampleRoot("An Issuing CA with a Rather Long Name of the Department of Tests");
    f.addCa(ca);
    f.open();
    QString names;
    for (int i = 0; i < 50; ++i)
        names += QStringLiteral("host-%1.a-rather-long-domain-name-for-tests.lab.example\n").arg(i);
    f.setNames(names);
    f.type("organization", QString(64, QLatin1Char('W')));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    test::look(*f.dialog, QStringLiteral("new-certificate-many"));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QCOMPARE(f.createdText().count("DNS:"), 50);
}

CERTWRIGHT_TEST_MAIN(TestNewCertificateDialog)
#include "tst_new_certificate_dialog.moc"
