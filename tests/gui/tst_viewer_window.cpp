#include "core/formats/pkcs12.h"
#include "core/formats/pkcs8.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/sample_entries.h"
#include "tests/gui/support/window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/views/details_view.h"
#include "ui/views/viewer_window.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

struct Fixture : test::WindowFixture {
    ~Fixture() { delete viewer; }

    void show(const std::vector<ContentSource>& sources) {
        viewer = new ViewerWindow(context, sources);
        viewer->show();
    }
    void show(const std::string& text) {
        show({ContentSource::ofBytes(QByteArray::fromStdString(text), QStringLiteral("x"))});
    }
    void show(base::BytesView bytes) {
        show({ContentSource::ofBytes(QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())),
                                     QStringLiteral("x"))});
    }
    bool waitForItem() {
        return waitUntil([this] { return viewer->description() != nullptr; });
    }
    QStringList fields() const {
        QStringList lines;
        for (const EntryFacts::Field& field : viewer->description()->facts.fields)
            lines += field.label + QStringLiteral(": ") + field.values.join(QStringLiteral(" | "));
        return lines;
    }
    void give(const QString& text) const {
        auto* edit = viewer->findChild<PassphraseEdit*>();
        edit->field()->setText(text);
        QTest::keyClick(edit->field(), Qt::Key_Return);
    }

    QPointer<ViewerWindow> viewer;
};

} // namespace

class TestViewerWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsACertificate();
    void showsEveryKind_data();
    void showsEveryKind();
    void opensAKeyInPlace();
    void opensAPkcs12InPlace();
    void showsSeveralFilesAsATree();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void everythingHasANameAndFits();
};

void TestViewerWindow::showsACertificate() {
    Fixture f;
    const test::Holder root = test::sampleRoot("Lab Root CA");
    const base::Time now = f.clock.now();
    f.show(test::datedCertificate("www.example.test", test::sampleKey().publicKey(), root, now - std::chrono::days(9),
                                  now + std::chrono::days(20), "www.example.test,192.0.2.10")
               .toPem());
    QVERIFY(f.waitForItem());
    const EntryFacts& facts = f.viewer->description()->facts;
    QCOMPARE(facts.title, QStringLiteral("www.example.test"));
    QCOMPARE(facts.headline, QStringLiteral("Expires in 20 days"));
    QCOMPARE(facts.subtitle, QStringLiteral("TLS server certificate"));
    QVERIFY(f.fields().contains(QStringLiteral("Names: www.example.test | 192.0.2.10 (IP)")));
    QVERIFY(f.fields().contains(QStringLiteral("Issuer: CN=Lab Root CA")));
    QVERIFY(!f.viewer->contentsTree()->isVisible()); // one thing needs no tree
    f.viewer->findChild<QPushButton*>(QStringLiteral("copyPem"))->click();
    QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("-----BEGIN CERTIFICATE-----")));
    // The bytes of a field.
    f.viewer->tabs()->setCurrentIndex(1);
    auto* tree = f.viewer->findChild<DetailsView*>()->tree();
    const QList<QTreeWidgetItem*> found = tree->findItems(QStringLiteral("Whole certificate"), Qt::MatchExactly);
    QCOMPARE(found.size(), 1);
    tree->setCurrentItem(found.first());
    QVERIFY(f.viewer->findChild<QPlainTextEdit*>(QStringLiteral("raw"))
                ->toPlainText()
                .startsWith(QStringLiteral("0000  30 82")));
    test::look(*f.viewer, QStringLiteral("viewer-details"));
}

void TestViewerWindow::showsEveryKind_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("subtitle");
    const test::Holder root = test::sampleRoot("Lab Root CA");
    const crypto::PrivateKey key = test::sampleKey();
    const base::Secret clear = formats::privateKeyToPem(key);
    QTest::newRow("CA") << QByteArray::fromStdString(root.certificate.toPem()) << "Root CA certificate";
    QTest::newRow("request") << QByteArray::fromStdString(test::sampleRequest("r.example.test", key).toPem())
                             << "Certificate request";
    QTest::newRow("revocation list") << QByteArray::fromStdString(test::sampleCrl(root).toPem())
                                     << "Certificate revocation list";
    QTest::newRow("private key") << QByteArray(clear.text().data(), qsizetype(clear.size())) << "Private key, PKCS#8";
    QTest::newRow("public key") << QByteArray::fromStdString(key.publicKey().toPem()) << "Public key";
}

