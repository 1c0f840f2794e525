#include "core/x509/certificate_builder.h"
#include "tests/core/store/sample_pki.h"
#include "tests/gui/support/export_fixture.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QPlainTextEdit>
#include <QStandardItemModel>
#include <QTreeWidget>

#include <sys/stat.h>
#include <unistd.h>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::ExportFixture;
using pki::ExportTarget;
using test::waitUntil;

namespace {

const QString filePassphrase = QStringLiteral("open sesame, please");

int modeOf(const QString& path) {
    struct stat status {};
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0 ? static_cast<int>(status.st_mode & 07777) : -1;
}

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestExportDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(program, "openssl"); }
    void exportsForNginx();
    void encryptsTheKeyWhenAsked();
    void exportsPkcs12_data();
    void exportsPkcs12();
    void exportsTheChainWithOrWithoutRoot();
    void exportsDer();
    void showsWhatWillBeWritten();
    void proposesFolderAndTargetOfTheLastTime();
    void choosesAPathByTheFileDialog();
    void greysWhatNeedsAMissingKey();
    void exportsManyIntoOneFile();
    void remarksOnWhatIsOdd();
    void refusesAPath_data();
    void refusesAPath();
    void refusesAPassphrase_data();
    void refusesAPassphrase();
    void asksBeforeReplacing();
    void refusesAFileThatAppearsMeanwhile();
    void saysThatTheFolderIsReadOnly();
    void saysThatTheDiskIsFull();
    void saysThatNoStoreIsOpen();
    void unlocksTheStoreForTheKey();
    void stopWritesNothing();
    void closingInTheMiddleWritesNothing();
    void isUsable();
    void holdsLongNames();
};

void TestExportDialog::exportsForNginx() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    const QString folder = f.path(QStringLiteral("out/www"));
    f.setPath(folder);
    QCOMPARE(f.primary()->text(), QStringLiteral("Write files with unencrypted &key"));
    QTest::keyClick(f.dialog, Qt::Key_Return);
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    QVERIFY(f.isGone());
    const QString chain = folder + QStringLiteral("/fullchain.pem"), key = folder + QStringLiteral("/privkey.pem");
    QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             (QStringList{QStringLiteral("fullchain.pem"), QStringLiteral("privkey.pem")}));
    QCOMPARE(modeOf(key), 0600);
    QCOMPARE(modeOf(chain), 0644);
    QCOMPARE(bytesOf(chain).count("BEGIN CERTIFICATE"), 2); // the root is not sent
    f.verifyChain(chain);
    QCOMPARE(test::openssl({QStringLiteral("pkey"), QStringLiteral("-in"), key, QStringLiteral("-pubout")}),
             f.publicKeyOf(chain));
    QVERIFY(f.toasts.back().text.startsWith(QStringLiteral("Exported www.lab.example to ")));
    QCOMPARE(f.journalActs().last(), QString::fromLatin1(store::acts::KeyExported));
}

void TestExportDialog::encryptsTheKeyWhenAsked() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    const QString folder = f.path(QStringLiteral("www"));
    f.setPath(folder);
    QVERIFY(!f.passphraseEdit()->isVisible());
    f.find<QCheckBox>("encrypt")->click();
    f.settle();
    QVERIFY(f.passphraseEdit()->isVisible());
    QCOMPARE(f.primary()->text(), QStringLiteral("&Export"));
    QVERIFY2(!f.problems().contains(QStringLiteral("unencrypted")), qPrintable(f.problems()));
    f.givePassphrase(filePassphrase, filePassphrase);
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    const QString key = folder + QStringLiteral("/privkey.pem");
    QVERIFY(bytesOf(key).contains("BEGIN ENCRYPTED PRIVATE KEY"));
    const QStringList open{QStringLiteral("pkey"), QStringLiteral("-in"), key, QStringLiteral("-pubout"),
                           QStringLiteral("-passin")};
    QCOMPARE(test::openssl(open + QStringList{QStringLiteral("pass:") + filePassphrase}),
             f.publicKeyOf(folder + QStringLiteral("/fullchain.pem")));
    QVERIFY(!test::opensslOutput(open + QStringList{QStringLiteral("pass:wrong")}).contains("BEGIN PUBLIC KEY"));
}

