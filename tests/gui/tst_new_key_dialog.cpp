#include "core/formats/pkcs8.h"
#include "tests/core/store/sample_pki.h"
#include "tests/gui/support/dialog_fixture.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/openssl_tool.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/dialogs/new_key_dialog.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/key_kind.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QRadioButton>
#include <QSignalSpy>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

const QString storeName = QStringLiteral("lab.certwright");

struct Fixture : test::DialogFixture<NewKeyDialog> {
    explicit Fixture(const QString& store = storeName) {
        if (!store.isEmpty())
            createStore(store);
        open();
    }

    void open() {
        auto* made = new NewKeyDialog(context);
        created = std::make_unique<QSignalSpy>(made, &NewKeyDialog::created);
        show(made);
    }
    QLineEdit* name() const { return find<QLineEdit>("name"); }
    void choose(const QString& algorithm, const QString& parameter) const {
        find<QCheckBox>("advanced")->setChecked(true);
        auto* types = find<QComboBox>("algorithm");
        const int index = types->findData(algorithm);
        QVERIFY2(index >= 0, qPrintable(algorithm));
        types->setCurrentIndex(index);
        Q_EMIT types->activated(index);
        if (!parameter.isEmpty())
            find<QComboBox>("parameter")->setCurrentText(parameter);
    }
    qint64 keyCount() {
        qint64 count = 0;
        read([&count](store::Store& store) { count = store.counts().keys; });
        return count;
    }
    /// The key of the store by this name, as PEM in clear.
    QByteArray pemOf(const QString& keyName) {
        QByteArray pem;
        read([&](store::Store& store) {
            const auto id = store.findId(store::EntryKind::Key, keyName);
            const base::Secret text = formats::privateKeyToPem(store.privateKey(id.value()));
            pem = QByteArray(text.text().data(), qsizetype(text.size()));
        });
        return pem;
    }

    std::unique_ptr<QSignalSpy> created;
};

} // namespace

class TestNewKeyDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(program, "openssl"); }
    void makesTheKeyOfAPurpose_data();
    void makesTheKeyOfAPurpose();
    void makesAnAdvancedKey_data();
    void makesAnAdvancedKey();
    void remembersThePurpose();
    void proposesAFreeName();
    void warns_data();
    void warns();
    void refuses_data();
    void refuses();
    void refusesATakenNameBeforeTheWork();
    void saysThatNoStoreIsOpen();
    void stopLeavesNothing();
    void closingInTheMiddleLeavesNothing();
    void unlocksTheStore();
    void keepsTheKeyWhenTheStoreLocksMeanwhile();
    void saysThatTheDiskIsFull();
    void isUsable();
    void isUsableWhenSmall();
};

void TestNewKeyDialog::makesTheKeyOfAPurpose_data() {
    QTest::addColumn<QString>("purpose");
    QTest::addColumn<QByteArray>("expected"); // of "openssl pkey -text"
    QTest::newRow("TLS") << "purposeTls" << QByteArray("ASN1 OID: prime256v1");
    QTest::newRow("CA") << "purposeCa" << QByteArray("ASN1 OID: secp384r1");
    QTest::newRow("widest") << "purposeWidest" << QByteArray("Private-Key: (3072 bit");
    QTest::newRow("signing") << "purposeSigning" << QByteArray("ED25519 Private-Key");
}