void TestViewerWindow::showsEveryKind() {
    QFETCH(QByteArray, content);
    QFETCH(QString, subtitle);
    Fixture f;
    f.show(content.toStdString());
    QVERIFY(f.waitForItem());
    QCOMPARE(f.viewer->description()->facts.subtitle, subtitle);
    QVERIFY(!f.viewer->description()->details.empty());
    // A private key's own PEM never comes to the screen.
    QVERIFY(!f.viewer->description()->pem.contains(QStringLiteral("PRIVATE")));
    QApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest); // the button's text has just changed
    CERTWRIGHT_VERIFY_USABLE(*f.viewer);
}

void TestViewerWindow::opensAKeyInPlace() {
    Fixture f;
    f.show(formats::privateKeyToPem(test::sampleKey(), base::Secret("secret"), {"AES-256-CBC", {}, 1000}));
    QVERIFY(f.waitForItem());
    QVERIFY(f.viewer->description()->isLocked);
    QVERIFY(f.viewer->findChild<PassphraseEdit*>()->isVisible());
    f.give(QStringLiteral("wrong"));
    const auto* message = f.viewer->findChild<PassphraseEdit*>()->findChild<FieldMessage*>(QStringLiteral("message"));
    QVERIFY(waitUntil([message] { return message->text().startsWith(QStringLiteral("Wrong passphrase")); }));
    f.give(QStringLiteral("secret"));
    QVERIFY(waitUntil([&f] { return !f.viewer->description()->isLocked; }));
    QVERIFY(!f.viewer->findChild<PassphraseEdit*>()->isVisible());
    QVERIFY(f.fields().contains(QStringLiteral("Type: P-256")));
}

void TestViewerWindow::opensAPkcs12InPlace() {
    Fixture f;
    const test::Holder root = test::sampleRoot("Fixture Root");
    const test::Holder server = test::sampleIssued("srv.example.test", root);
    formats::Pkcs12Contents contents;
    contents.key = server.key;
    contents.certificate = server.certificate;
    contents.chain = {root.certificate};
    f.show(
        base::BytesView(formats::createPkcs12(contents, base::Secret("secret"), formats::Pkcs12Preset::Windows2016)));
    QVERIFY(f.waitForItem());
    test::look(*f.viewer, QStringLiteral("viewer-locked"));
    f.give(QStringLiteral("secret"));
    QVERIFY(waitUntil([&f] {
        return f.viewer->contentsTree()
                   ->findItems(QStringLiteral("srv.example.test"), Qt::MatchExactly | Qt::MatchRecursive)
                   .size() == 1;
    }));
    test::look(*f.viewer, QStringLiteral("viewer-pkcs12"));
}

void TestViewerWindow::showsSeveralFilesAsATree() {
    Fixture f;
    const test::Holder first = test::sampleRoot("First");
    const test::Holder second = test::sampleRoot("Second");
    f.show(
        {ContentSource::ofBytes(QByteArray::fromStdString(first.certificate.toPem()), QStringLiteral("first.pem")),
         ContentSource::ofBytes(QByteArray::fromStdString(second.certificate.toPem()), QStringLiteral("second.pem"))});
    QVERIFY(f.waitForItem());
    QTreeWidget* tree = f.viewer->contentsTree();
    QVERIFY(tree->isVisible());
    QCOMPARE(tree->topLevelItemCount(), 2);
    tree->setCurrentItem(tree->topLevelItem(1)->child(0));
    QVERIFY(waitUntil([&f] { return f.viewer->description()->facts.title == QStringLiteral("Second"); }));
}

void TestViewerWindow::saysWhatIsWrong_data() {
    QTest::addColumn<QByteArray>("content");
    const QByteArray pem = QByteArray::fromStdString(test::sampleRoot("Root").certificate.toPem());
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("text") << QByteArray("hello, world");
    QTest::newRow("cut") << pem.left(pem.size() / 2);
}

void TestViewerWindow::saysWhatIsWrong() {
    QFETCH(QByteArray, content);
    Fixture f;
    f.show(content.toStdString());
    const auto* banner = f.viewer->findChild<InlineBanner*>();
    QVERIFY(waitUntil([banner] { return banner->isVisible(); }));
    QCOMPARE(banner->text(), QStringLiteral("x could not be read"));
    QVERIFY(!banner->detail().isEmpty());
    CERTWRIGHT_VERIFY_USABLE(*f.viewer);
}

void TestViewerWindow::everythingHasANameAndFits() {
    Fixture f;
    f.show(formats::privateKeyToPem(test::sampleKey(), base::Secret("secret"), {"AES-256-CBC", {}, 1000}));
    QVERIFY(f.waitForItem());
    CERTWRIGHT_VERIFY_USABLE(*f.viewer);
    QTest::keyClick(f.viewer, Qt::Key_Escape);
    QVERIFY(waitUntil([&f] { return f.viewer == nullptr; }));
}

CERTWRIGHT_TEST_MAIN(TestViewerWindow)
#include "tst_viewer_window.moc"
