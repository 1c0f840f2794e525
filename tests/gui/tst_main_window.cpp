#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/main_window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/theme.h"
#include "ui/views/elided_label.h"
#include "ui/views/filter_bar.h"
#include "ui/views/status_bar.h"
#include "ui/views/welcome_page.h"
#include "ui/widgets/inline_banner.h"

#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardItemModel>
#include <QToolButton>

#include <thread>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::MainWindowFixture;
using test::waitUntil;

/// What the main window shows in each of its states.
class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void offersABeginningWithoutAStore();
    void greysWhatNeedsASelection();
    void showsTheListsOfTheStore();
    void emptyListSaysWhatToDo();
    void showsDetailsOfTheSelection();
    void leadsToTheIssuer();
    void filtersWhileTyping();
    void switchesBetweenTreeAndFlat();
    void readyMadeFiltersLeadToRows();
    void bannerTellsWhatExpires();
    void jobsShowProgressAndCanBeCancelled();
    void toastRunsItsAction();
    void countsCoverNoTitle();
    void choosesColumns();
    void followsTheTheme();
    void remembersItsLayout();
    void everythingHasANameAndFits();
};

void TestMainWindow::offersABeginningWithoutAStore() {
    Fixture f(false);
    QVERIFY(f.window->findChild<WelcomePage*>()->isVisible());
    QVERIFY(!f.window->place());
    for (QAction* action : {f.actions().importFiles, f.actions().newCertificate, f.actions().newKey, f.actions().lock,
                            f.actions().closeStore, f.actions().exportSelected, f.actions().rename, f.actions().find})
        QVERIFY2(!action->isEnabled(), qPrintable(action->objectName()));
    for (QAction* action : {f.actions().newStore, f.actions().openStore, f.actions().inspect, f.actions().lookAtFile,
                            f.actions().paste, f.actions().about})
        QVERIFY2(action->isEnabled(), qPrintable(action->objectName()));
    QCOMPARE(f.window->status().lockButton()->text(), QStringLiteral("No store open"));
    QVERIFY(!f.window->details().isVisible());
    f.window->goTo(Place::Keys);
    QVERIFY(!f.window->place());
    CERTWRIGHT_VERIFY_USABLE(*f.window);
    test::look(*f.window, QStringLiteral("main-welcome"));
}

void TestMainWindow::greysWhatNeedsASelection() {
    Fixture f;
    QVERIFY(f.settle());
    f.view().clearSelection();
    QVERIFY(f.actions().newCertificate->isEnabled());
    QVERIFY(!f.actions().rename->isEnabled());
    QVERIFY(!f.actions().exportSelected->isEnabled());
    f.select(f.entries.www);
    QVERIFY(f.actions().rename->isEnabled());
    QVERIFY(f.actions().exportSelected->isEnabled());
    QVERIFY(f.actions().openEntry->isEnabled());
    QVERIFY(!f.actions().signRequest->isEnabled());
    f.view().selectAll();
    QVERIFY(!f.actions().rename->isEnabled());
    QVERIFY(f.actions().remove->isEnabled());
    f.window->showEntry(store::EntryKind::Request, f.entries.request);
    QVERIFY(waitUntil([&f] { return f.actions().signRequest->isEnabled(); }));
    QVERIFY(f.actions().exportSelected->isEnabled());
    f.window->showEntry(store::EntryKind::Key, f.entries.key);
    QVERIFY(waitUntil([&f] { return f.actions().rename->isEnabled(); }));
    QVERIFY(f.actions().openEntry->isEnabled()); // shows its public half
}

void TestMainWindow::showsTheListsOfTheStore() {
    Fixture f;
    QVERIFY(f.settle());
    QCOMPARE(f.window->place(), std::optional(Place::Certificates));
    QVERIFY(waitUntil([&f] { return f.sidebarText(QStringLiteral("Keys")) == QStringLiteral("Keys, 3"); }));
    QCOMPARE(f.sidebarText(QStringLiteral("Certificates")), QStringLiteral("Certificates, 4"));
    QCOMPARE(f.sidebarText(QStringLiteral("Expired")), QStringLiteral("Expired, 1"));
    QCOMPARE(f.window->status().lockButton()->text(), QStringLiteral("Unlocked \u00B7 lab.certwright"));
    QCOMPARE(f.window->windowTitle(), QStringLiteral("lab.certwright - Certwright"));
    for (const store::EntryKind kind : {store::EntryKind::Key, store::EntryKind::Request, store::EntryKind::Crl})
        QVERIFY(waitUntil([&] { return f.window->list(kind).model().rowCount() > 0; }));
    // A row of the tree says by word what its mark says by colour.
    const QModelIndex www = f.certificates().indexOfId(f.entries.www);
    QCOMPARE(www.siblingAtColumn(f.certificates().indexOf(ListColumn::Status)).data().toString(),
             QStringLiteral("Expiring"));
    const QModelIndex names = www.siblingAtColumn(f.certificates().indexOf(ListColumn::OtherNames));
    QCOMPARE(names.data().toString(), QStringLiteral("example.test"));
    QCOMPARE(names.data(EntryModel::SecondaryRole).toString(), QStringLiteral("+1"));
    test::look(*f.window, QStringLiteral("main-list"));
}

