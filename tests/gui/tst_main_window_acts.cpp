#include "core/service/store_session.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/main_window_fixture.h"
#include "tests/gui/support/openssl_tool.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/import_dialog.h"
#include "ui/views/status_bar.h"
#include "ui/views/viewer_window.h"
#include "ui/views/welcome_page.h"

#include <QClipboard>
#include <QFile>
#include <QMenu>
#include <QToolButton>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::MainWindowFixture;
using test::waitUntil;

/// What people do in the main window: with entries, with the store, with files and the clipboard.
class TestMainWindowActs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsTheSelectionOverAChange();
    void renamesAndUndoes();
    void refusesAnEmptyName();
    void deletesOnlyAfterAQuestion();
    void copiesInEveryFormat_data();
    void copiesInEveryFormat();
    void exportsARequestAndAList_data();
    void exportsARequestAndAList();
    void exportsAKeyEncrypted();
    void exportsNothingWhenGivenUp();
    void opensAnEntryInAViewer();
    void locksAndAsksUntilUnlocked();
    void locksWhenIdle();
    void remembersRecentStores();
    void saysWhyAStoreWasNotOpened();
    void dropOpensAViewerOrAnImport();
    void pasteRecognisesWhatItIs();
};

void TestMainWindowActs::keepsTheSelectionOverAChange() {
    Fixture f;
    f.select(f.entries.www);
    f.write([&f](store::Store& store) {
        store.addCertificate(test::sampleRoot("Another Root").certificate);
        store.rename(store::EntryKind::Certificate, f.entries.www, QStringLiteral("a new name"));
    });
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().rows.size() == 5; }));
    QCOMPARE(f.view().currentId(), f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("a new name")));
}

void TestMainWindowActs::renamesAndUndoes() {
    Fixture f;
    f.select(f.entries.www);
    f.prompts.willType(QStringLiteral("intranet"));
    QTest::keyClick(&f.view(), Qt::Key_F2);
    QVERIFY(waitUntil([&f] { return !f.toasts.empty(); }));
    QCOMPARE(f.prompts.textRequests.front().value, QStringLiteral("www.example.test"));
    QVERIFY(waitUntil(
        [&f] { return f.certificates().indexOfId(f.entries.www).data().toString() == QStringLiteral("intranet"); }));
    QCOMPARE(f.toasts.back().actionText, QStringLiteral("Undo"));
    const auto undo = f.toasts.back().action;
    undo();
    QVERIFY(waitUntil([&f] {
        return f.certificates().indexOfId(f.entries.www).data().toString() == QStringLiteral("www.example.test");
    }));
    QVERIFY(f.prompts.isScriptDone());
}

void TestMainWindowActs::refusesAnEmptyName() {
    Fixture f;
    f.select(f.entries.www);
    f.prompts.willType(std::nullopt);
    f.actions().rename->trigger();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QCOMPARE(f.prompts.textRequests.front().validate(QString()), QStringLiteral("A name is needed."));
    QVERIFY(f.prompts.textRequests.front().validate(QStringLiteral("x")).isEmpty());
    QVERIFY(f.toasts.empty());
}

void TestMainWindowActs::deletesOnlyAfterAQuestion() {
    Fixture f;
    f.select(f.entries.old);
    f.prompts.willChoose(std::nullopt);
    QTest::keyClick(&f.view(), Qt::Key_Delete);
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(f.prompts.questions.front().choices.front().isDestructive);
    QCOMPARE(f.prompts.questions.front().text, QStringLiteral("Delete the certificate old.example.test?"));
    QVERIFY(f.settle());
    QVERIFY(f.certificates().indexOfId(f.entries.old).isValid());

    f.prompts.willChoose(0);
    QTest::keyClick(&f.view(), Qt::Key_Delete);
    QVERIFY(waitUntil([&f] { return !f.certificates().indexOfId(f.entries.old).isValid(); }));
    QCOMPARE(f.toasts.back().text, QStringLiteral("1 entry deleted"));
    // A key says what needs it.
    f.window->goTo(Place::Keys);
    auto& keys = f.window->list(store::EntryKind::Key);
    keys.view().setCurrentIndex(keys.model().index(0, 0));
    keys.view().selectAll();
    f.prompts.willChoose(std::nullopt);
    f.actions().remove->trigger();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(f.prompts.questions.back().informativeText.contains(QStringLiteral("Certificates that need it: 2")));
}