void TestExportDialog::exportsPkcs12_data() {
    QTest::addColumn<int>("target");
    QTest::addColumn<bool>("isLegacy");
    QTest::addColumn<QByteArray>("algorithm"); // of "openssl pkcs12 -info"
    QTest::newRow("PKCS#12") << int(ExportTarget::Pkcs12) << false << QByteArray("AES-256-CBC");
    QTest::newRow("old PKCS#12") << int(ExportTarget::Pkcs12) << true << QByteArray("pbeWithSHA1And3-KeyTripleDES-CBC");
    QTest::newRow("Java") << int(ExportTarget::Java) << false << QByteArray("AES-256-CBC");
    QTest::newRow("Windows") << int(ExportTarget::Windows) << false << QByteArray("AES-256-CBC");
}

void TestExportDialog::exportsPkcs12() {
    QFETCH(const int, target);
    QFETCH(const bool, isLegacy);
    QFETCH(const QByteArray, algorithm);
    Fixture f;
    f.open(static_cast<ExportTarget>(target));
    const QString file = f.path(QStringLiteral("www.p12"));
    f.setPath(file);
    f.find<QCheckBox>("legacy")->setChecked(isLegacy);
    f.settle();
    f.givePassphrase(filePassphrase, filePassphrase);
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.banner() + f.bannerDetail()));
    QCOMPARE(modeOf(file), 0600);
    const QStringList open{QStringLiteral("pkcs12"), QStringLiteral("-in"),   file,
                           QStringLiteral("-nodes"), QStringLiteral("-info"), QStringLiteral("-passin")};
    const QByteArray content = test::opensslOutput(open + QStringList{QStringLiteral("pass:") + filePassphrase});
    QVERIFY2(content.contains(algorithm), content.constData());
    QVERIFY2(content.contains("BEGIN PRIVATE KEY"), content.constData());
    QVERIFY2(content.count("BEGIN CERTIFICATE") >= 2, content.constData());
    const QByteArray wrong = test::opensslOutput(open + QStringList{QStringLiteral("pass:wrong")});
    QVERIFY2(wrong.contains("invalid password"), wrong.constData());
}

void TestExportDialog::exportsTheChainWithOrWithoutRoot() {
    Fixture f;
    const auto exportTo = [&f](const QString& name, bool withRoot) {
        f.open(ExportTarget::Chain);
        f.find<QCheckBox>("includeRoot")->setChecked(withRoot);
        f.setPath(f.path(name));
        f.primary()->click();
        QVERIFY(f.waitForExport());
        QVERIFY(f.isGone());
        f.verifyChain(f.path(name));
    };
    exportTo(QStringLiteral("without.pem"), false);
    exportTo(QStringLiteral("with.pem"), true);
    QCOMPARE(bytesOf(f.path(QStringLiteral("without.pem"))).count("BEGIN CERTIFICATE"), 2);
    QCOMPARE(bytesOf(f.path(QStringLiteral("with.pem"))).count("BEGIN CERTIFICATE"), 3);
    QVERIFY(!f.journalActs().contains(QString::fromLatin1(store::acts::KeyExported)));
}

void TestExportDialog::exportsDer() {
    Fixture f;
    f.controller.lock(); // a certificate needs no passphrase
    f.open(ExportTarget::Der);
    const QString file = f.path(QStringLiteral("www.cer"));
    f.setPath(file);
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    const QByteArray text =
        test::openssl({QStringLiteral("x509"), QStringLiteral("-inform"), QStringLiteral("DER"), QStringLiteral("-in"),
                       file, QStringLiteral("-noout"), QStringLiteral("-ext"), QStringLiteral("subjectAltName")});
    QVERIFY2(text.contains("DNS:www.lab.example, IP Address:192.0.2.10"), text.constData());
    QVERIFY(f.prompts.isScriptDone());
}

