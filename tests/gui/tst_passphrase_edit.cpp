#include "tests/gui/support/gui_checks.h"
#include "tests/support/test_main.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/passphrase_edit.h"
#include "ui/widgets/passphrase_strength.h"
#include "ui/widgets/secret_clipboard.h"
#include "ui/widgets/strength_bar.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QToolButton>
#include <QVBoxLayout>

using namespace certwright;
using namespace certwright::ui;
using Level = PassphraseStrength::Level;

Q_DECLARE_METATYPE(certwright::ui::PassphraseStrength::Level)

namespace {

/// A window with a passphrase field and another one to move the focus to.
struct Form {
    explicit Form(PassphraseEdit::Mode mode)
        : edit(new PassphraseEdit(mode, &window))
        , other(new QLineEdit(&window)) {
        auto* column = new QVBoxLayout(&window);
        column->addWidget(edit);
        column->addWidget(other);
        other->setObjectName(QStringLiteral("other"));
        other->setAccessibleName(QStringLiteral("Other"));
        window.resize(420, 160);
        window.show();
        window.activateWindow();
        edit->setFocus();
    }

    QString message() const { return edit->findChild<FieldMessage*>(QStringLiteral("message"))->text(); }
    QToolButton* reveal() const { return edit->findChild<QToolButton*>(QStringLiteral("reveal")); }

    QWidget window;
    PassphraseEdit* edit;
    QLineEdit* other;
};

std::string textOf(const base::Secret& secret) {
    return std::string(secret.text());
}

} // namespace

class TestPassphraseEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().apply(ThemeMode::Light); }

    void givesTheTextAsUtf8AndForgetsIt() {
        Form form(PassphraseEdit::Mode::Enter);
        QTest::keyClicks(form.edit->field(), QStringLiteral("correct horse"));
        form.edit->field()->setText(form.edit->field()->text() + QStringLiteral(" Ü€"));
        QCOMPARE(textOf(form.edit->secret()), std::string("correct horse Ü€"));
        QVERIFY(!form.edit->isEmpty());
        QCOMPARE(textOf(form.edit->takeSecret()), std::string("correct horse Ü€"));
        QVERIFY(form.edit->isEmpty());
        QVERIFY(!form.edit->field()->isUndoAvailable());
    }

    void hidesWhenTheFocusLeaves() {
        Form form(PassphraseEdit::Mode::Enter);
        QVERIFY(QTest::qWaitForWindowActive(&form.window));
        QCOMPARE(form.edit->field()->echoMode(), QLineEdit::Password);
        QTest::mouseClick(form.reveal(), Qt::LeftButton);
        QVERIFY(form.edit->isRevealed());
        QCOMPARE(form.edit->field()->echoMode(), QLineEdit::Normal);
        form.edit->field()->setFocus();
        QVERIFY(form.edit->isRevealed());
        form.other->setFocus();
        QTRY_VERIFY(!form.edit->isRevealed());
        QCOMPARE(form.edit->field()->echoMode(), QLineEdit::Password);
    }

    void saysWhatIsMissing() {
        Form form(PassphraseEdit::Mode::Create);
        QVERIFY(!form.edit->validate());
        QCOMPARE(form.message(), QStringLiteral("Choose a passphrase."));
        QTest::keyClicks(form.edit->field(), QStringLiteral("correct horse battery"));
        QCOMPARE(form.message(), QString());
        QVERIFY(!form.edit->validate());
        QCOMPARE(form.message(), QStringLiteral("Type the passphrase a second time."));
        QTest::keyClicks(form.edit->confirmField(), QStringLiteral("correct mule"));
        QCOMPARE(form.message(), QStringLiteral("The two passphrases differ."));
        QVERIFY(!form.edit->validate());
        form.edit->confirmField()->clear();
        QTest::keyClicks(form.edit->confirmField(), QStringLiteral("correct horse battery"));
        QVERIFY(form.edit->validate());
        QCOMPARE(form.message(), QString());
    }

    void showingReplacesConfirming() {
        Form form(PassphraseEdit::Mode::Create);
        QTest::keyClicks(form.edit->field(), QStringLiteral("correct horse battery"));
        QVERIFY(!form.edit->problem().isEmpty());
        form.edit->setRevealed(true);
        QVERIFY(!form.edit->confirmField()->isVisible());
        QCOMPARE(form.edit->problem(), QString());
        form.edit->setRevealed(false);
        QVERIFY(form.edit->confirmField()->isVisible());
        QCOMPARE(form.edit->problem(), QString());
    }

    void generatesStrongPassphrases() {
        Form form(PassphraseEdit::Mode::Create);
        form.edit->generate();
        QVERIFY(form.edit->isRevealed());
        QCOMPARE(form.edit->problem(), QString());
        const std::string first = textOf(form.edit->secret());
        QCOMPARE(first.size(), std::size_t{29});
        QCOMPARE(estimateStrength(form.edit->secret()).level, Level::Strong);
        form.edit->generate();
        QVERIFY(textOf(form.edit->secret()) != first);
    }

    void estimatesStrength_data() {
        QTest::addColumn<QByteArray>("passphrase");
        QTest::addColumn<Level>("level");
        // Entropies computed with zxcvbn's own test program.
        QTest::newRow("nothing") << QByteArray() << Level::VeryWeak;
        QTest::newRow("a common word") << QByteArray("password") << Level::VeryWeak;
        QTest::newRow("keyboard row") << QByteArray("qwertyuiop") << Level::VeryWeak;
        QTest::newRow("repeats") << QByteArray("aaaaaaaaaaaaaaaaaaaa") << Level::VeryWeak;
        QTest::newRow("five random words") << QByteArray("plinth-gusto-vortex-alkali-mural") << Level::Strong;
    }
    void estimatesStrength() {
        QFETCH(QByteArray, passphrase);
        QFETCH(Level, level);
        const base::Secret secret(
            std::string_view(passphrase.constData(), static_cast<std::size_t>(passphrase.size())));
        const PassphraseStrength strength = estimateStrength(secret);
        QVERIFY2(strength.level == level, qPrintable(QString::number(strength.bits)));
    }

    void knownWordsDoNotCount() {
        const base::Secret secret(std::string_view("zanzibarlab"));
        const double plain = estimateStrength(secret).bits;
        QVERIFY(estimateStrength(secret, {"zanzibarlab"}).bits < plain);
    }

    void aLongPassphraseIsQuick() {
        const std::string text(1024, 'x');
        QElapsedTimer timer;
        timer.start();
        (void)estimateStrength(base::Secret(std::string_view(text)));
        QVERIFY2(timer.elapsed() < 500, qPrintable(QString::number(timer.elapsed())));
    }

    void warnsOfShortOnes() {
        Form form(PassphraseEdit::Mode::Create);
        QTest::keyClicks(form.edit->field(), QStringLiteral("short"));
        auto* advice = form.edit->findChild<FieldMessage*>(QStringLiteral("advice"));
        QVERIFY(advice->text().contains(QStringLiteral("12 characters")));
        QVERIFY(!advice->isError());
        QTest::keyClicks(form.edit->field(), QStringLiteral(" no longer short"));
        QCOMPARE(advice->text(), QString());
        QVERIFY(form.edit->findChild<StrengthBar*>()->text().contains(QStringLiteral("bits")));
    }

    void noticesCapsLock() {
        Form form(PassphraseEdit::Mode::Enter);
        QKeyEvent press(QEvent::KeyPress, Qt::Key_A, Qt::NoModifier, QStringLiteral("A"));
        QApplication::sendEvent(form.edit->field(), &press);
        QTRY_COMPARE(form.message(), QStringLiteral("Caps Lock is on."));
        QTest::keyClick(form.edit->field(), Qt::Key_B);
        QTRY_COMPARE(form.message(), QString());
    }

    void anErrorFromOutsideGoesAtTheNextKey() {
        Form form(PassphraseEdit::Mode::Enter);
        form.edit->setError(QStringLiteral("Wrong passphrase."));
        QCOMPARE(form.message(), QStringLiteral("Wrong passphrase."));
        QTest::keyClicks(form.edit->field(), QStringLiteral("x"));
        QCOMPARE(form.message(), QString());
    }

    void copiesThroughTheClipboardThatForgets() {
        Form form(PassphraseEdit::Mode::Enter);
        form.edit->field()->setText(QStringLiteral("reveal me"));
        form.edit->setRevealed(true);
        form.edit->field()->selectAll();
        QTest::keySequence(form.edit->field(), QKeySequence::Copy);
        QClipboard* clipboard = QApplication::clipboard();
        QCOMPARE(clipboard->text(), QStringLiteral("reveal me"));
        QCOMPARE(clipboard->mimeData()->data(QStringLiteral("x-kde-passwordManagerHint")), QByteArray("secret"));
        QCOMPARE(SecretClipboard::instance().secondsLeft(), SecretClipboard::Seconds);
        SecretClipboard::instance().clearNow();
        QCOMPARE(clipboard->text(), QString());
        QCOMPARE(SecretClipboard::instance().secondsLeft(), 0);
    }

    void leavesAnotherProgramsClipboardAlone() {
        SecretClipboard& secrets = SecretClipboard::instance();
        secrets.copy(base::Secret(std::string_view("ours")), QStringLiteral("Test"));
        QApplication::clipboard()->setText(QStringLiteral("theirs"));
        QCOMPARE(secrets.secondsLeft(), 0);
        secrets.clearNow();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("theirs"));
    }

    void isUsable_data() {
        QTest::addColumn<bool>("isNew");
        QTest::newRow("enter") << false;
        QTest::newRow("create") << true;
    }
    void isUsable() {
        QFETCH(bool, isNew);
        Form form(isNew ? PassphraseEdit::Mode::Create : PassphraseEdit::Mode::Enter);
        form.edit->field()->setText(QStringLiteral("blue giraffe"));
        CERTWRIGHT_VERIFY_USABLE(form.window);
        test::look(form.window, isNew ? QStringLiteral("passphrase-create") : QStringLiteral("passphrase-enter"));
    }
};

CERTWRIGHT_TEST_MAIN(TestPassphraseEdit)
#include "tst_passphrase_edit.moc"