void TestMainWindow::emptyListSaysWhatToDo() {
    Fixture f(false);
    f.createStore();
    QVERIFY(f.settle());
    auto& page = f.window->list(store::EntryKind::Certificate);
    QVERIFY(waitUntil([&page] {
        const auto* button = page.findChild<QPushButton*>(QStringLiteral("emptyCreateCa"));
        return button != nullptr && button->isVisible();
    }));
    test::look(*f.window, QStringLiteral("main-empty"));
    CERTWRIGHT_VERIFY_USABLE(*f.window);
    f.prompts.willChooseFiles({});
    QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("emptyImport")), Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
}

void TestMainWindow::showsDetailsOfTheSelection() {
    Fixture f;
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Expires in 20 days")));
    const QString details = f.details();
    for (const char* part : {"TLS server certificate", "192.0.2.10 (IP)", "Signature verified", "P-256, in this store",
                             "SHA-256 fingerprint"})
        QVERIFY2(details.contains(QLatin1String(part)), part);
    QCOMPARE(f.window->status().findChild<QLabel*>(QStringLiteral("selection"))->text(), QStringLiteral("1 selected"));
    f.select(f.entries.stranger);
    QVERIFY(f.detailsShow(QStringLiteral("The issuer is not in this store")));
    f.window->showEntry(store::EntryKind::Crl, f.entries.crl);
    QVERIFY(f.detailsShow(QStringLiteral("Certificate revocation list")));
    f.window->showEntry(store::EntryKind::Request, f.entries.request);
    QVERIFY(f.detailsShow(QStringLiteral("Signed by its own key")));
    f.window->showEntry(store::EntryKind::Key, f.entries.key);
    QVERIFY(f.detailsShow(QStringLiteral("Private key, encrypted in this store")));
    f.actions().showDetails->trigger();
    QVERIFY(!f.window->details().isVisible());
}

void TestMainWindow::leadsToTheIssuer() {
    Fixture f;
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Signature verified")));
    f.window->details().findChild<QPushButton*>(QStringLiteral("issuerLink"))->click();
    QVERIFY(waitUntil([&f] { return f.view().currentId() == f.entries.root; }));
}

void TestMainWindow::filtersWhileTyping() {
    Fixture f;
    f.actions().find->trigger();
    auto& page = f.window->list(store::EntryKind::Certificate);
    QCOMPARE(QApplication::focusWidget(), static_cast<QWidget*>(page.filterBar().field()));
    QTest::keyClicks(page.filterBar().field(), QStringLiteral("stranger"));
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 1; }));
    QCOMPARE(page.filterBar().findChild<QLabel*>(QStringLiteral("counts"))->text(), QStringLiteral("1 of 4 shown"));
    QTest::keyClicks(page.filterBar().field(), QStringLiteral(" nowhere"));
    auto* clear = page.findChild<QPushButton*>(QStringLiteral("clearFilter"));
    QVERIFY(waitUntil([clear] { return clear->isVisible(); }));
    test::look(*f.window, QStringLiteral("main-no-match"));
    clear->click();
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 4; }));
    QVERIFY(page.filterBar().field()->text().isEmpty());
    // An entry that the filter hides can still be led to.
    QTest::keyClicks(page.filterBar().field(), QStringLiteral("stranger"));
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 1; }));
    f.window->showEntry(store::EntryKind::Certificate, f.entries.old);
    QVERIFY(waitUntil([&f] { return f.view().currentId() == f.entries.old; }));
}

