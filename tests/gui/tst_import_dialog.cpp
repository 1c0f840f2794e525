#include "core/formats/pkcs12.h"
#include "core/formats/pkcs8.h"
#include "core/service/store_session.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/sample_entries.h"
#include "tests/gui/support/window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/import_dialog.h"
#include "ui/models/import_model.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeView>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

struct Fixture : test::WindowFixture {
    Fixture() { createStore(); }

    QString writeFile(const QString& name, base::BytesView content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly))
            QTest::qFail("cannot write", __FILE__, __LINE__);
        file.write(reinterpret_cast<const char*>(content.data()), qint64(content.size()));
        return file.fileName();
    }

    /// A PKCS#12 file with the key and the certificate of "srv.example.test" and its root; passphrase "secret".
    QString pkcs12() {
        const test::Holder server = test::sampleIssued("srv.example.test", root);
        formats::Pkcs12Contents contents;
        contents.key = server.key;
        contents.certificate = server.certificate;
        contents.chain = {root.certificate};
        contents.friendlyName = "srv";
        return writeFile(QStringLiteral("srv.p12"),
                         formats::createPkcs12(contents, base::Secret("secret"), formats::Pkcs12Preset::Windows2016));
    }

    void open(const QStringList& paths) {
        std::vector<ContentSource> sources;
        for (const QString& one : paths)
            sources.push_back(ContentSource::ofFile(one));
        dialog = new ImportDialog(context, sources);
        tester = std::make_unique<QAbstractItemModelTester>(dialog->model(),
                                                            QAbstractItemModelTester::FailureReportingMode::QtTest);
        dialog->show();
        QVERIFY(waitForPreview());
    }
    bool waitForPreview() {
        return waitUntil([this] { return dialog == nullptr || !dialog->isBusy(); });
    }
    void give(const QString& text) {
        dialog->passphraseEdit()->field()->setText(text);
        QTest::keyClick(dialog->passphraseEdit()->field(), Qt::Key_Return);
        QVERIFY(waitForPreview());
    }
    QPushButton* button(const char* name) const { return dialog->findChild<QPushButton*>(QLatin1String(name)); }
    QModelIndex item(int file, int row) const {
        return dialog->model()->index(row, 0, dialog->model()->index(file, 0));
    }
    QString state(const QModelIndex& index) const {
        return index.siblingAtColumn(ImportModel::StateColumn).data().toString();
    }
    qint64 certificateCount() {
        qint64 count = 0;
        read([&count](store::Store& store) { count = store.counts().certificates; });
        return count;
    }
    ~Fixture() { delete dialog; }

    test::Holder root = test::sampleRoot("Fixture Root");
    QPointer<ImportDialog> dialog;
    std::unique_ptr<QAbstractItemModelTester> tester;
};

} // namespace

class TestImportDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void importsWhatIsTicked();
    void asksForThePassphraseInPlace();
    void leavesOutWhatIsThereAlready();
    void unlocksTheStoreForKeysOnly();
    void keepsTicksAndNamesOverReading();
    void saysWhatCouldNotBeRead();
    void addsFiles();
    void cancelInTheMiddleWritesNothing();
    void everythingHasANameAndFits();
};

void TestImportDialog::importsWhatIsTicked() {
    Fixture f;
    const test::Holder second = test::sampleRoot("Second Root");
    const std::string both = f.root.certificate.toPem() + second.certificate.toPem();
    f.open({f.writeFile(QStringLiteral("both.pem"), base::bytesOf(both))});
    QCOMPARE(f.dialog->model()->tickedCount(), 2);
    QCOMPARE(f.button("import")->text(), QStringLiteral("&Import 2 items"));
    QCOMPARE(f.item(0, 0).data().toString(), QStringLiteral("Fixture Root"));
    QVERIFY(f.dialog->model()->setData(f.item(0, 1), Qt::Unchecked, Qt::CheckStateRole));
    QCOMPARE(f.button("import")->text(), QStringLiteral("&Import 1 item"));
    QCOMPARE(f.dialog->model()->index(0, 0).data(Qt::CheckStateRole).toInt(), int(Qt::PartiallyChecked));
    QVERIFY(
        f.dialog->model()->setData(f.item(0, 0).siblingAtColumn(ImportModel::NameColumn), QStringLiteral("my root")));
    QSignalSpy imported(f.dialog, &ImportDialog::imported);
    f.button("import")->click();
    QVERIFY(waitUntil([&imported] { return imported.count() == 1; }));
    f.read([](store::Store& store) {
        const auto rows = store.certificates();
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows.front().name, QStringLiteral("my root"));
    });
    QVERIFY(f.prompts.isScriptDone());
}

void TestImportDialog::asksForThePassphraseInPlace() {
    Fixture f;
    f.open({f.pkcs12()});
    QVERIFY(f.dialog->passphraseEdit()->isVisible());
    f.give(QStringLiteral("wrong"));
    const auto* message = f.dialog->passphraseEdit()->findChild<FieldMessage*>(QStringLiteral("message"));
    QVERIFY(waitUntil([message] { return message->text().startsWith(QStringLiteral("Wrong passphrase")); }));
    test::look(*f.dialog, QStringLiteral("import-wrong"));
    f.give(QStringLiteral("secret"));
    QVERIFY(!f.dialog->passphraseEdit()->isVisible());
    QCOMPARE(f.dialog->model()->tickedCount(), 3);
    // The key lies below its certificate.
    const QModelIndex server = f.item(0, 0);
    QCOMPARE(server.data().toString(), QStringLiteral("srv.example.test"));
    QCOMPARE(f.dialog->model()->rowCount(server), 1);
    QCOMPARE(f.state(server), QStringLiteral("New, with its key"));
    test::look(*f.dialog, QStringLiteral("import-opened"));
    QSignalSpy imported(f.dialog, &ImportDialog::imported);
    f.button("import")->click();
    QVERIFY(waitUntil([&imported] { return imported.count() == 1; }));
    f.read([](store::Store& store) {
        QCOMPARE(store.counts().certificates, qint64(2));
        QCOMPARE(store.counts().keys, qint64(1));
        for (const store::CertificateRow& row : store.certificates())
            QVERIFY(row.link == store::LinkState::Verified || row.isSelfSigned);
    });
}

