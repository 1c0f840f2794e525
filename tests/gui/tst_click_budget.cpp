#include "core/formats/pkcs12.h"
#include "core/service/store_session.h"
#include "tests/core/store/sample_pki.h"
#include "tests/gui/support/main_window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/create_store_dialog.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/import_dialog.h"
#include "ui/dialogs/new_certificate_dialog.h"
#include "ui/dialogs/new_key_dialog.h"
#include "ui/dialogs/sign_request_dialog.h"
#include "ui/models/import_model.h"
#include "ui/pages/inspector_page.h"
#include "ui/views/viewer_window.h"
#include "ui/views/welcome_page.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/passphrase_edit.h"

#include <QClipboard>
#include <QDialog>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

/// Counts as a person would: a press of the mouse, or of a key that is not text, is a click; what is typed into one
/// field, or pasted, is a text.
struct Fixture : test::MainWindowFixture {
    using MainWindowFixture::MainWindowFixture;

    void click(QWidget* widget) {
        QVERIFY(widget != nullptr);
        QVERIFY2(widget->isVisible() && widget->isEnabled(), qPrintable(widget->objectName()));
        ++clicks;
        QTest::mouseClick(widget, Qt::LeftButton);
    }
    void press(QWidget* widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        ++clicks;
        QTest::keyClick(widget, key, modifiers);
    }
    QToolButton* toolButton(QAction* action) const {
        return qobject_cast<QToolButton*>(window->findChild<QToolBar*>()->widgetForAction(action));
    }
    /// Types into whatever has the keyboard, as a person does who looks at the screen.
    void type(const QString& text) {
        ++texts;
        QVERIFY(QApplication::focusWidget() != nullptr);
        QTest::keyClicks(QApplication::focusWidget(), text);
    }
    /// Opens the menu of the toolbar's first button and chooses from it: two clicks.
    void chooseNew(QAction* action) {
        QToolButton* button = toolButton(actions().newCertificate);
        clicks += 2;
        // The menu has an event loop of its own. Chosen by key: how soon after it opened a menu takes a click is up to
        // the release of Qt.
        QTimer::singleShot(0, button->menu(), [button, action] {
            button->menu()->setActiveAction(action);
            QTest::keyClick(button->menu(), Qt::Key_Return);
        });
        const QPoint arrow(button->width() - 4, button->height() / 2);
        QTest::mousePress(button, Qt::LeftButton, {}, arrow);
        QTest::mouseRelease(button, Qt::LeftButton, {}, arrow);
    }
    template <class Dialog>
    Dialog* opened() const {
        QPointer<Dialog> dialog;
        waitUntil([this, &dialog] {
            dialog = window->findChild<Dialog*>();
            return dialog != nullptr && dialog->isVisible();
        });
        if (dialog != nullptr) {
            dialog->activateWindow();
            waitUntil([this, &dialog] {
                return jobs.isIdle() && dialog->isActiveWindow() && QApplication::focusWidget() != nullptr &&
                       dialog->isAncestorOf(QApplication::focusWidget());
            });
        }
        return dialog;
    }
    bool areCertificates(int count) const {
        return waitUntil(
            [this, count] { return int(certificates().arrangement().rows.size()) == count && jobs.isIdle(); });
    }

    int clicks = 0;
    int texts = 0;
};

/// What a dialog says is wrong.
QString complaints(const QPointer<QDialog>& dialog) {
    QStringList texts;
    if (dialog != nullptr) {
        for (const QLabel* label : dialog->findChildren<QLabel*>(QStringLiteral("text")))
            texts += label->text();
        texts += QApplication::focusWidget() == nullptr ? QString() : QApplication::focusWidget()->objectName();
    }
    return texts.join(QLatin1Char('|'));
}

QPushButton* defaultButton(const QDialog& dialog) {
    for (QPushButton* button : dialog.findChildren<QPushButton*>()) {
        if (button->isDefault())
            return button;
    }
    return nullptr;
}

} // namespace

#define VERIFY_WITHIN(fixture, mostClicks, mostTexts)                                                                  \
    QVERIFY2((fixture).clicks <= (mostClicks) && (fixture).texts <= (mostTexts),                                       \
             qPrintable(QStringLiteral("%1 clicks and %2 texts").arg((fixture).clicks).arg((fixture).texts)))