void TestMainWindow::switchesBetweenTreeAndFlat() {
    Fixture f;
    QVERIFY(f.settle());
    QVERIFY(f.actions().tree->isChecked());
    QVERIFY(f.certificates().indexOfId(f.entries.www).parent().isValid());
    f.select(f.entries.www);
    QTest::keySequence(f.window.get(), QKeySequence(QStringLiteral("Ctrl+Shift+T")));
    QVERIFY(waitUntil([&f] { return !f.certificates().indexOfId(f.entries.www).parent().isValid(); }));
    QCOMPARE(f.view().currentId(), f.entries.www);
    f.window->list(store::EntryKind::Certificate).findChild<QToolButton*>(QStringLiteral("treeSwitch"))->click();
    QVERIFY(waitUntil([&f] { return f.certificates().indexOfId(f.entries.www).parent().isValid(); }));
    QVERIFY(f.actions().tree->isChecked());
    QVERIFY(f.view().isExpanded(f.certificates().indexOfId(f.entries.root)));
    // What one closed stays closed.
    f.view().collapse(f.certificates().indexOfId(f.entries.root));
    f.actions().refresh->trigger();
    QVERIFY(f.settle());
    QVERIFY(!f.view().isExpanded(f.certificates().indexOfId(f.entries.root)));
}

void TestMainWindow::readyMadeFiltersLeadToRows() {
    Fixture f;
    f.window->goTo(Place::Expired);
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 1; }));
    QVERIFY(f.certificates().indexOfId(f.entries.old).isValid());
    auto* chip = f.window->list(store::EntryKind::Certificate).findChild<QPushButton*>(QStringLiteral("preset"));
    QVERIFY(chip->isVisible());
    chip->click();
    QCOMPARE(f.window->place(), std::optional(Place::Certificates));
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 4; }));
}

void TestMainWindow::bannerTellsWhatExpires() {
    Fixture f;
    QVERIFY(waitUntil([&f] { return f.window->banner().isVisible(); }));
    QCOMPARE(f.window->banner().text(), QStringLiteral("1 certificate expires within 30 days"));
    f.window->banner().actionButton()->click();
    QCOMPARE(f.window->place(), std::optional(Place::Expiring));
    QVERIFY(!f.window->banner().isVisible());
    f.window->goTo(Place::Certificates);
    QVERIFY(waitUntil([&f] { return f.window->banner().isVisible(); }));
    f.window->banner().findChild<QToolButton*>(QStringLiteral("close"))->click();
    f.window->goTo(Place::Keys);
    f.window->goTo(Place::Certificates);
    QVERIFY(f.settle());
    QVERIFY(!f.window->banner().isVisible());
}