void TestExportDialog::showsWhatWillBeWritten() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    f.setPath(f.path(QStringLiteral("www")));
    const QTreeWidget* files = f.preview()->files();
    QCOMPARE(files->topLevelItemCount(), 2);
    QCOMPARE(files->topLevelItem(0)->text(0), f.path(QStringLiteral("www/fullchain.pem")));
    QCOMPARE(files->topLevelItem(0)->text(2), QStringLiteral("0644"));
    QCOMPARE(files->topLevelItem(1)->text(1), QStringLiteral("private key"));
    QCOMPARE(files->topLevelItem(1)->text(2), QStringLiteral("0600"));
    QCOMPARE(f.problems(), QStringLiteral("The private key will lie in the file unencrypted, readable by you alone."));
    QVERIFY2(f.preview()->snippet().startsWith(QStringLiteral("ssl_certificate ")), qPrintable(f.preview()->snippet()));
    f.find<QPushButton>("copySnippet")->click();
    QCOMPARE(QApplication::clipboard()->text(), f.preview()->snippet());
    QVERIFY(!QFile::exists(f.path(QStringLiteral("www")))); // looking writes nothing
}

void TestExportDialog::proposesFolderAndTargetOfTheLastTime() {
    Fixture f;
    f.open(ExportTarget::Der);
    f.setPath(f.path(QStringLiteral("once.cer")));
    f.primary()->click();
    QVERIFY(f.waitForExport());
    QVERIFY(f.isGone());
    auto* again = new ExportDialog(f.context, {f.server});
    f.show(again);
    QCOMPARE(f.find<QComboBox>("target")->currentText(), QStringLiteral("DER certificate"));
    QCOMPARE(f.find<QLineEdit>("path")->text(), f.path(QStringLiteral("www.lab.example.cer")));
    // Another target, another name, as long as nobody typed one.
    again->setTarget(ExportTarget::Nginx);
    QCOMPARE(f.find<QLineEdit>("path")->text(), f.path(QStringLiteral("www.lab.example")));
    QTest::keyClicks(f.find<QLineEdit>("path"), QStringLiteral("x"));
    again->setTarget(ExportTarget::Pem);
    QCOMPARE(f.find<QLineEdit>("path")->text(), f.path(QStringLiteral("www.lab.examplex")));
}

void TestExportDialog::choosesAPathByTheFileDialog() {
    Fixture f;
    f.open(ExportTarget::Pem);
    f.prompts.willChooseFiles({f.path(QStringLiteral("chosen.pem"))});
    f.find<QPushButton>("browse")->click();
    QTRY_COMPARE(f.find<QLineEdit>("path")->text(), f.path(QStringLiteral("chosen.pem")));
    QVERIFY(!f.prompts.fileRequests.back().isOverwriteAskedFor); // it is asked for later, once
    f.dialog->setTarget(ExportTarget::Nginx);
    f.prompts.willChooseFiles({}); // given up
    f.find<QPushButton>("browse")->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QTest::qWait(20); // the answer comes by the event loop
    QCOMPARE(f.find<QLineEdit>("path")->text(), f.path(QStringLiteral("chosen.pem")));
}

void TestExportDialog::greysWhatNeedsAMissingKey() {
    Fixture f;
    store::RowId stranger = 0;
    f.write(
        [&stranger](store::Store& store) { stranger = store.addCertificate(test::sampleRoot("Keyless").certificate); });
    f.open({stranger}, ExportTarget::Nginx);
    auto* targets = f.find<QComboBox>("target");
    QCOMPARE(targets->currentText(), QStringLiteral("PEM chain"));
    const auto* items = qobject_cast<QStandardItemModel*>(targets->model());
    QVERIFY(!items->item(targets->findText(QStringLiteral("nginx")))->isEnabled());
    QVERIFY(items->item(targets->findText(QStringLiteral("PKCS#12")))->isEnabled());
    // Set by a program all the same, it is refused in words.
    f.dialog->setTarget(ExportTarget::Nginx);
    f.setPath(f.path(QStringLiteral("www")));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("This cannot be exported like this."));
    QCOMPARE(f.bannerDetail(), QStringLiteral("The private key of Keyless is not in this store."));
    QVERIFY(!QFile::exists(f.path(QStringLiteral("www"))));
}

