#include "core/service/store_session.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/create_store_dialog.h"
#include "ui/dialogs/error_dialog.h"
#include "ui/dialogs/passphrase_dialog.h"
#include "ui/dialogs/text_dialog.h"
#include "ui/error_text.h"
#include "ui/qt_prompts.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <openssl/err.h>
#include <openssl/pkcs12err.h>

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

struct Fixture : test::WindowFixture {
    Fixture()
        : dialog(new CreateStoreDialog(context, controller)) {
        dialog->show();
    }
    ~Fixture() { delete dialog; }

    void choose(const QString& first, const QString& second) const {
        dialog->passphraseEdit()->field()->setText(first);
        dialog->passphraseEdit()->confirmField()->setText(second);
    }
    QString banner() const {
        const auto* shown = dialog->findChild<InlineBanner*>();
        return shown->isVisible() ? shown->text() : QString();
    }

    QPointer<CreateStoreDialog> dialog;
};

base::Error sampleError() {
    base::StackEntry entry;
    entry.code = ERR_PACK(ERR_LIB_PKCS12, 0, PKCS12_R_MAC_VERIFY_FAILURE);
    entry.lib = "PKCS12 routines";
    entry.reason = "mac verify failure";
    entry.file = "p12_kiss.c";
    entry.line = 67;
    return base::Error(base::ErrorKind::BadInput, "the file did not open", {}, {entry}).withContext("srv.p12");
}

} // namespace

class TestStoreDialogs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void createsAStore();
    void refusesAPath_data();
    void refusesAPath();
    void refusesAPassphrase_data();
    void refusesAPassphrase();
    void cancelCreatesNothing();
    void cancelWhileItIsMadeLeavesNothing();
    void asksForAPassphrase();
    void asksForAText();
    void questionDefaultsToCancelWhenDestructive();
    void errorsSpeakInWords();
    void errorDialogShowsAndCopiesTheStack();
    void everythingHasANameAndFits();
};

void TestStoreDialogs::createsAStore() {
    Fixture f;
    f.dialog->pathField()->setText(f.path(QStringLiteral("new"))); // the suffix is added
    f.choose(QStringLiteral("correct horse"), QStringLiteral("correct horse"));
    QSignalSpy created(f.dialog, &CreateStoreDialog::created);
    f.dialog->accept();
    QVERIFY(waitUntil([&created] { return created.count() == 1; }));
    QVERIFY(f.controller.session() != nullptr);
    QVERIFY(f.controller.session()->isUnlocked());
    QVERIFY(QFile::exists(f.path(QStringLiteral("new.certwright"))));
    QCOMPARE(f.settings.recentStores().size(), std::size_t(1));
}

void TestStoreDialogs::refusesAPath_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("message");
    QTest::newRow("empty") << ""
                           << "Say where the store is to lie.";
    QTest::newRow("folder") << "%1/."
                            << "This is a folder; add a file name.";
    QTest::newRow("existing") << "%1/there.certwright"
                              << "This file exists already. Choose another name, or open it.";
    QTest::newRow("no folder") << "%1/none/x.certwright"
                               << "The folder %1/none does not exist.";
}

void TestStoreDialogs::refusesAPath() {
    QFETCH(QString, name);
    QFETCH(QString, message);
    Fixture f;
    QDir folder(f.path(QStringLiteral("folder.d")));
    QVERIFY(folder.mkpath(QStringLiteral(".")));
    QFile there(folder.filePath(QStringLiteral("there.certwright")));
    QVERIFY(there.open(QIODevice::WriteOnly));
    const auto placed = [&folder](const QString& text) {
        return text.contains(QStringLiteral("%1")) ? text.arg(folder.path()) : text;
    };
    f.dialog->pathField()->setText(placed(name));
    f.choose(QStringLiteral("correct horse"), QStringLiteral("correct horse"));
    f.dialog->accept();
    QCOMPARE(f.banner(), placed(message));
    QVERIFY(f.controller.session() == nullptr);
}

