#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/main_window_fixture.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/theme.h"
#include "ui/views/filter_bar.h"
#include "ui/views/status_bar.h"
#include "ui/widgets/inline_banner.h"

#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMetaMethod>
#include <QPushButton>
#include <QScreen>
#include <QSpinBox>
#include <QToolBar>
#include <QToolButton>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::MainWindowFixture;
using test::waitUntil;

namespace {

/// Opens the protected question whether anybody listens.
struct ListenedTo : QAction {
    static bool any(const QAction& action) {
        const auto& self = static_cast<const ListenedTo&>(action);
        return self.isSignalConnected(QMetaMethod::fromSignal(&QAction::triggered)) ||
               self.isSignalConnected(QMetaMethod::fromSignal(&QAction::toggled));
    }
};

/// Actions of the menu bar, those of submenus too.
QList<QAction*> menuActions(const QList<QAction*>& actions) {
    QList<QAction*> result;
    for (QAction* action : actions) {
        if (action->menu() != nullptr)
            result += menuActions(action->menu()->actions());
        else if (!action->isSeparator())
            result += action;
    }
    return result;
}

QWidget* openedWindow(const MainWindow& window) {
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->isWindow() && widget->isVisible() && qobject_cast<QMenu*>(widget) == nullptr)
            return widget;
    }
    return nullptr;
}

/// The smallest screen that counts: 1536x900 at 150 %.
constexpr QSize smallestScreen(1024, 600);

} // namespace

/// What every window and every menu entry has to fulfil.
class TestEveryWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void opensFromItsActionAndIsUsable_data();
    void opensFromItsActionAndIsUsable();
    void noMenuEntryIsDead_data();
    void noMenuEntryIsDead();
    void greyedActionsSayWhy();
    void fitsASmallScreen_data();
    void fitsASmallScreen();
    void panesAreCycledByKey();
    void everyPlaceWorksByKeyboard();
    void preferencesAreKeptAndTakeEffect();
    void cancelledPreferencesChangeNothing();
};

void TestEveryWindow::opensFromItsActionAndIsUsable_data() {
    QTest::addColumn<QString>("action");
    QTest::addColumn<Place>("place");
    const std::pair<const char*, Place> rows[] = {
        {"actionNewStore", Place::Certificates},    {"actionNewCertificate", Place::Certificates},
        {"actionNewServer", Place::Certificates},   {"actionNewClient", Place::Certificates},
        {"actionNewCa", Place::Certificates},       {"actionNewIntermediate", Place::Certificates},
        {"actionNewRequest", Place::Requests},      {"actionNewKey", Place::Keys},
        {"actionSignRequest", Place::Requests},     {"actionExport", Place::Certificates},
        {"actionOpenEntry", Place::Certificates},   {"actionOpenEntry", Place::Keys},
        {"actionOpenEntry", Place::Requests},       {"actionOpenEntry", Place::RevocationLists},
        {"actionImport", Place::Certificates},      {"actionLookAtFile", Place::Certificates},
        {"actionPreferences", Place::Certificates}, {"actionShortcuts", Place::Certificates},
        {"actionAbout", Place::Certificates}};
    for (const auto& [action, place] : rows)
        QTest::addRow("%s on %d", action, int(place)) << QString::fromLatin1(action) << place;
}

void TestEveryWindow::opensFromItsActionAndIsUsable() {
    QFETCH(QString, action);
    QFETCH(Place, place);
    Fixture f;
    f.window->goTo(place);
    ListPage* page = f.window->currentList();
    QVERIFY(waitUntil([page] { return page->model().rowCount() > 0; }));
    const QModelIndex first = page->model().index(0, 0);
    page->view().selectId(page->model().idAt(first));
    if (action == QLatin1String("actionImport") || action == QLatin1String("actionLookAtFile"))
        f.prompts.willChooseFiles(
            {f.writeFile(QStringLiteral("root.pem"), test::sampleRoot("Other Root").certificate.toPem())});
    auto* triggered = f.window->findChild<QAction*>(action);
    QVERIFY(triggered->isEnabled());
    triggered->trigger();
    QVERIFY(waitUntil([&f] { return openedWindow(*f.window) != nullptr; }));
    QWidget* opened = openedWindow(*f.window);
    QVERIFY(waitUntil([&f] { return f.jobs.isIdle(); }));
    CERTWRIGHT_VERIFY_USABLE(*opened);
    QVERIFY(!opened->windowTitle().isEmpty());
    const QSize least = opened->minimumSizeHint().expandedTo(opened->minimumSize());
    QVERIFY2(least.width() <= smallestScreen.width() && least.height() <= smallestScreen.height(),
             qPrintable(QStringLiteral("needs %1x%2").arg(least.width()).arg(least.height())));
    // What can be had by Tab is had by Tab, and it leads round.
    opened->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(opened));
    QVERIFY2(opened->focusWidget() != nullptr, "nothing has the focus at first");
    const QPointer<QWidget> watched(opened);
    QTest::keyClick(opened, Qt::Key_Escape);
    QVERIFY2(waitUntil([&watched] { return watched == nullptr || !watched->isVisible(); }), "Esc does not close it");
}