void TestMainWindowActs::copiesInEveryFormat_data() {
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("start");
    QTest::newRow("PEM") << "actionCopyPem"
                         << "-----BEGIN CERTIFICATE-----\n";
    QTest::newRow("subject") << "actionCopySubject"
                             << "CN=www.example.test";
    QTest::newRow("names") << "actionCopyNames"
                           << "www.example.test, example.test, 192.0.2.10";
    QTest::newRow("fingerprint") << "actionCopyFingerprint"
                                 << "";
}

void TestMainWindowActs::copiesInEveryFormat() {
    QFETCH(QString, action);
    QFETCH(QString, start);
    Fixture f;
    f.select(f.entries.www);
    QApplication::clipboard()->clear();
    f.window->findChild<QAction*>(action)->trigger();
    QVERIFY(waitUntil([] { return !QApplication::clipboard()->text().isEmpty(); }));
    const QString text = QApplication::clipboard()->text();
    QVERIFY2(text.startsWith(start), qPrintable(text));
    if (start.isEmpty())
        QCOMPARE(text.size(), 32 * 3 - 1);
}

void TestMainWindowActs::exportsARequestAndAList_data() {
    QTest::addColumn<store::EntryKind>("kind");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("said");
    const QByteArray subject = "subject=CN = request.example.test";
    QTest::newRow("request, PEM") << store::EntryKind::Request << "asked for.csr"
                                  << "req -verify -noout -subject -inform PEM" << subject;
    QTest::newRow("request, DER") << store::EntryKind::Request << "asked for.der"
                                  << "req -verify -noout -subject -inform DER" << subject;
    const QByteArray issuer = "issuer=CN = Lab Root CA";
    QTest::newRow("list, DER") << store::EntryKind::Crl << "lab.crl"
                               << "crl -noout -issuer -inform DER" << issuer;
    QTest::newRow("list, PEM") << store::EntryKind::Crl << "lab.pem"
                               << "crl -noout -issuer -inform PEM" << issuer;
}

void TestMainWindowActs::exportsARequestAndAList() {
    QFETCH(const store::EntryKind, kind);
    QFETCH(const QString, file);
    QFETCH(const QString, command);
    QFETCH(const QByteArray, said);
    Fixture f;
    const QString path = f.path(file);
    f.window->showEntry(kind, kind == store::EntryKind::Request ? f.entries.request : f.entries.crl);
    QVERIFY(waitUntil([&f] { return f.actions().exportSelected->isEnabled(); }));
    f.prompts.willChooseFiles({path});
    f.actions().exportSelected->trigger();
    QVERIFY(waitUntil([&path] { return QFile::exists(path); }));
    QVERIFY(f.prompts.isScriptDone());
    QVERIFY(!f.prompts.fileRequests.back().suggestedName.isEmpty());
    const QByteArray shown = test::openssl(command.split(QLatin1Char(' ')) + QStringList{QStringLiteral("-in"), path});
    QVERIFY2(QByteArray(shown).replace(" = ", "=").contains(QByteArray(said).replace(" = ", "=")), shown);
}

