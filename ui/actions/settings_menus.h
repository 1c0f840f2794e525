#pragma once

#include <QObject>
#include <QString>

class QAction;

namespace certwright::ui {

class MainActions;
class StoreController;
struct UiContext;

/// The menus that show and change settings: theme, idle time until the store is locked, recent stores.
class SettingsMenus : public QObject {
    Q_OBJECT
public:
    /// All must outlive it.
    SettingsMenus(UiContext& context, StoreController& controller, const MainActions& actions, QObject* parent);

    /// Ticks what is set now, after it was changed elsewhere.
    void refresh();

Q_SIGNALS:
    void recentChosen(const QString& path);
    void recentCleared();

private:
    void connectTheme();
    void buildAutoLockMenu();
    void fillRecentMenu();
    QAction* themeAction() const;

    UiContext& m_context;
    StoreController& m_controller;
    const MainActions& m_actions;
};

} // namespace certwright::ui