void TestNewKeyDialog::makesTheKeyOfAPurpose() {
    QFETCH(const QString, purpose);
    QFETCH(const QByteArray, expected);
    Fixture f;
    f.find<QRadioButton>(qPrintable(purpose))->click();
    f.name()->setText(QStringLiteral("  my key "));
    QTest::keyClick(f.dialog, Qt::Key_Return);
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    QVERIFY(f.isGone());
    QCOMPARE(f.keyCount(), qint64(1));
    const QByteArray pem = f.pemOf(QStringLiteral("my key"));
    const QByteArray text = test::openssl(
        {QStringLiteral("pkey"), QStringLiteral("-noout"), QStringLiteral("-text"), QStringLiteral("-check")}, pem);
    QVERIFY2(text.contains(expected), text.constData());
    QVERIFY2(text.contains("Key is valid"), text.constData());
    QCOMPARE(f.toasts.back().text, QStringLiteral("Created the key my key"));
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewKeyDialog::makesAnAdvancedKey_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<QString>("parameter");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("RSA of an unusual size") << "RSA"
                                            << "2056" << QByteArray("Private-Key: (2056 bit");
    QTest::newRow("RSA-PSS") << "RSA-PSS"
                             << "2048" << QByteArray(":rsassaPss");
    QTest::newRow("curve by its NIST name") << "EC"
                                            << "P-521" << QByteArray("ASN1 OID: secp521r1");
    QTest::newRow("curve as listed") << "EC"
                                     << "brainpoolP256r1" << QByteArray("ASN1 OID: brainpoolP256r1");
    QTest::newRow("Ed448") << "Ed448"
                           << "" << QByteArray("ED448 Private-Key");
    QTest::newRow("X25519") << "X25519"
                            << "" << QByteArray("X25519 Private-Key");
}

void TestNewKeyDialog::makesAnAdvancedKey() {
    QFETCH(const QString, algorithm);
    QFETCH(const QString, parameter);
    QFETCH(const QByteArray, expected);
    Fixture f;
    f.choose(algorithm, parameter);
    f.name()->setText(QStringLiteral("other"));
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    const QByteArray pem = f.pemOf(QStringLiteral("other"));
    const QByteArray text =
        test::openssl({QStringLiteral("pkey"), QStringLiteral("-noout"), QStringLiteral("-text")}, pem) +
        test::openssl({QStringLiteral("asn1parse")}, pem);
    QVERIFY2(text.contains(expected), text.constData());
}

void TestNewKeyDialog::remembersThePurpose() {
    Fixture f;
    f.find<QRadioButton>("purposeCa")->click();
    f.primary()->click();
    QVERIFY(f.isGone());
    f.open();
    QVERIFY(f.find<QRadioButton>("purposeCa")->isChecked());
    QCOMPARE(f.dialog->choice().spec.curve, std::string("secp384r1"));
}

void TestNewKeyDialog::proposesAFreeName() {
    Fixture f;
    QCOMPARE(f.name()->text(), QStringLiteral("key-2026-11-24"));
    QCOMPARE(f.name()->selectedText(), f.name()->text()); // so that typing replaces it
    f.primary()->click();
    QVERIFY(f.isGone());
    f.open();
    QVERIFY(f.name()->text().startsWith(QStringLiteral("key-2026-11-24")));
    QVERIFY(f.name()->text() != QStringLiteral("key-2026-11-24"));
    QCOMPARE(f.message("nameMessage"), QString());
}

void TestNewKeyDialog::warns_data() {
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<QString>("parameter");
    QTest::addColumn<QString>("message");
    QTest::newRow("RSA 1024") << "RSA"
                              << "1024"
                              << "RSA 1024 is rejected by all current browsers (minimum 2048).";
    QTest::newRow("DSA") << "DSA"
                         << "2048"
                         << "DSA certificates are not accepted by TLS 1.3.";
    QTest::newRow("small curve") << "EC"
                                 << "secp160r1"
                                 << "A curve of 161 bits is too weak today.";
}

void TestNewKeyDialog::warns() {
    QFETCH(const QString, algorithm);
    QFETCH(const QString, parameter);
    QFETCH(const QString, message);
    Fixture f;
    f.choose(algorithm, parameter);
    QVERIFY(waitUntil([&f] { return !f.message("keyMessage").isEmpty(); }));
    f.settle();
    QCOMPARE(f.message("keyMessage"), message);
    const auto* shown = f.find<FieldMessage>("keyMessage");
    QVERIFY(shown->severity() == FieldMessage::Severity::Warning); // said, not forbidden
    QCOMPARE(shown->accessibleName(), message);
    // No purpose proposes such a key, and none is shown as if it did.
    for (const auto* purpose : f.dialog->findChildren<QRadioButton*>())
        QVERIFY2(!purpose->isChecked(), qPrintable(purpose->text()));
    // It goes with its cause.
    f.find<QRadioButton>("purposeTls")->click();
    QVERIFY(waitUntil([&f] { return f.message("keyMessage").isEmpty(); }));
}