void TestMainWindowActs::exportsAKeyEncrypted() {
    Fixture f;
    const QString path = f.path(QStringLiteral("spare.key"));
    f.window->showEntry(store::EntryKind::Key, f.entries.key);
    QVERIFY(waitUntil([&f] { return f.actions().exportSelected->isEnabled(); }));
    test::look(*f.window, QStringLiteral("main-key"));
    f.actions().lock->trigger(); // so that the passphrase of the store is asked for, too
    QVERIFY(waitUntil([&f] { return !f.controller.session()->isUnlocked(); }));
    f.prompts.willChooseFiles({path});
    f.prompts.willGivePassphrase(f.passphrase);
    f.prompts.willGivePassphrase(QStringLiteral("a passphrase of its own"));
    f.actions().exportSelected->trigger();
    QVERIFY(waitUntil([&path] { return QFile::exists(path); }));
    QVERIFY(f.prompts.isScriptDone());
    QVERIFY(f.prompts.passphraseRequests.back().isNew);
    QCOMPARE(QFile::permissions(path) & ~(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    QByteArray publicKey;
    f.read([&](store::Store& store) {
        publicKey = QByteArray::fromStdString(store.publicKey(f.entries.key).toPem());
        QCOMPARE(store.journal().back().act, QString::fromLatin1(store::acts::KeyExported));
    });
    QCOMPARE(test::openssl({QStringLiteral("pkey"), QStringLiteral("-pubout"), QStringLiteral("-in"), path,
                            QStringLiteral("-passin"), QStringLiteral("pass:a passphrase of its own")}),
             publicKey);
}

void TestMainWindowActs::exportsNothingWhenGivenUp() {
    Fixture f;
    f.window->showEntry(store::EntryKind::Key, f.entries.key);
    QVERIFY(waitUntil([&f] { return f.actions().exportSelected->isEnabled(); }));
    f.prompts.willChooseFiles({});
    f.actions().exportSelected->trigger();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    f.prompts.willChooseFiles({f.path(QStringLiteral("spare.key"))});
    f.prompts.willGiveUpPassphrase();
    f.actions().exportSelected->trigger();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone() && f.jobs.isIdle(); }));
    QVERIFY(!QFile::exists(f.path(QStringLiteral("spare.key"))));
    // Where nothing can be written, the reason is said.
    const QString nowhere = f.path(QStringLiteral("missing/spare.key"));
    f.prompts.willChooseFiles({nowhere});
    f.prompts.willGivePassphrase(QStringLiteral("a passphrase of its own"));
    f.actions().exportSelected->trigger();
    QVERIFY(waitUntil([&f] { return !f.prompts.errors.empty(); }));
    QCOMPARE(f.prompts.errors.back().title, QStringLiteral("Nothing was exported"));
    QVERIFY(!f.prompts.errors.back().error.hint().empty());
}

void TestMainWindowActs::opensAnEntryInAViewer() {
    Fixture f;
    f.select(f.entries.www);
    QTest::keyClick(&f.view(), Qt::Key_Return);
    QVERIFY(waitUntil([&f] {
        const auto* viewer = f.window->findChild<ViewerWindow*>();
        return viewer != nullptr && viewer->description() != nullptr;
    }));
    const auto* viewer = f.window->findChild<ViewerWindow*>();
    QCOMPARE(viewer->description()->facts.title, QStringLiteral("www.example.test"));
    QVERIFY(viewer->description()->pem.startsWith(QStringLiteral("-----BEGIN CERTIFICATE-----")));
}

void TestMainWindowActs::locksAndAsksUntilUnlocked() {
    Fixture f;
    QVERIFY(f.settle());
    QTest::keySequence(f.window.get(), QKeySequence(QStringLiteral("Ctrl+L")));
    QVERIFY(!f.controller.session()->isUnlocked());
    QCOMPARE(f.window->status().lockButton()->text(), QStringLiteral("Locked \u00B7 lab.certwright"));
    // Lists need no passphrase.
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Expires in 20 days")));

    f.prompts.willGivePassphrase(QStringLiteral("wrong"));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    f.window->status().lockButton()->click();
    QVERIFY(waitUntil([&f] { return f.controller.session()->isUnlocked(); }));
    QCOMPARE(f.prompts.passphraseRequests.size(), std::size_t(2));
    QVERIFY(f.prompts.passphraseRequests[0].problem.isEmpty());
    QVERIFY(f.prompts.passphraseRequests[1].problem.startsWith(QStringLiteral("Wrong passphrase")));
    QVERIFY(!f.prompts.passphraseRequests[0].reason.isEmpty());

    f.controller.lock();
    f.prompts.willGiveUpPassphrase();
    f.window->toggleLock();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QVERIFY(!f.controller.session()->isUnlocked());
}

void TestMainWindowActs::locksWhenIdle() {
    Fixture f;
    QVERIFY(f.settle());
    f.controller.setAutoLock(std::chrono::minutes(5));
    f.clock.advance(std::chrono::minutes(4));
    QTest::keyClick(f.window.get(), Qt::Key_Shift); // a sign of life
    f.clock.advance(std::chrono::minutes(4));
    f.controller.session()->lockIfIdle();
    QVERIFY(f.controller.session()->isUnlocked());
    f.clock.advance(std::chrono::minutes(2));
    f.controller.session()->lockIfIdle();
    QVERIFY(waitUntil([&f] { return !f.controller.session()->isUnlocked(); }));
    QVERIFY(f.window->status().lockButton()->text().startsWith(QStringLiteral("Locked")));
}