void TestExportDialog::exportsManyIntoOneFile() {
    Fixture f;
    f.open({f.root, f.middle, f.server}, ExportTarget::Pem);
    QCOMPARE(f.dialog->windowTitle(), QStringLiteral("Export 3 certificates"));
    auto* targets = f.find<QComboBox>("target");
    QCOMPARE(targets->findText(QStringLiteral("nginx")), -1); // takes one only
    f.setPath(f.path(QStringLiteral("all.pem")));
    f.primary()->click();
    QVERIFY(f.waitForExport());
    QCOMPARE(bytesOf(f.path(QStringLiteral("all.pem"))).count("BEGIN CERTIFICATE"), 3);
}

void TestExportDialog::remarksOnWhatIsOdd() {
    Fixture f;
    store::RowId old = 0;
    f.write([&](store::Store& store) {
        const test::Holder unknown = test::sampleRoot("Unknown CA");
        const crypto::PrivateKey key = test::sampleKey();
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=old.lab.example"))
            .setIssuer(unknown.certificate.subject())
            .setPublicKey(key.publicKey())
            .setNotBefore(*base::parseRfc3339("2025-01-01T00:00:00Z"))
            .setNotAfter(*base::parseRfc3339("2026-01-01T00:00:00Z"));
        store.addKey(key);
        old = store.addCertificate(builder.sign(unknown.key));
        store.revoke(old, x509::RevocationReason::Superseded, f.clock.now());
    });
    f.open({old}, ExportTarget::Haproxy);
    f.setPath(f.path(QStringLiteral("old.pem")));
    QCOMPARE(f.problems(),
             QStringLiteral("old.lab.example has expired.\nold.lab.example is revoked.\nThe chain of old.lab.example "
                            "does not reach a root: an issuer is not in this store.\nThe private key will lie in the "
                            "file unencrypted, readable by you alone."));
    // All this is said, not forbidden.
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
}

void TestExportDialog::refusesAPath_data() {
    QTest::addColumn<int>("target");
    QTest::addColumn<QString>("path"); // %1: a folder that is there
    QTest::addColumn<QString>("message");
    QTest::newRow("none") << int(ExportTarget::Pem) << "  "
                          << "Choose where to write to.";
    QTest::newRow("a folder") << int(ExportTarget::Pem) << "%1"
                              << "%1 is a folder; a file name is needed.";
    QTest::newRow("no folder") << int(ExportTarget::Pem) << "%1/none/x.pem"
                               << "There is no folder %1/none.";
    QTest::newRow("no folder there") << int(ExportTarget::Nginx) << "%1/file"
                                     << "%1/file is not a folder.";
}

void TestExportDialog::refusesAPath() {
    QFETCH(const int, target);
    QFETCH(const QString, path);
    QFETCH(const QString, message);
    Fixture f;
    const QString folder = f.path(QStringLiteral("folder"));
    QVERIFY(QDir().mkpath(folder));
    QFile file(folder + QStringLiteral("/file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto placed = [&folder](const QString& text) {
        return text.contains(QStringLiteral("%1")) ? text.arg(folder) : text;
    };
    f.open(static_cast<ExportTarget>(target));
    f.dialog->setPath(placed(path));
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("This cannot be exported like this."));
    QCOMPARE(f.bannerDetail(), placed(message));
    QCOMPARE(f.message("pathMessage"), placed(message));
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("path"));
    QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("file")});
}

void TestExportDialog::refusesAPassphrase_data() {
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    QTest::addColumn<QString>("message");
    QTest::newRow("none") << ""
                          << ""
                          << "Choose a passphrase.";
    QTest::newRow("not repeated") << "secret"
                                  << ""
                                  << "Type the passphrase a second time.";
    QTest::newRow("different") << "secret"
                               << "sacred"
                               << "The two passphrases differ.";
}