void TestEveryWindow::noMenuEntryIsDead_data() {
    QTest::addColumn<bool>("hasStore");
    QTest::newRow("no store") << false;
    QTest::newRow("store") << true;
}

void TestEveryWindow::noMenuEntryIsDead() {
    QFETCH(bool, hasStore);
    Fixture f(hasStore);
    QVERIFY(f.settle());
    for (QMenu* menu : f.window->menuBar()->findChildren<QMenu*>())
        Q_EMIT menu->aboutToShow();
    const QList<QAction*> actions = menuActions(f.window->menuBar()->actions());
    QVERIFY(actions.size() > 35);
    for (const QAction* action : actions) {
        const bool isPlaceholder =
            action->text() == QLatin1String("None yet") || action->text() == QLatin1String("Name");
        QVERIFY2(isPlaceholder || ListenedTo::any(*action), qPrintable(action->text()));
    }
    // The same things stand in no two places under different names.
    for (QToolButton* button : f.window->findChild<QToolBar*>()->findChildren<QToolButton*>()) {
        if (button->defaultAction() != nullptr)
            QVERIFY2(actions.contains(button->defaultAction()), qPrintable(button->text()));
    }
}

void TestEveryWindow::greyedActionsSayWhy() {
    const auto check = [](const Fixture& f) {
        for (const QAction* action : menuActions(f.window->menuBar()->actions())) {
            if (action->objectName().isEmpty())
                continue;
            // An action without a tip of its own shows its text.
            const bool hasReason = !action->statusTip().isEmpty() && action->toolTip() == action->statusTip();
            QVERIFY2(action->isEnabled() != hasReason,
                     qPrintable(action->text() + QStringLiteral(": ") + action->statusTip()));
        }
    };
    Fixture empty(false);
    check(empty);
    Fixture f;
    QVERIFY(f.settle());
    f.view().clearSelection();
    check(f);
    QCOMPARE(f.actions().rename->statusTip(), QStringLiteral("Select an entry first"));
    f.view().selectAll();
    check(f);
    QCOMPARE(f.actions().rename->statusTip(), QStringLiteral("Select one entry only"));
    for (const Place place : {Place::Keys, Place::Requests, Place::RevocationLists, Place::Inspector}) {
        f.window->goTo(place);
        check(f);
    }
    f.window->goTo(Place::Keys);
    QCOMPARE(f.actions().signRequest->statusTip(), QStringLiteral("Only for requests"));
}

void TestEveryWindow::fitsASmallScreen_data() {
    QTest::addColumn<bool>("hasStore");
    QTest::newRow("no store") << false;
    QTest::newRow("store") << true;
}