void TestMainWindowActs::remembersRecentStores() {
    Fixture f;
    f.actions().closeStore->trigger();
    QVERIFY(f.controller.session() == nullptr);
    auto* welcome = f.window->findChild<WelcomePage*>();
    QVERIFY(welcome->isVisible());
    QCOMPARE(f.window->windowTitle(), QStringLiteral("Certwright"));
    test::look(*f.window, QStringLiteral("main-recent"));
    waitUntil([&f] { return test::clippedTexts(*f.window).isEmpty(); }); // the page is laid out by an event
    CERTWRIGHT_VERIFY_USABLE(*f.window);
    Q_EMIT welcome->recentWanted(f.path(QStringLiteral("lab.certwright")));
    QVERIFY(waitUntil([&f] { return f.controller.session() != nullptr; }));
    QVERIFY(!f.controller.session()->isUnlocked()); // opening never asks
    QVERIFY(f.prompts.isScriptDone());
    Q_EMIT f.actions().recentMenu->aboutToShow();
    QCOMPARE(f.actions().recentMenu->actions().first()->text(), QStringLiteral("lab.certwright"));
}

void TestMainWindowActs::saysWhyAStoreWasNotOpened() {
    Fixture f(false);
    f.window->openStore(f.writeFile(QStringLiteral("no.certwright"), std::string(5000, 'x')));
    QVERIFY(waitUntil([&f] { return !f.prompts.errors.empty(); }));
    QVERIFY(f.prompts.errors.front().error.kind() == base::ErrorKind::Store);
    QCOMPARE(f.prompts.errors.front().title, QStringLiteral("The store no.certwright was not opened"));
    f.window->openStore(f.path(QStringLiteral("missing.certwright")));
    QVERIFY(waitUntil([&f] { return f.prompts.errors.size() == 2; }));
    QVERIFY(f.controller.session() == nullptr);
}

void TestMainWindowActs::dropOpensAViewerOrAnImport() {
    Fixture f;
    const test::Holder other = test::sampleRoot("Dropped Root");
    const QString file = f.writeFile(QStringLiteral("dropped.pem"), other.certificate.toPem());
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file)});
    f.drop(&data);
    auto* dialog = f.window->findChild<ImportDialog*>();
    QVERIFY(dialog != nullptr);
    QVERIFY(waitUntil([dialog] { return !dialog->isBusy(); }));
    dialog->reject();
    f.actions().closeStore->trigger();
    f.drop(&data);
    QVERIFY(waitUntil([&f] {
        const auto* viewer = f.window->findChild<ViewerWindow*>();
        return viewer != nullptr && viewer->description() != nullptr;
    }));
    QCOMPARE(f.window->findChild<ViewerWindow*>()->description()->facts.title, QStringLiteral("Dropped Root"));
}

void TestMainWindowActs::pasteRecognisesWhatItIs() {
    Fixture f(false);
    QApplication::clipboard()->clear();
    f.actions().paste->trigger();
    QCOMPARE(f.toasts.back().text, QStringLiteral("There is no text and no file on the clipboard"));

    const test::Holder other = test::sampleRoot("Pasted Root");
    QApplication::clipboard()->setText(QString::fromStdString(other.certificate.toPem()));
    QTest::keyClick(f.window.get(), Qt::Key_V, Qt::ControlModifier);
    const auto title = [&f] {
        const QList<ViewerWindow*> viewers = f.window->findChildren<ViewerWindow*>();
        return viewers.isEmpty() || viewers.last()->description() == nullptr
                   ? QString()
                   : viewers.last()->description()->facts.title;
    };
    QVERIFY(waitUntil([&] { return title() == QStringLiteral("Pasted Root"); }));
    // Hexadecimal DER too.
    const test::Holder another = test::sampleRoot("Hex Root");
    QApplication::clipboard()->setText(QString::fromStdString(base::toHex(another.certificate.der(), ':')));
    f.actions().paste->trigger();
    QVERIFY(waitUntil([&] { return title() == QStringLiteral("Hex Root"); }));
}

CERTWRIGHT_TEST_MAIN(TestMainWindowActs)
#include "tst_main_window_acts.moc"