void TestExportDialog::refusesAPassphrase() {
    QFETCH(const QString, first);
    QFETCH(const QString, second);
    QFETCH(const QString, message);
    Fixture f;
    f.open(ExportTarget::Pkcs12);
    f.setPath(f.path(QStringLiteral("www.p12")));
    f.givePassphrase(first, second);
    f.primary()->click();
    QCOMPARE(f.passphraseEdit()->findChild<FieldMessage*>(QStringLiteral("message"))->text(), message);
    QVERIFY(f.passphraseEdit()->isAncestorOf(QApplication::focusWidget()));
    QVERIFY(!QFile::exists(f.path(QStringLiteral("www.p12"))));
    QVERIFY(!f.isBusy());
}

void TestExportDialog::asksBeforeReplacing() {
    Fixture f;
    const QString file = f.path(QStringLiteral("there.pem"));
    const auto writeOld = [&file] {
        QFile old(file);
        QVERIFY(old.open(QIODevice::WriteOnly | QIODevice::Truncate));
        old.write("old content");
    };
    writeOld();
    f.open(ExportTarget::Pem);
    f.setPath(file);
    QVERIFY2(f.preview()->files()->topLevelItem(0)->text(1).contains(QStringLiteral("replaces a file")), "not said");
    f.prompts.willChoose(std::nullopt);
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    f.settle();
    QCOMPARE(f.prompts.questions.back().text, QStringLiteral("Replace 1 file(s) that exist already?"));
    QCOMPARE(f.prompts.questions.back().informativeText, file);
    QVERIFY(f.prompts.questions.back().choices.front().isDestructive);
    QCOMPARE(bytesOf(file), QByteArray("old content"));
    QVERIFY(f.dialog->isVisible());
    // Leave is given for one try.
    f.prompts.willChoose(std::size_t(0));
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    QVERIFY(bytesOf(file).startsWith("-----BEGIN CERTIFICATE-----"));
    QVERIFY(f.prompts.isScriptDone());
}

void TestExportDialog::refusesAFileThatAppearsMeanwhile() {
    Fixture f;
    const QString file = f.path(QStringLiteral("there.pem"));
    f.open(ExportTarget::Pem);
    f.setPath(file);
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    QFile other(file);
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write("somebody else's");
    other.close();
    hold.release();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Nothing was exported."));
    QVERIFY2(f.bannerDetail().contains(QStringLiteral("exists already")), qPrintable(f.bannerDetail()));
    QCOMPARE(bytesOf(file), QByteArray("somebody else's"));
    // The next try asks.
    f.settle();
    f.prompts.willChoose(std::size_t(0));
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    QVERIFY(f.prompts.isScriptDone());
}

void TestExportDialog::saysThatTheFolderIsReadOnly() {
    Fixture f;
    const QString folder = f.path(QStringLiteral("readonly"));
    std::unique_ptr<test::MountedDisk> disk;
    if (::geteuid() == 0) {
        disk = test::MountedDisk::mount(folder, QStringLiteral("64k"));
        if (disk == nullptr || !disk->makeReadOnly())
            QSKIP("nothing is read-only to root, and a tmpfs cannot be mounted here");
    } else {
        QVERIFY(QDir().mkpath(folder));
        QVERIFY(QFile::setPermissions(folder, QFile::ReadOwner | QFile::ExeOwner));
    }
    for (const ExportTarget target : {ExportTarget::Pem, ExportTarget::Nginx}) {
        f.open(target);
        f.setPath(folder + (target == ExportTarget::Pem ? QStringLiteral("/x.pem") : QStringLiteral("/www")));
        f.primary()->click();
        QVERIFY(f.waitForBanner());
        QCOMPARE(f.banner(), QStringLiteral("Nothing was exported."));
        QVERIFY2(f.bannerDetail().contains(QStringLiteral("Choose a folder that you may write to")),
                 qPrintable(f.bannerDetail()));
        QVERIFY2(f.bannerDetail().contains(folder), qPrintable(f.bannerDetail()));
        f.dialog->reject();
        QVERIFY(f.isGone());
    }
    QVERIFY(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).isEmpty());
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void TestExportDialog::saysThatTheDiskIsFull() {
    Fixture f;
    CERTWRIGHT_NEED_DISK(disk, f.path(QStringLiteral("disk")), "64k");
    disk->fill();
    f.open(ExportTarget::Nginx);
    f.setPath(disk->path());
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Nothing was exported."));
    QVERIFY2(f.bannerDetail().contains(QStringLiteral("Free some space on the disk")), qPrintable(f.bannerDetail()));
    QCOMPARE(QDir(disk->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("ballast")});
    test::look(*f.dialog, QStringLiteral("export-full-disk"));
}