void TestEveryWindow::fitsASmallScreen() {
    QFETCH(bool, hasStore);
    Fixture f(hasStore);
    // 1366x768 at 150 %, without the frame of the window.
    constexpr QSize room(910 - 16, 512 - 48);
    // At first it is no larger than the screen that is there, if that is large enough.
    const QSize screen = f.window->screen()->availableSize().expandedTo(room);
    QVERIFY2(f.window->width() <= screen.width() && f.window->height() <= screen.height(),
             qPrintable(QStringLiteral("begins with %1x%2").arg(f.window->width()).arg(f.window->height())));
    const auto fits = [&](const char* where) {
        const QSize least = f.window->minimumSizeHint().expandedTo(f.window->minimumSize());
        QVERIFY2(
            least.width() <= room.width() && least.height() <= room.height(),
            qPrintable(
                QStringLiteral("%1 needs %2x%3").arg(QLatin1String(where)).arg(least.width()).arg(least.height())));
        f.window->resize(room);
        QCOMPARE(f.window->size(), room);
        waitUntil([&f] { return test::clippedTexts(*f.window).isEmpty(); }); // it is laid out by events
        const QStringList clipped = test::clippedTexts(*f.window);
        QVERIFY2(clipped.isEmpty(), qPrintable(clipped.join(QStringLiteral("; "))));
        test::look(*f.window, QStringLiteral("main-") + QLatin1String(where));
    };
    if (!hasStore) {
        fits("welcome");
        return;
    }
    f.controller.close();
    fits("recent");
    f.window->openStore(f.path(QStringLiteral("lab.certwright")));
    QVERIFY(waitUntil([&f] { return f.controller.session() != nullptr && f.certificates().rowCount() > 0; }));
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Signature verified")));
    fits("certificates");
    f.window->goTo(Place::Expiring);
    QVERIFY(f.settle());
    fits("expiring");
    f.window->goTo(Place::RevocationLists);
    QVERIFY(f.settle());
    fits("lists");
    f.window->goTo(Place::Inspector);
    fits("inspector");
}

void TestEveryWindow::panesAreCycledByKey() {
    Fixture f;
    f.select(f.entries.www);
    QVERIFY(f.detailsShow(QStringLiteral("Signature verified")));
    f.view().setFocus();
    const auto pane = [&f]() -> QString {
        const QWidget* focused = QApplication::focusWidget();
        const std::pair<QWidget*, const char*> panes[] = {{&f.window->sidebar(), "sidebar"},
                                                          {f.window->currentList(), "list"},
                                                          {&f.window->details(), "details"},
                                                          {&f.window->status(), "status"}};
        for (const auto& [widget, name] : panes) {
            if (widget == focused || widget->isAncestorOf(focused))
                return QString::fromLatin1(name);
        }
        return focused == nullptr ? QStringLiteral("nothing") : focused->objectName();
    };
    QStringList walk;
    for (int i = 0; i < 4; ++i) {
        QTest::keyClick(f.window.get(), Qt::Key_F6);
        walk += pane();
    }
    QCOMPARE(walk.join(u' '), QStringLiteral("details status sidebar list"));
    QTest::keyClick(f.window.get(), Qt::Key_F6, Qt::ShiftModifier);
    QCOMPARE(pane(), QStringLiteral("sidebar"));
    // What is hidden is left out.
    f.actions().showDetails->setChecked(false);
    f.view().setFocus();
    QTest::keyClick(f.window.get(), Qt::Key_F6);
    QCOMPARE(pane(), QStringLiteral("status"));
    Fixture empty(false);
    QTest::keyClick(empty.window.get(), Qt::Key_F6);
    QVERIFY(QApplication::focusWidget() != nullptr);
}

void TestEveryWindow::everyPlaceWorksByKeyboard() {
    Fixture f;
    QVERIFY(f.settle());
    // From the list to the filter and back, and to another row.
    QTest::keyClick(f.window.get(), Qt::Key_F, Qt::ControlModifier);
    auto* field = f.window->list(store::EntryKind::Certificate).filterBar().field();
    QCOMPARE(QApplication::focusWidget(), field);
    QTest::keyClicks(field, QStringLiteral("www"));
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().matchCount == 1; }));
    QTest::keyClick(field, Qt::Key_Down);
    QCOMPARE(QApplication::focusWidget(), &f.view());
    QTest::keyClick(&f.view(), Qt::Key_End);
    QCOMPARE(f.view().selectedIds(), std::vector<store::RowId>{f.entries.www});
    // Delete asks.
    f.prompts.willChoose(std::nullopt);
    QTest::keyClick(&f.view(), Qt::Key_Delete);
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    // In the field it deletes a letter.
    field->setFocus();
    field->setCursorPosition(0);
    QTest::keyClick(field, Qt::Key_Delete);
    QCOMPARE(field->text(), QStringLiteral("ww"));
    QCOMPARE(f.prompts.questions.size(), std::size_t(1));
    QTest::keyClick(field, Qt::Key_Escape);
    QCOMPARE(field->text(), QString());
    // Through the sidebar by arrows.
    f.window->sidebar().setFocus();
    QTest::keyClick(&f.window->sidebar(), Qt::Key_Down);
    QCOMPARE(f.window->place(), std::optional(Place::Keys));
    // The inspector is passed by without losing the keyboard to it; Enter goes there.
    f.window->pass(Place::RevocationLists);
    f.window->sidebar().setFocus();
    for (int i = 0; i < 2; ++i)
        QTest::keyClick(&f.window->sidebar(), Qt::Key_Down);
    QCOMPARE(f.window->place(), std::optional(Place::Inspector));
    QCOMPARE(QApplication::focusWidget(), &f.window->sidebar());
    QTest::keyClick(&f.window->sidebar(), Qt::Key_Return);
    QVERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()) != nullptr);
    f.window->sidebar().setFocus();
    f.window->pass(Place::Keys);
    // Enter opens what is selected there, and Esc closes it.
    ListPage& keys = f.window->list(store::EntryKind::Key);
    QVERIFY(waitUntil([&keys] { return keys.model().rowCount() == 3; }));
    QTest::keyClick(f.window.get(), Qt::Key_F6);
    QCOMPARE(QApplication::focusWidget(), &keys.view());
    QTest::keyClick(&keys.view(), Qt::Key_Home);
    QVERIFY(keys.view().currentId() != 0);
    QTest::keyClick(&keys.view(), Qt::Key_Return);
    QVERIFY(waitUntil([&f] { return openedWindow(*f.window) != nullptr; }));
}