void TestNewKeyDialog::refuses_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("algorithm");
    QTest::addColumn<QString>("parameter");
    QTest::addColumn<QString>("message");
    QTest::addColumn<QString>("focus");
    QTest::newRow("no name") << "  "
                             << "EC"
                             << "P-256"
                             << "Give the key a name."
                             << "name";
    QTest::newRow("taken name") << "taken"
                                << "EC"
                                << "P-256"
                                << "Name is used by another key."
                                << "name";
    QTest::newRow("unknown curve") << "k"
                                   << "EC"
                                   << "secp999r1"
                                   << "There is no curve “secp999r1” here. Choose one of the list."
                                   << "parameter";
    QTest::newRow("no curve") << "k"
                              << "EC"
                              << " "
                              << "There is no curve “” here. Choose one of the list."
                              << "parameter";
    QTest::newRow("RSA too small") << "k"
                                   << "RSA"
                                   << "512"
                                   << "RSA keys have 1024 to 16384 bits."
                                   << "parameter";
    QTest::newRow("RSA too large") << "k"
                                   << "RSA"
                                   << "99999"
                                   << "RSA keys have 1024 to 16384 bits."
                                   << "parameter";
    QTest::newRow("DH without a size") << "k"
                                       << "DH"
                                       << " "
                                       << "DH keys have 1024 to 16384 bits."
                                       << "parameter";
}

void TestNewKeyDialog::refuses() {
    QFETCH(const QString, name);
    QFETCH(const QString, algorithm);
    QFETCH(const QString, parameter);
    QFETCH(const QString, message);
    QFETCH(const QString, focus);
    Fixture f;
    f.write([](store::Store& store) { store.addKey(test::sampleKey(), {QStringLiteral("taken"), {}}); });
    f.name()->setText(name);
    f.choose(algorithm, parameter);
    f.primary()->click(); // before the check had time to run by itself
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("The key cannot be made like this."));
    QCOMPARE(f.bannerDetail(), message);
    QCOMPARE(f.message(focus == QStringLiteral("name") ? "nameMessage" : "keyMessage"), message);
    QCOMPARE(QApplication::focusWidget()->objectName(), focus);
    QCOMPARE(f.keyCount(), qint64(1));
    // Mended, it goes on.
    f.name()->setText(QStringLiteral("free"));
    f.choose(QStringLiteral("EC"), QStringLiteral("P-256"));
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
}

void TestNewKeyDialog::refusesATakenNameBeforeTheWork() {
    Fixture f;
    f.write([](store::Store& store) { store.addKey(test::sampleKey(), {QStringLiteral("taken"), {}}); });
    f.choose(QStringLiteral("RSA"), QStringLiteral("16384"));
    f.name()->setText(QStringLiteral("taken"));
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.message("nameMessage"), QStringLiteral("Name is used by another key."));
    QVERIFY(!f.find<QPushButton>("cancel")->text().contains(QStringLiteral("Stop")));
}

void TestNewKeyDialog::saysThatNoStoreIsOpen() {
    Fixture f((QString()));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewKeyDialog::stopLeavesNothing() {
    Fixture f;
    f.name()->setText(QStringLiteral("large"));
    f.choose(QStringLiteral("RSA"), QStringLiteral("16384"));
    f.settle();
    QCOMPARE(f.find<QLabel>("estimate")->text(), QStringLiteral("Takes many minutes. You can stop it."));
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.isBusy(); }));
    QVERIFY(!f.primary()->isEnabled());
    QVERIFY(!f.name()->isEnabled());
    QCOMPARE(f.find<QPushButton>("cancel")->text(), QStringLiteral("Stop"));
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("cancel"));
    test::look(*f.dialog, QStringLiteral("new-key-busy"));
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Stopped. No key was made."));
    QVERIFY(f.dialog->isVisible());
    QVERIFY(f.name()->isEnabled());
    QCOMPARE(f.name()->text(), QStringLiteral("large"));
    QCOMPARE(f.keyCount(), qint64(0));
    QCOMPARE(f.created->count(), 0);
    // The next Escape closes.
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
    QCOMPARE(f.keyCount(), qint64(0));
}