void TestStoreDialogs::refusesAPassphrase_data() {
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

void TestStoreDialogs::refusesAPassphrase() {
    QFETCH(QString, first);
    QFETCH(QString, second);
    QFETCH(QString, message);
    Fixture f;
    f.choose(first, second);
    f.dialog->accept();
    QCOMPARE(f.dialog->passphraseEdit()->findChild<FieldMessage*>(QStringLiteral("message"))->text(), message);
    QVERIFY(f.controller.session() == nullptr);
}

void TestStoreDialogs::cancelCreatesNothing() {
    Fixture f;
    f.dialog->pathField()->setText(f.path(QStringLiteral("never.certwright")));
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(waitUntil([&f] { return f.dialog == nullptr; }));
    QVERIFY(!QFile::exists(f.path(QStringLiteral("never.certwright"))));
}

void TestStoreDialogs::cancelWhileItIsMadeLeavesNothing() {
    Fixture f;
    f.controller.setVaultCost({}); // as the program: half a second to give up in
    const QDir folder(QFileInfo(f.path(QStringLiteral("x"))).path());
    const auto files = [&folder] {
        return folder.entryList({QStringLiteral("*never*")}, QDir::AllEntries | QDir::Hidden); // settings come and go
    };
    f.dialog->pathField()->setText(f.path(QStringLiteral("never.certwright")));
    f.choose(QStringLiteral("correct horse"), QStringLiteral("correct horse"));
    f.dialog->accept();
    QVERIFY(!f.jobs.isIdle());
    QVERIFY(waitUntil([&] { return !files().isEmpty(); })); // it is being written
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(waitUntil([&f] { return f.dialog == nullptr && f.jobs.isIdle(); }));
    QCOMPARE(files(), QStringList());
    QVERIFY(f.controller.session() == nullptr);
}

void TestStoreDialogs::asksForAPassphrase() {
    Fixture f;
    QtPrompts prompts(f.settings);
    PassphraseRequest request;
    request.title = QStringLiteral("Unlock lab");
    request.reason = QStringLiteral("To sign www.");
    request.problem = QStringLiteral("Wrong passphrase");
    QWidget window;
    window.show();
    std::optional<std::string> given;
    prompts.askPassphrase(&window, request, &window, [&given](std::optional<base::Secret> answer) {
        given = answer ? std::string(answer->text()) : std::string("gave up");
    });
    auto* dialog = window.findChild<PassphraseDialog*>();
    QVERIFY(dialog != nullptr);
    CERTWRIGHT_VERIFY_USABLE(*dialog);
    auto* edit = dialog->findChild<PassphraseEdit*>();
    QCOMPARE(edit->findChild<FieldMessage*>(QStringLiteral("message"))->text(), QStringLiteral("Wrong passphrase"));
    edit->field()->setText(QStringLiteral("ünlöck"));
    dialog->accept();
    QVERIFY(waitUntil([&given] { return given.has_value(); }));
    QCOMPARE(QString::fromStdString(*given), QStringLiteral("ünlöck"));
}

void TestStoreDialogs::asksForAText() {
    Fixture f;
    QtPrompts prompts(f.settings);
    TextRequest request;
    request.title = QStringLiteral("Rename");
    request.label = QStringLiteral("&Name:");
    request.value = QStringLiteral("old");
    request.validate = [](const QString& text) {
        return text.isEmpty() ? QStringLiteral("A name is needed.") : QString();
    };
    QWidget window;
    window.show();
    std::optional<QString> given;
    prompts.askText(&window, request, &window, [&given](std::optional<QString> text) { given = text; });
    auto* dialog = window.findChild<TextDialog*>();
    CERTWRIGHT_VERIFY_USABLE(*dialog);
    auto* field = dialog->findChild<QLineEdit*>(QStringLiteral("text"));
    field->clear();
    dialog->accept();
    QVERIFY(dialog->isVisible());
    QCOMPARE(dialog->findChild<FieldMessage*>()->text(), QStringLiteral("A name is needed."));
    field->setText(QStringLiteral(" new "));
    dialog->accept();
    QVERIFY(waitUntil([&given] { return given.has_value(); }));
    QCOMPARE(*given, QStringLiteral("new"));
}

void TestStoreDialogs::questionDefaultsToCancelWhenDestructive() {
    Fixture f;
    QtPrompts prompts(f.settings);
    Question question;
    question.text = QStringLiteral("Delete <b>this</b>?");
    question.informativeText = QStringLiteral("Smith & <b>Sons</b>");
    question.choices = {{QStringLiteral("&Delete"), true}};
    QWidget window;
    window.show();
    bool isAnswered = false;
    std::optional<std::size_t> answer = 5;
    prompts.askQuestion(&window, question, &window, [&](std::optional<std::size_t> choice) {
        answer = choice;
        isAnswered = true;
    });
    auto* box = window.findChild<QMessageBox*>();
    QVERIFY(box != nullptr);
    for (const QLabel* label : box->findChildren<QLabel*>())
        QVERIFY2(label->text().isEmpty() || label->textFormat() == Qt::PlainText, qPrintable(label->text()));
    QTest::keyClick(box, Qt::Key_Return);
    QVERIFY(waitUntil([&isAnswered] { return isAnswered; }));
    QVERIFY(!answer.has_value());
}

void TestStoreDialogs::errorsSpeakInWords() {
    const ErrorText known = errorText(sampleError());
    QVERIFY(known.reason.startsWith(QStringLiteral("Wrong passphrase, or the file is damaged")));
    QVERIFY(!known.advice.isEmpty());
    QVERIFY(known.details.contains(QStringLiteral("mac verify failure:p12_kiss.c:67")));
    // An unknown reason gets the program's own message, as a sentence, and the hint.
    const ErrorText other = errorText(base::Error(base::ErrorKind::Io, "the disk is full", "make room and try again"));
    QCOMPARE(other.reason, QStringLiteral("The disk is full."));
    QCOMPARE(other.advice, QStringLiteral("Make room and try again."));
    // What comes from a file cannot play tricks.
    const ErrorText tricky = errorText(base::Error(base::ErrorKind::Io, "cannot read \xE2\x80\xAEgnp.exe"));
    QVERIFY(tricky.reason.contains(QStringLiteral("\\x{202E}")));
}

void TestStoreDialogs::errorDialogShowsAndCopiesTheStack() {
    ErrorDialog dialog(QStringLiteral("The file was not opened"), sampleError());
    dialog.show();
    CERTWRIGHT_VERIFY_USABLE(dialog);
    QVERIFY(!dialog.findChild<QPlainTextEdit*>()->isVisible());
    dialog.findChild<QPushButton*>(QStringLiteral("toggleDetails"))->click();
    QVERIFY(dialog.findChild<QPlainTextEdit*>()->isVisible());
    dialog.findChild<QPushButton*>(QStringLiteral("copy"))->click();
    const QString report = QApplication::clipboard()->text();
    QVERIFY(report.startsWith(QStringLiteral("The file was not opened\n")));
    QVERIFY(report.contains(QStringLiteral("About: srv.p12")));
    test::look(dialog, QStringLiteral("error"));
}

void TestStoreDialogs::everythingHasANameAndFits() {
    Fixture f;
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    test::look(*f.dialog, QStringLiteral("create-store"));
}

CERTWRIGHT_TEST_MAIN(TestStoreDialogs)
#include "tst_store_dialogs.moc"