void TestExportDialog::saysThatNoStoreIsOpen() {
    Fixture f;
    f.controller.close();
    f.open(ExportTarget::Pem);
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
}

void TestExportDialog::unlocksTheStoreForTheKey() {
    Fixture f;
    f.controller.lock();
    f.open(ExportTarget::Haproxy);
    const QString file = f.path(QStringLiteral("site.pem"));
    f.setPath(file);
    f.prompts.willGiveUpPassphrase();
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QCOMPARE(f.prompts.passphraseRequests.back().reason,
             QStringLiteral("To export the private key of www.lab.example."));
    QVERIFY(!QFile::exists(file));
    f.prompts.willGivePassphrase(QStringLiteral("wrong"));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
    QVERIFY(f.prompts.passphraseRequests.back().problem.startsWith(QStringLiteral("Wrong passphrase")));
    QCOMPARE(modeOf(file), 0600);
}

void TestExportDialog::stopWritesNothing() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    const QString folder = f.path(QStringLiteral("www"));
    f.setPath(folder);
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    hold.release();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Stopped. Nothing was written."));
    QVERIFY(!QFile::exists(folder));
    QVERIFY(!f.journalActs().contains(QString::fromLatin1(store::acts::KeyExported)));
    QVERIFY(f.dialog->isVisible());
    f.settle();
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
}

void TestExportDialog::closingInTheMiddleWritesNothing() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    const QString folder = f.path(QStringLiteral("www"));
    f.setPath(folder);
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    f.dialog->close();
    QVERIFY(f.isGone());
    hold.release();
    QVERIFY(waitUntil([&f] { return f.jobs.isIdle(); }));
    QVERIFY(!QFile::exists(folder));
}

void TestExportDialog::isUsable() {
    Fixture f;
    f.open(ExportTarget::Nginx);
    f.setPath(f.path(QStringLiteral("www")));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QCOMPARE(test::defaultButton(*f.dialog), f.primary());
    QCOMPARE(QApplication::focusWidget(), f.primary());
    test::look(*f.dialog, QStringLiteral("export-nginx"));
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    f.dialog->setTarget(ExportTarget::Pkcs12);
    f.settle();
    f.givePassphrase(QStringLiteral("short"), QStringLiteral("other"));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    test::look(*f.dialog, QStringLiteral("export-pkcs12"));
    // From the passphrase to its repetition, as one types; the buttons beside it follow.
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QStringLiteral("confirm → reveal"));
    f.dialog->resize(f.dialog->minimumSizeHint());
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QVERIFY2(f.dialog->width() <= 640 && f.dialog->height() <= 480,
             qPrintable(QStringLiteral("%1x%2").arg(f.dialog->width()).arg(f.dialog->height())));
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
}

void TestExportDialog::holdsLongNames() {
    Fixture f;
    store::RowId id = 0;
    f.write([&](store::Store& store) {
        id = f.issue(store, "tls-client", "CN=" + std::string(60, 'W'), f.middle, {});
        store.rename(store::EntryKind::Certificate, id,
                     QStringLiteral("../<b>%1</b>/%2").arg(QString(100, u'W')).arg(QString(60, u'i')));
    });
    f.open({id}, ExportTarget::Pem);
    // The proposed file lies in the folder, whatever the name is.
    const QString proposed = f.find<QLineEdit>("path")->text();
    QCOMPARE(QFileInfo(proposed).absolutePath(), QDir::homePath());
    QVERIFY(!QFileInfo(proposed).fileName().startsWith(QLatin1Char('.')));
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    test::look(*f.dialog, QStringLiteral("export-long"));
    f.setPath(f.path(QStringLiteral("long.pem")));
    f.primary()->click();
    QVERIFY2(f.waitForExport(), qPrintable(f.bannerDetail()));
}

CERTWRIGHT_TEST_MAIN(TestExportDialog)
#include "tst_export_dialog.moc"