/// The number of clicks and texts that each of the usual tasks may cost.
class TestClickBudget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void createsAStore();
    void createsARootCa();
    void createsAServerCertificate();
    void createsAKey();
    void exportsForNginx();
    void importsAPkcs12();
    void signsARequest();
    void showsWhatExpires();
    void looksAtAFile();
    void inspectsAConnection();
};

void TestClickBudget::createsAStore() {
    Fixture f(false);
    f.click(f.window->findChild<QPushButton*>(QStringLiteral("welcomeCreate")));
    auto* dialog = f.opened<CreateStoreDialog>();
    QVERIFY(dialog != nullptr);
    f.type(QStringLiteral("tidal basin nine"));
    // The second field follows by one Tab that is part of typing.
    dialog->passphraseEdit()->confirmField()->setFocus();
    f.type(QStringLiteral("tidal basin nine"));
    f.click(defaultButton(*dialog));
    const QPointer<CreateStoreDialog> watched(dialog);
    QVERIFY2(waitUntil([&f] { return f.controller.session() != nullptr; }),
             qPrintable(watched ? watched->passphraseEdit()->problem() : QString()));
    VERIFY_WITHIN(f, 2, 2);
}

void TestClickBudget::createsARootCa() {
    Fixture f;
    f.chooseNew(f.actions().newCa);
    auto* dialog = f.opened<NewCertificateDialog>();
    QVERIFY(dialog != nullptr);
    f.type(QStringLiteral("Second Root CA"));
    f.click(defaultButton(*dialog));
    const QPointer<QDialog> watched(dialog);
    QVERIFY2(f.areCertificates(5), qPrintable(complaints(watched)));
    VERIFY_WITHIN(f, 4, 1);
}

void TestClickBudget::createsAServerCertificate() {
    Fixture f;
    f.click(f.toolButton(f.actions().newCertificate));
    auto* dialog = f.opened<NewCertificateDialog>();
    QVERIFY(dialog != nullptr);
    f.type(QStringLiteral("shop.example.test, pay.example.test"));
    f.click(defaultButton(*dialog));
    const QPointer<QDialog> watched(dialog);
    QVERIFY2(f.areCertificates(5), qPrintable(complaints(watched)));
    VERIFY_WITHIN(f, 3, 1);
    f.read([](store::Store& store) {
        const auto id = store.findId(store::EntryKind::Certificate, QStringLiteral("shop.example.test"));
        QVERIFY(id);
        QCOMPARE(store.certificate(*id)->otherNames, QStringLiteral("shop.example.test, pay.example.test"));
        QVERIFY(store.certificate(*id)->issuerId != 0);
    });
}

void TestClickBudget::createsAKey() {
    Fixture f;
    f.press(f.window.get(), Qt::Key_K, Qt::ControlModifier);
    auto* dialog = f.opened<NewKeyDialog>();
    QVERIFY(dialog != nullptr);
    f.click(defaultButton(*dialog)); // with the name that is proposed
    QVERIFY(waitUntil([&f] { return f.window->list(store::EntryKind::Key).model().rows().size() == 4; }));
    VERIFY_WITHIN(f, 2, 1);
}

void TestClickBudget::exportsForNginx() {
    Fixture f;
    const QString folder = f.path(QStringLiteral("tls"));
    QVERIFY(QDir().mkpath(folder));
    f.settings.setValue(QStringLiteral("export/folder"), folder);
    f.select(f.entries.www);
    f.click(f.toolButton(f.actions().exportSelected));
    auto* dialog = f.opened<ExportDialog>();
    QVERIFY(dialog != nullptr);
    QVERIFY(waitUntil([dialog] { return defaultButton(*dialog) != nullptr && defaultButton(*dialog)->isEnabled(); }));
    f.click(defaultButton(*dialog));
    const QPointer<QDialog> watched(dialog);
    QVERIFY2(waitUntil([&folder] {
                 return !QDir(folder).entryList({QStringLiteral("privkey.pem")}, QDir::Files).isEmpty() ||
                        QFile::exists(folder + QStringLiteral("/www.example.test/privkey.pem"));
             }),
             qPrintable(complaints(watched)));
    VERIFY_WITHIN(f, 3, 0);
}