void TestEveryWindow::preferencesAreKeptAndTakeEffect() {
    Fixture f;
    QVERIFY(f.settle());
    QCOMPARE(f.sidebarText(QStringLiteral("Expiring in 30 days")), QStringLiteral("Expiring in 30 days, 1"));
    f.actions().preferences->trigger();
    auto* dialog = f.window->findChild<PreferencesDialog*>();
    QVERIFY(dialog != nullptr);
    test::look(*dialog, QStringLiteral("preferences"));
    dialog->findChild<QComboBox*>(QStringLiteral("theme"))->setCurrentText(QStringLiteral("Dark"));
    dialog->findChild<QComboBox*>(QStringLiteral("autoLock"))->setCurrentText(QStringLiteral("After 5 minutes"));
    dialog->findChild<QSpinBox*>(QStringLiteral("warningDays"))->setValue(14);
    QCOMPARE(f.settings.expiryWarningDays(), 30); // not before it is saved
    QTest::keyClick(dialog, Qt::Key_Return);
    QVERIFY(Theme::instance().isDark());
    QVERIFY(f.actions().themeDark->isChecked());
    QCOMPARE(f.settings.autoLock(), std::chrono::seconds(300));
    QVERIFY(f.settle());
    // The certificate that ends in 20 days does not count any more.
    QVERIFY(waitUntil([&f] {
        return f.sidebarText(QStringLiteral("Expiring in 14 days")) == QStringLiteral("Expiring in 14 days, 0");
    }));
    QVERIFY(f.window->banner().isHidden());
    Theme::instance().apply(ThemeMode::Light);
    QVERIFY(waitUntil([&f] { return f.window->findChild<PreferencesDialog*>() == nullptr; }));
    f.actions().preferences->trigger();
    auto* again = f.window->findChild<PreferencesDialog*>();
    QCOMPARE(again->choices().warningDays, 14);
    again->findChild<QPushButton*>(QStringLiteral("restoreDefaults"))->click();
    QCOMPARE(again->choices().warningDays, 30);
    QCOMPARE(again->choices().autoLock, std::chrono::seconds(600));
    QCOMPARE(f.settings.expiryWarningDays(), 14);
    again->accept();
    QCOMPARE(f.settings.expiryWarningDays(), 30);
    QVERIFY(f.settings.themeMode() == ThemeMode::System);
}

void TestEveryWindow::cancelledPreferencesChangeNothing() {
    Fixture f(false);
    f.settings.setAutoLock(std::chrono::seconds(77)); // by hand
    f.actions().preferences->trigger();
    auto* dialog = f.window->findChild<PreferencesDialog*>();
    QCOMPARE(dialog->choices().autoLock, std::chrono::seconds(77));
    dialog->findChild<QSpinBox*>(QStringLiteral("warningDays"))->setValue(14);
    QTest::keyClick(dialog, Qt::Key_Escape);
    QCOMPARE(f.settings.expiryWarningDays(), 30);
    QCOMPARE(f.settings.autoLock(), std::chrono::seconds(77));
}

CERTWRIGHT_TEST_MAIN(TestEveryWindow)
#include "tst_every_window.moc"
