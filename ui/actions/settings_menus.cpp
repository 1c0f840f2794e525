#include "ui/actions/settings_menus.h"

#include "ui/actions/main_actions.h"
#include "ui/convert.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/theme.h"
#include "ui/ui_context.h"

#include <QActionGroup>
#include <QFileInfo>
#include <QMenu>

namespace certwright::ui {

SettingsMenus::SettingsMenus(UiContext& context, StoreController& controller, const MainActions& actions,
                             QObject* parent)
    : QObject(parent)
    , m_context(context)
    , m_controller(controller)
    , m_actions(actions) {
    connectTheme();
    buildAutoLockMenu();
    refresh();
    connect(m_actions.recentMenu, &QMenu::aboutToShow, this, &SettingsMenus::fillRecentMenu);
}

void SettingsMenus::connectTheme() {
    const auto connectMode = [this](QAction* action, ThemeMode mode) {
        connect(action, &QAction::triggered, this, [this, mode] {
            m_context.settings.setThemeMode(mode);
            Theme::instance().apply(mode);
        });
    };
    connectMode(m_actions.themeSystem, ThemeMode::System);
    connectMode(m_actions.themeLight, ThemeMode::Light);
    connectMode(m_actions.themeDark, ThemeMode::Dark);
}

void SettingsMenus::buildAutoLockMenu() {
    auto* group = new QActionGroup(this);
    for (const std::chrono::seconds time : Settings::AutoLockChoices) {
        QAction* action = m_actions.autoLockMenu->addAction(Settings::autoLockText(time));
        action->setCheckable(true);
        action->setData(qint64(time.count()));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, time] { m_controller.setAutoLock(time); });
    }
}

QAction* SettingsMenus::themeAction() const {
    switch (m_context.settings.themeMode()) {
    case ThemeMode::Light:
        return m_actions.themeLight;
    case ThemeMode::Dark:
        return m_actions.themeDark;
    case ThemeMode::System:
        break;
    }
    return m_actions.themeSystem;
}

void SettingsMenus::refresh() {
    themeAction()->setChecked(true);
    const qint64 seconds = m_context.settings.autoLock().count();
    for (QAction* action : m_actions.autoLockMenu->actions())
        action->setChecked(action->data().toLongLong() == seconds);
}

void SettingsMenus::fillRecentMenu() {
    QMenu* menu = m_actions.recentMenu;
    menu->clear();
    menu->setToolTipsVisible(true);
    const std::vector<RecentStore> stores = m_context.settings.recentStores();
    for (const RecentStore& recent : stores) {
        QString text = printable(QFileInfo(recent.path).fileName());
        QAction* action = menu->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(toolTipText(printable(recent.path)));
        connect(action, &QAction::triggered, this, [this, path = recent.path] { Q_EMIT recentChosen(path); });
    }
    if (stores.empty()) {
        menu->addAction(tr("None yet"))->setEnabled(false);
        return;
    }
    menu->addSeparator();
    connect(menu->addAction(tr("&Clear this list")), &QAction::triggered, this, [this] {
        m_context.settings.clearRecentStores();
        Q_EMIT recentCleared();
    });
}

} // namespace certwright::ui