void TestClickBudget::importsAPkcs12() {
    Fixture f;
    const test::Holder root = test::sampleRoot("Elsewhere Root");
    const test::Holder server = test::sampleIssued("srv.example.test", root);
    formats::Pkcs12Contents contents;
    contents.key = server.key;
    contents.certificate = server.certificate;
    contents.chain = {root.certificate};
    const base::Bytes bytes =
        formats::createPkcs12(contents, base::Secret("secret"), formats::Pkcs12Preset::Windows2016);
    const QString file = f.writeFile(QStringLiteral("srv.p12"), std::string(bytes.begin(), bytes.end()));
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    ++f.clicks;
    f.drop(&data);
    auto* dialog = f.opened<ImportDialog>();
    QVERIFY(dialog != nullptr);
    QVERIFY(waitUntil([dialog] { return !dialog->isBusy(); }));
    f.type(QStringLiteral("secret")); // and Enter, which belongs to it
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QVERIFY(waitUntil([dialog] { return !dialog->isBusy() && dialog->model()->tickedCount() == 3; }));
    f.click(dialog->findChild<QPushButton*>(QStringLiteral("import")));
    QVERIFY(f.areCertificates(6));
    VERIFY_WITHIN(f, 2, 1);
}

void TestClickBudget::signsARequest() {
    Fixture f;
    store::RowId request = 0;
    f.write([&request](store::Store& store) {
        x509::RequestBuilder builder;
        builder.setSubject(x509::Name::parse("CN=shop.example.test"))
            .addExtension(x509::Extension::fromText("subjectAltName", false, "DNS:shop.example.test"));
        request = store.addRequest(builder.sign(test::sampleKey()));
    });
    f.window->showEntry(store::EntryKind::Request, request);
    QVERIFY(waitUntil([&f] { return f.actions().signRequest->isEnabled(); }));
    f.press(f.window.get(), Qt::Key_G, Qt::ControlModifier);
    auto* dialog = f.opened<SignRequestDialog>();
    QVERIFY(dialog != nullptr);
    QVERIFY(waitUntil([dialog] { return defaultButton(*dialog) != nullptr && defaultButton(*dialog)->isEnabled(); }));
    QVERIFY(waitUntil([&f] { return f.jobs.isIdle(); }));
    f.click(defaultButton(*dialog));
    const QPointer<QDialog> watched(dialog);
    QVERIFY2(f.areCertificates(5), qPrintable(complaints(watched)));
    VERIFY_WITHIN(f, 3, 0);
}

void TestClickBudget::showsWhatExpires() {
    Fixture f;
    QVERIFY(f.settle());
    f.window->activateWindow();
    f.click(f.window->findChild<QPushButton*>(QStringLiteral("action"))); // of the banner
    QVERIFY(f.settle());
    QCOMPARE(f.certificates().arrangement().matchCount, 1U);
    VERIFY_WITHIN(f, 1, 0);
}

void TestClickBudget::looksAtAFile() {
    Fixture f(false);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(
        f.writeFile(QStringLiteral("root.pem"), test::sampleRoot("Looked At").certificate.toPem()))});
    ++f.clicks;
    f.drop(&data);
    QVERIFY(waitUntil([&f] {
        const auto* viewer = f.window->findChild<ViewerWindow*>();
        return viewer != nullptr && viewer->description() != nullptr;
    }));
    VERIFY_WITHIN(f, 1, 0);
}

void TestClickBudget::inspectsAConnection() {
    Fixture f(false);
    QApplication::clipboard()->setText(QStringLiteral("127.0.0.1:1"));
    ++f.texts;
    QTest::keyClick(f.window.get(), Qt::Key_V, Qt::ControlModifier);
    auto* page = f.window->findChild<InspectorPage*>();
    QVERIFY(page != nullptr);
    QVERIFY(waitUntil([page] { return page->report() != nullptr; })); // nobody listens there: it says so
    VERIFY_WITHIN(f, 0, 1);
    // Typed, after Ctrl+T.
    f.press(f.window.get(), Qt::Key_T, Qt::ControlModifier);
    f.type(QStringLiteral("localhost:1"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QVERIFY(waitUntil([page] { return page->report() != nullptr && page->report()->endpoint.host == "localhost"; }));
}

CERTWRIGHT_TEST_MAIN(TestClickBudget)
#include "tst_click_budget.moc"