void TestNewKeyDialog::closingInTheMiddleLeavesNothing() {
    Fixture f;
    f.choose(QStringLiteral("RSA"), QStringLiteral("16384"));
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.isBusy(); }));
    f.dialog->close();
    QVERIFY(waitUntil([&f] { return f.dialog == nullptr && f.jobs.isIdle(); }));
    QCOMPARE(f.keyCount(), qint64(0));
}

void TestNewKeyDialog::unlocksTheStore() {
    Fixture f;
    f.controller.lock();
    f.name()->setText(QStringLiteral("my key"));
    f.prompts.willGiveUpPassphrase();
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(f.dialog->isVisible());
    QCOMPARE(f.keyCount(), qint64(0));
    QCOMPARE(f.prompts.passphraseRequests.back().reason, QStringLiteral("To keep the new key “my key” encrypted."));
    f.prompts.willGivePassphrase(QStringLiteral("wrong"));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    QVERIFY(f.prompts.passphraseRequests.back().problem.startsWith(QStringLiteral("Wrong passphrase")));
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewKeyDialog::keepsTheKeyWhenTheStoreLocksMeanwhile() {
    Fixture f;
    f.settle();
    f.primary()->click();
    QVERIFY(f.isBusy());
    // The key comes back by this thread's event loop, so the store is locked before it can be kept.
    f.controller.lock();
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    QVERIFY(waitUntil([&f] { return f.created->count() == 1; }));
    QCOMPARE(f.keyCount(), qint64(1));
    QVERIFY(f.prompts.isScriptDone());
}

void TestNewKeyDialog::saysThatTheDiskIsFull() {
    Fixture f((QString()));
    CERTWRIGHT_NEED_DISK(disk, f.path(QStringLiteral("disk")), "1m");
    f.createStore(QStringLiteral("disk/full.certwright"));
    f.open();
    disk->fill();
    // The first pages still fit into those that the file has.
    for (int i = 0; i < 40 && f.banner().isEmpty(); ++i) {
        if (f.dialog == nullptr)
            f.open();
        const qsizetype before = f.created->count();
        f.primary()->click();
        QVERIFY(waitUntil([&] { return f.dialog == nullptr || !f.banner().isEmpty() || f.created->count() > before; }));
        if (f.created->count() > before)
            QVERIFY(f.isGone());
        if (f.dialog == nullptr)
            f.open();
    }
    QCOMPARE(f.banner(), QStringLiteral("The key was not created."));
    QVERIFY2(!f.bannerDetail().isEmpty(), "no reason is given");
    QVERIFY(f.primary()->isEnabled());
    f.read([](store::Store& store) { QCOMPARE(store.integrityProblems(), QStringList()); });
}

void TestNewKeyDialog::isUsable() {
    Fixture f;
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QCOMPARE(test::defaultButton(*f.dialog), f.primary());
    QCOMPARE(QApplication::focusWidget(), f.name());
    QCOMPARE(test::tabOrder(*f.dialog),
             (QStringList{QStringLiteral("name"), QStringLiteral("purposeTls"), QStringLiteral("advanced"),
                          QStringLiteral("primary"), QStringLiteral("cancel")}));
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    test::look(*f.dialog, QStringLiteral("new-key"));
    f.name()->setText(QString(200, QLatin1Char('W')));
    f.choose(QStringLiteral("EC"), QStringLiteral("secp160r1"));
    QVERIFY(waitUntil([&f] { return !f.message("keyMessage").isEmpty(); }));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    f.find<QLineEdit>("name")->setFocus();
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    test::look(*f.dialog, QStringLiteral("new-key-advanced"));
}

void TestNewKeyDialog::isUsableWhenSmall() {
    Fixture f;
    f.choose(QStringLiteral("RSA"), QStringLiteral("1024"));
    f.settle();
    f.dialog->resize(f.dialog->minimumSizeHint());
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QVERIFY(f.dialog->width() <= 640 && f.dialog->height() <= 480);
    QVERIFY(f.primary()->isVisible());
}

CERTWRIGHT_TEST_MAIN(TestNewKeyDialog)
#include "tst_new_key_dialog.moc"