void TestImportDialog::leavesOutWhatIsThereAlready() {
    Fixture f;
    f.write([&f](store::Store& store) { store.addCertificate(f.root.certificate, {QStringLiteral("lab root")}); });
    f.open({f.writeFile(QStringLiteral("root.pem"), base::bytesOf(f.root.certificate.toPem()))});
    QCOMPARE(f.dialog->model()->tickedCount(), 0);
    QVERIFY(!f.button("import")->isEnabled());
    QCOMPARE(f.state(f.item(0, 0)), QStringLiteral("In the store already as lab root"));
    QVERIFY(!(f.dialog->model()->flags(f.item(0, 0)) & Qt::ItemIsUserCheckable));
}

void TestImportDialog::unlocksTheStoreForKeysOnly() {
    Fixture f;
    f.controller.lock();
    const base::Secret pem = formats::privateKeyToPem(test::sampleKey());
    f.open({f.writeFile(QStringLiteral("key.pem"), pem.view())});
    QCOMPARE(f.dialog->model()->tickedKeyCount(), 1);
    f.prompts.willGiveUpPassphrase();
    f.button("import")->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(f.dialog->isVisible());
    QCOMPARE(f.prompts.passphraseRequests.front().reason,
             QStringLiteral("To encrypt the private key that is imported."));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    QSignalSpy imported(f.dialog, &ImportDialog::imported);
    f.button("import")->click();
    QVERIFY(waitUntil([&imported] { return imported.count() == 1; }));
}

void TestImportDialog::keepsTicksAndNamesOverReading() {
    Fixture f;
    f.open({f.writeFile(QStringLiteral("root.pem"), base::bytesOf(f.root.certificate.toPem()))});
    f.dialog->model()->setData(f.item(0, 0), Qt::Unchecked, Qt::CheckStateRole);
    f.dialog->model()->setData(f.item(0, 0).siblingAtColumn(ImportModel::NameColumn), QStringLiteral("kept"));
    f.dialog->addSources({ContentSource::ofFile(f.path(QStringLiteral("root.pem")))});
    QVERIFY(f.waitForPreview());
    QCOMPARE(f.dialog->model()->tickedCount(), 0);
    QCOMPARE(f.item(0, 0).siblingAtColumn(ImportModel::NameColumn).data().toString(), QStringLiteral("kept"));
}

void TestImportDialog::saysWhatCouldNotBeRead() {
    Fixture f;
    f.open({f.writeFile(QStringLiteral("empty.pem"), {}), f.path(QStringLiteral("missing.pem")),
            f.writeFile(QStringLiteral("root.pem"), base::bytesOf(f.root.certificate.toPem()))});
    const auto* banner = f.dialog->findChild<InlineBanner*>();
    QVERIFY(banner->isVisible());
    QCOMPARE(banner->text(), QStringLiteral("2 files were not read, or only in part"));
    QVERIFY(banner->detail().contains(QStringLiteral("empty.pem: ")));
    QVERIFY(banner->detail().contains(QStringLiteral("missing.pem: ")));
    QCOMPARE(f.dialog->model()->tickedCount(), 1); // the third one is there all the same
}

void TestImportDialog::addsFiles() {
    Fixture f;
    f.open({f.writeFile(QStringLiteral("root.pem"), base::bytesOf(f.root.certificate.toPem()))});
    const test::Holder other = test::sampleRoot("Other Root");
    f.prompts.willChooseFiles({f.writeFile(QStringLiteral("other.pem"), base::bytesOf(other.certificate.toPem()))});
    f.button("addFiles")->click();
    QVERIFY(waitUntil([&f] { return f.dialog->model()->tickedCount() == 2; }));
}

void TestImportDialog::cancelInTheMiddleWritesNothing() {
    Fixture f;
    // Enough that the import is still running when Cancel is pressed.
    std::string bundle = f.root.certificate.toPem();
    const crypto::PrivateKey key = test::sampleKey();
    for (int i = 0; i < 1500; ++i)
        bundle += test::sampleCertificate("host-" + std::to_string(i), key.publicKey(), f.root).toPem();
    f.open({f.writeFile(QStringLiteral("bundle.pem"), base::bytesOf(bundle))});
    QCOMPARE(f.dialog->model()->tickedCount(), 1501);
    f.button("import")->click();
    QVERIFY(f.dialog->isBusy());
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.waitForPreview());
    QVERIFY(f.dialog != nullptr);
    QCOMPARE(f.dialog->findChild<InlineBanner*>()->text(),
             QStringLiteral("The import was cancelled; nothing was written."));
    QVERIFY(f.button("import")->isEnabled());
    QCOMPARE(f.certificateCount(), qint64(0));
}

void TestImportDialog::everythingHasANameAndFits() {
    Fixture f;
    f.open({f.pkcs12()});
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(waitUntil([&f] { return f.dialog == nullptr; }));
    QCOMPARE(f.certificateCount(), qint64(0));
}

CERTWRIGHT_TEST_MAIN(TestImportDialog)
#include "tst_import_dialog.moc"