void TestMainWindow::jobsShowProgressAndCanBeCancelled() {
    Fixture f(false);
    std::optional<base::ErrorKind> ended;
    f.jobs.run<bool>(
        QStringLiteral("Counting sheep"), f.window.get(),
        [](const base::JobControl& control) {
            for (std::uint64_t i = 0;; ++i) {
                control.throwIfStopped();
                control.report(i % 90 + 1, 100);
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
            return true;
        },
        [&ended](base::Outcome<bool> outcome) {
            ended = outcome ? base::ErrorKind::Internal : outcome.error().kind();
        });
    auto* bar = f.window->status().findChild<QProgressBar*>(QStringLiteral("jobProgress"));
    QVERIFY(waitUntil([bar] { return bar->isVisible() && bar->maximum() > 0 && bar->value() > 0; }));
    QVERIFY(f.window->status()
                .findChild<ElidedLabel*>(QStringLiteral("jobText"))
                ->text()
                .startsWith(QStringLiteral("Counting sheep")));
    test::look(*f.window, QStringLiteral("main-job"));
    f.window->status().findChild<QPushButton*>(QStringLiteral("jobCancel"))->click();
    QVERIFY(waitUntil([&ended] { return ended.has_value(); }));
    QVERIFY(*ended == base::ErrorKind::Cancelled);
    QVERIFY(waitUntil([bar] { return !bar->isVisible(); }));
}

void TestMainWindow::toastRunsItsAction() {
    Fixture f(false);
    bool hasRun = false;
    f.window->showToast(QStringLiteral("Done"), QStringLiteral("Undo"), [&hasRun] { hasRun = true; });
    QCOMPARE(f.window->status().toastText(), QStringLiteral("Done"));
    f.window->status().toastAction()->click();
    QVERIFY(hasRun);
    QVERIFY(f.window->status().toastText().isEmpty());
}

void TestMainWindow::countsCoverNoTitle() {
    Sidebar sidebar;
    sidebar.setStoreOpen(true);
    store::Counts counts;
    counts.crls = 1234567;
    sidebar.setCounts(counts);
    sidebar.resize(140, 400);
    sidebar.show();
    QVERIFY(QTest::qWaitForWindowExposed(&sidebar));
    auto* model = qobject_cast<QStandardItemModel*>(sidebar.model());
    QStandardItem* item =
        model->findItems(QStringLiteral("Revocation lists"), Qt::MatchExactly | Qt::MatchRecursive).value(0);
    QVERIFY(item != nullptr);
    const QRect row = sidebar.visualRect(item->index());
    const int width = sidebar.fontMetrics().horizontalAdvance(QLocale().toString(counts.crls));
    const QRect end(row.right() - width - 4, row.top(), width + 4, row.height());
    const auto drawn = [&] { return sidebar.viewport()->grab(end).toImage(); };
    const QImage withTitle = drawn();
    item->setText({});
    QCOMPARE(withTitle, drawn());
    // There is a count to be seen.
    counts.crls = 7654321;
    sidebar.setCounts(counts);
    QVERIFY(drawn() != withTitle);
}

void TestMainWindow::choosesColumns() {
    Fixture f;
    QVERIFY(f.settle());
    std::unique_ptr<QMenu> menu(f.view().createColumnMenu(nullptr));
    const int serial = f.certificates().indexOf(ListColumn::Serial);
    QVERIFY(f.view().isColumnHidden(serial));
    menu->actions().at(serial)->trigger();
    QVERIFY(!f.view().isColumnHidden(serial));
    QVERIFY(!menu->actions().first()->isEnabled()); // the name stays
    f.window.reset();
    f.window = std::make_unique<MainWindow>(f.context, f.controller);
    QVERIFY(!f.view().isColumnHidden(serial));
    f.view().resetColumns();
    QVERIFY(f.view().isColumnHidden(serial));
}

void TestMainWindow::followsTheTheme() {
    Fixture f(false);
    Theme::instance().apply(ThemeMode::Light);
    const QImage light = f.actions().lock->icon().pixmap(20).toImage();
    f.actions().themeDark->trigger();
    QVERIFY(Theme::instance().isDark());
    QCOMPARE(f.settings.themeMode(), ThemeMode::Dark);
    QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 128);
    QVERIFY(f.actions().lock->icon().pixmap(20).toImage() != light);
    f.actions().themeLight->trigger();
    QVERIFY(!Theme::instance().isDark());
    QCOMPARE(f.actions().lock->icon().pixmap(20).toImage(), light);
}

void TestMainWindow::remembersItsLayout() {
    Fixture f(false);
    const QSize size(770, 650); // within the 800 x 800 of the offscreen screen, to which Qt 6.8 keeps a window
    f.window->resize(size);
    QCOMPARE(f.window->size(), size);
    f.actions().showSidebar->trigger();
    QVERIFY(!f.window->sidebar().isVisible());
    f.window->close();
    f.window = std::make_unique<MainWindow>(f.context, f.controller);
    f.window->show();
    QVERIFY(!f.window->sidebar().isVisible());
    QCOMPARE(f.window->size(), size);
}

void TestMainWindow::everythingHasANameAndFits() {
    Fixture f;
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Signature verified")));
    CERTWRIGHT_VERIFY_USABLE(*f.window);
    for (const Place place : {Place::Keys, Place::Requests, Place::RevocationLists, Place::Expiring}) {
        f.window->goTo(place);
        QVERIFY(f.settle());
        waitUntil([&f] { return test::clippedTexts(*f.window).isEmpty(); }); // the page is laid out by an event
        CERTWRIGHT_VERIFY_USABLE(*f.window);
    }
    // Every action has a name, and no two share a shortcut.
    QStringList shortcuts;
    for (const QAction* action : f.window->actions().withShortcuts()) {
        QVERIFY(!action->objectName().isEmpty());
        const QString keys = action->shortcut().toString();
        QVERIFY2(!shortcuts.contains(keys), qPrintable(keys));
        shortcuts += keys;
    }
    // Mnemonics of one menu differ.
    for (const QMenu* menu : f.window->menuBar()->findChildren<QMenu*>()) {
        QStringList keys;
        for (const QAction* action : menu->actions()) {
            const QString key = QKeySequence::mnemonic(action->text()).toString();
            QVERIFY2(key.isEmpty() || !keys.contains(key),
                     qPrintable(menu->title() + QLatin1Char(' ') + action->text()));
            keys += key;
        }
    }
}

CERTWRIGHT_TEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
