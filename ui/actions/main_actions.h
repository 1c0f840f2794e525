#pragma once

#include "core/store/rows.h"

#include <QAction>
#include <QList>
#include <QObject>

#include <optional>

class QMenu;
class QMenuBar;
class QToolBar;
class QWidget;

namespace certwright::ui {

/// What the window's actions depend on.
struct ActionState {
    bool hasStore = false;
    bool isUnlocked = false;
    bool isReadOnly = false;
    /// The list that is shown; nothing on other pages.
    std::optional<store::EntryKind> list;
    std::size_t selectedCount = 0;
};

/// All actions of the main window with their names, icons and shortcuts, and the menus and the toolbar made of them. An
/// action that needs a store or a selection is greyed while there is none, never hidden; its tool tip says why.
class MainActions : public QObject {
    Q_OBJECT
public:
    /// The actions also belong to `window`, so that shortcuts work everywhere in it.
    explicit MainActions(QWidget* window);

    void buildMenus(QMenuBar* bar);
    void buildToolBar(QToolBar* bar);
    /// The menu of a list's entry.
    QMenu* createEntryMenu(QWidget* parent) const;
    void update(const ActionState& state);
    /// Every action with a shortcut, in the order of the menus.
    QList<QAction*> withShortcuts() const;

    QAction *newStore, *openStore, *importFiles, *lookAtFile, *paste, *exportSelected, *lock, *closeStore, *quit;
    QAction *copyPem, *copySubject, *copyNames, *copyFingerprint, *rename, *remove, *find;
    QAction* preferences;
    QAction *showSidebar, *showDetails, *nextPane, *previousPane, *tree, *refresh, *themeSystem, *themeLight,
        *themeDark;
    QAction *newKey, *newCertificate, *newServer, *newClient, *newCa, *newIntermediate, *newRequest;
    QAction *openEntry, *signRequest;
    QAction *inspect, *shortcuts, *about;
    QMenu* recentMenu = nullptr;
    QMenu* columnsMenu = nullptr;
    QMenu* autoLockMenu = nullptr;

private:
    QAction* make(const char* name, const QString& text, const QString& iconName = {}, const QKeySequence& keys = {});
    void makeFileActions();
    void makeEditActions();
    void makeViewActions();
    void makeOtherActions();
    void addCopyActions(QMenu* menu) const;
    void updateStoreActions(const ActionState& state);
    void updateListActions(const ActionState& state);

    QWidget* m_window;
    QMenu* m_copyMenu = nullptr;
};

} // namespace certwright::ui
