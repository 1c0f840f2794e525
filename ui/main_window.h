#pragma once

#include "core/service/importing.h"
#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"
#include "ui/views/sidebar.h"

#include <QMainWindow>
#include <QTimer>

#include <functional>
#include <map>
#include <optional>

class QSplitter;
class QStackedWidget;

namespace certwright::ui {

class ContentOpener;
class DetailPane;
class EntryActs;
class EntryCreator;
class EntryExporter;
class InlineBanner;
class InspectorPage;
class ListPage;
class MainActions;
class SettingsMenus;
class StatusBar;
class StoreController;
class WelcomePage;
struct CreationStart;
struct UiContext;

/// The main window: sidebar, lists of the open store with the details of what is selected, the inspector; without a
/// store what to begin with. All its data come from jobs.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// Both must outlive the window.
    MainWindow(UiContext& context, StoreController& controller, QWidget* parent = nullptr);
    ~MainWindow() override;

    MainActions& actions() const noexcept { return *m_actions; }
    StatusBar& status() const noexcept { return *m_status; }
    ListPage& list(store::EntryKind kind) const { return *m_lists.at(kind); }
    DetailPane& details() const noexcept { return *m_details; }
    Sidebar& sidebar() const noexcept { return *m_sidebar; }
    InlineBanner& banner() const noexcept { return *m_banner; }
    /// Nothing on the welcome page.
    std::optional<Place> place() const noexcept { return m_place; }
    /// The list that is shown; null on other pages.
    ListPage* currentList() const;

    /// Files in a viewer, whether a store is open or not.
    void lookAt(const QStringList& paths);
    void openStore(const QString& path);
    void showToast(const QString& text, const QString& actionText, std::function<void()> action);

public Q_SLOTS:
    void goTo(certwright::ui::Place place);
    /// The same, and the keyboard stays where it is.
    void pass(certwright::ui::Place place);
    /// Shows an entry in its list, selected.
    void showEntry(certwright::store::EntryKind kind, certwright::store::RowId id);
    void inspect(const QString& target);
    void askToCreateStore();
    void askToOpenStore();
    void toggleLock();
    void showPreferences();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildCentre();
    void buildLists();
    void connectActions();
    void connectCreation();
    void fillColumnsMenu();
    void sessionChanged();
    void storeWritten();
    void readCounts();
    void updateActions();
    void updateDetails();
    void updateLockState();
    void updateBanner();
    CreationStart creationStart() const;
    void exportSelected();
    void entryCreated(store::EntryKind kind, store::RowId id);
    void importFinished(const service::ImportResult& result);
    void showAbout();
    void showShortcuts();
    InspectorPage& inspector();
    std::vector<store::RowId> selectedIds() const;
    /// Gives the keyboard to the pane after (1) or before (-1) the one that has it.
    void focusPane(int step);
    void restoreLayout();
    void saveLayout();

    UiContext& m_context;
    StoreController& m_controller;
    MainActions* m_actions;
    EntryActs* m_acts;
    EntryCreator* m_creator;
    EntryExporter* m_exporter;
    ContentOpener* m_opener;
    SettingsMenus* m_settingsMenus = nullptr;
    Sidebar* m_sidebar;
    QSplitter* m_splitter;
    InlineBanner* m_banner;
    QStackedWidget* m_stack;
    WelcomePage* m_welcome;
    std::map<store::EntryKind, ListPage*> m_lists;
    InspectorPage* m_inspector = nullptr;
    DetailPane* m_details;
    StatusBar* m_status;
    std::optional<Place> m_place;
    QTimer m_minute; ///< states change with time alone
    bool m_isBannerClosed = false;
};

} // namespace certwright::ui
