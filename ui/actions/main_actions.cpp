#include "ui/actions/main_actions.h"

#include "ui/theme.h"

#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>
#include <initializer_list>

namespace certwright::ui {

namespace {

/// Greys an action for the first of the reasons that holds, and says which: where the pointer is, and in the status bar
/// for those who come by keyboard.
struct Reason {
    bool holds = false;
    QString text;
};

void greyFor(QAction* action, std::initializer_list<Reason> reasons) {
    const auto first = std::find_if(reasons.begin(), reasons.end(), [](const Reason& reason) { return reason.holds; });
    const bool isEnabled = first == reasons.end();
    action->setEnabled(isEnabled);
    action->setToolTip(isEnabled ? QString() : first->text);
    action->setStatusTip(isEnabled ? QString() : first->text);
}

QMenu* addMenuTo(QMenuBar* bar, const QString& title) {
    QMenu* menu = bar->addMenu(title);
    menu->setToolTipsVisible(true);
    return menu;
}

} // namespace

MainActions::MainActions(QWidget* window)
    : QObject(window)
    , m_window(window) {
    makeFileActions();
    makeEditActions();
    makeViewActions();
    makeOtherActions();
}

QAction* MainActions::make(const char* name, const QString& text, const QString& iconName, const QKeySequence& keys) {
    auto* action = new QAction(text, this);
    action->setObjectName(QLatin1String(name));
    if (!iconName.isEmpty())
        action->setIcon(icon(iconName));
    if (!keys.isEmpty())
        action->setShortcut(keys);
    m_window->addAction(action);
    return action;
}

void MainActions::makeFileActions() {
    newStore = make("actionNewStore", tr("&New store\u2026"), QStringLiteral("plus"), tr("Ctrl+Shift+N"));
    openStore = make("actionOpenStore", tr("&Open store\u2026"), QStringLiteral("folder"), QKeySequence::Open);
    importFiles = make("actionImport", tr("&Import\u2026"), QStringLiteral("import"), tr("Ctrl+I"));
    lookAtFile = make("actionLookAtFile", tr("Look at a &file\u2026"), QStringLiteral("file"), tr("Ctrl+Shift+O"));
    paste = make("actionPaste", tr("&Paste"), QStringLiteral("paste"), QKeySequence::Paste);
    exportSelected = make("actionExport", tr("&Export\u2026"), QStringLiteral("export"), tr("Ctrl+E"));
    lock = make("actionLock", tr("&Lock"), QStringLiteral("lock"), tr("Ctrl+L"));
    closeStore = make("actionCloseStore", tr("&Close store"), {}, tr("Ctrl+W"));
    quit = make("actionQuit", tr("&Quit"), {}, tr("Ctrl+Q"));
    quit->setMenuRole(QAction::QuitRole);
}

void MainActions::makeEditActions() {
    copyPem = make("actionCopyPem", tr("&PEM"), QStringLiteral("copy"), tr("Ctrl+Shift+C"));
    copySubject = make("actionCopySubject", tr("&Distinguished name"));
    copyNames = make("actionCopyNames", tr("&Other names"));
    copyFingerprint = make("actionCopyFingerprint", tr("SHA-256 &fingerprint"));
    rename = make("actionRename", tr("&Rename\u2026"), {}, tr("F2"));
    remove = make("actionDelete", tr("&Delete\u2026"), {}, QKeySequence::Delete);
    preferences = make("actionPreferences", tr("&Preferences\u2026"), QStringLiteral("gear"), tr("Ctrl+,"));
    preferences->setMenuRole(QAction::PreferencesRole);
    find = make("actionFind", tr("&Find"), QStringLiteral("search"), QKeySequence::Find);
}

void MainActions::makeViewActions() {
    showSidebar = make("actionSidebar", tr("&Sidebar"), {}, tr("F9"));
    showDetails = make("actionDetails", tr("&Details"), {}, tr("F4"));
    nextPane = make("actionNextPane", tr("&Next pane"), {}, tr("F6"));
    previousPane = make("actionPreviousPane", tr("&Previous pane"), {}, tr("Shift+F6"));
    tree = make("actionTree", tr("&Tree by issuer"), {}, tr("Ctrl+Shift+T"));
    refresh = make("actionRefresh", tr("&Refresh"), QStringLiteral("renew"), QKeySequence::Refresh);
    themeSystem = make("actionThemeSystem", tr("As the &system"));
    themeLight = make("actionThemeLight", tr("&Light"));
    themeDark = make("actionThemeDark", tr("&Dark"));
    auto* themes = new QActionGroup(this);
    for (QAction* action : {themeSystem, themeLight, themeDark}) {
        action->setCheckable(true);
        themes->addAction(action);
    }
    for (QAction* action : {showSidebar, showDetails, tree})
        action->setCheckable(true);
}

void MainActions::makeOtherActions() {
    newCertificate =
        make("actionNewCertificate", tr("&Certificate\u2026"), QStringLiteral("newcert"), QKeySequence::New);
    newServer = make("actionNewServer", tr("TLS &server certificate\u2026"), QStringLiteral("server"));
    newClient = make("actionNewClient", tr("TLS c&lient certificate\u2026"), QStringLiteral("user"));
    newCa = make("actionNewCa", tr("Root C&A\u2026"), QStringLiteral("ca"));
    newIntermediate = make("actionNewIntermediate", tr("&Intermediate CA\u2026"), QStringLiteral("subca"));
    newRequest = make("actionNewRequest", tr("&Request\u2026"), QStringLiteral("req"), tr("Ctrl+R"));
    newKey = make("actionNewKey", tr("&Key\u2026"), QStringLiteral("key"), tr("Ctrl+K"));
    openEntry = make("actionOpenEntry", tr("&Open"), QStringLiteral("viewer"), Qt::Key_Return);
    // Only for the menu to show: the list itself takes the key, other places have their own use for it.
    openEntry->setShortcutContext(Qt::WidgetShortcut);
    signRequest = make("actionSignRequest", tr("&Sign request\u2026"), QStringLiteral("verify"), tr("Ctrl+G"));
    inspect = make("actionInspect", tr("&Inspect TLS server\u2026"), QStringLiteral("inspect"), tr("Ctrl+T"));
    shortcuts = make("actionShortcuts", tr("&Keyboard shortcuts"), {}, tr("Ctrl+?"));
    about = make("actionAbout", tr("&About Certwright"));
    about->setMenuRole(QAction::AboutRole);
    importFiles->setIconText(tr("Import"));
    exportSelected->setIconText(tr("Export"));
    newCertificate->setIconText(tr("New certificate"));
    inspect->setIconText(tr("Inspect TLS"));
}

void MainActions::addCopyActions(QMenu* menu) const {
    menu->addActions({copyPem, copySubject, copyNames, copyFingerprint});
}

void MainActions::buildMenus(QMenuBar* bar) {
    QMenu* file = addMenuTo(bar, tr("&File"));
    file->addActions({newStore, openStore});
    recentMenu = file->addMenu(tr("Open &recent"));
    recentMenu->setObjectName(QStringLiteral("recentMenu"));
    file->addSeparator();
    file->addActions({importFiles, exportSelected, paste});
    file->addSeparator();
    file->addAction(lookAtFile);
    file->addSeparator();
    file->addAction(lock);
    autoLockMenu = file->addMenu(tr("Loc&k when idle"));
    autoLockMenu->setObjectName(QStringLiteral("autoLockMenu"));
    file->addAction(closeStore);
    file->addSeparator();
    file->addAction(quit);

    QMenu* edit = addMenuTo(bar, tr("&Edit"));
    m_copyMenu = edit->addMenu(tr("&Copy as"));
    addCopyActions(m_copyMenu);
    edit->addSeparator();
    edit->addActions({rename, remove});
    edit->addSeparator();
    edit->addAction(find);
    edit->addSeparator();
    edit->addAction(preferences);

    QMenu* view = addMenuTo(bar, tr("&View"));
    view->addActions({showSidebar, showDetails});
    view->addSeparator();
    view->addActions({nextPane, previousPane});
    view->addSeparator();
    view->addAction(tree);
    columnsMenu = view->addMenu(tr("&Columns"));
    columnsMenu->setObjectName(QStringLiteral("columnsMenu"));
    view->addAction(refresh);
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("T&heme"));
    theme->addActions({themeSystem, themeLight, themeDark});

    QMenu* create = addMenuTo(bar, tr("C&reate"));
    create->addActions({newCertificate, newServer, newClient});
    create->addSeparator();
    create->addActions({newCa, newIntermediate});
    create->addSeparator();
    create->addActions({newRequest, newKey});

    QMenu* certificate = addMenuTo(bar, tr("&Certificate"));
    certificate->addActions({openEntry, signRequest});

    QMenu* tools = addMenuTo(bar, tr("&Tools"));
    tools->addAction(inspect);
    tools->addAction(lookAtFile);

    QMenu* help = addMenuTo(bar, tr("&Help"));
    help->addActions({shortcuts, about});
}

void MainActions::buildToolBar(QToolBar* bar) {
    bar->setObjectName(QStringLiteral("mainToolBar"));
    bar->setWindowTitle(tr("Main toolbar"));
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addAction(newCertificate);
    auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(newCertificate));
    auto* kinds = new QMenu(button);
    kinds->setToolTipsVisible(true);
    kinds->addActions({newServer, newClient});
    kinds->addSeparator();
    kinds->addActions({newCa, newIntermediate});
    kinds->addSeparator();
    kinds->addActions({newRequest, newKey});
    button->setMenu(kinds);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    bar->addSeparator();
    bar->addAction(importFiles);
    bar->addAction(exportSelected);
    bar->addSeparator();
    bar->addAction(inspect);
    bar->addSeparator();
    bar->addAction(lock);
    // Reachable by Tab, as everything is.
    for (QAction* action : bar->actions()) {
        if (QWidget* widget = bar->widgetForAction(action); widget != nullptr && !action->isSeparator())
            widget->setFocusPolicy(Qt::TabFocus);
    }
}

QMenu* MainActions::createEntryMenu(QWidget* parent) const {
    auto* menu = new QMenu(parent);
    menu->setObjectName(QStringLiteral("entryMenu"));
    menu->setToolTipsVisible(true);
    menu->addActions({openEntry, signRequest, exportSelected});
    menu->addSeparator();
    addCopyActions(menu->addMenu(tr("&Copy as")));
    menu->addSeparator();
    menu->addActions({rename, remove});
    return menu;
}

void MainActions::update(const ActionState& state) {
    updateStoreActions(state);
    updateListActions(state);
}

void MainActions::updateStoreActions(const ActionState& state) {
    const Reason noStore{!state.hasStore, tr("Open or create a store first")};
    const Reason readOnly{state.isReadOnly, tr("The store is read-only: its file cannot be written")};
    for (QAction* action :
         {importFiles, newKey, newCertificate, newServer, newClient, newCa, newIntermediate, newRequest})
        greyFor(action, {noStore, readOnly});
    for (QAction* action : {lock, closeStore})
        greyFor(action, {noStore});
    const bool isLocked = state.hasStore && !state.isUnlocked;
    lock->setText(isLocked ? tr("Un&lock\u2026") : tr("&Lock"));
    lock->setIconText(isLocked ? tr("Unlock") : tr("Lock"));
    lock->setIcon(icon(isLocked ? QStringLiteral("unlock") : QStringLiteral("lock")));
}

void MainActions::updateListActions(const ActionState& state) {
    const bool isOfCertificates = state.list == store::EntryKind::Certificate;
    const bool isOfRequests = state.list == store::EntryKind::Request;
    const bool isOfKeys = state.list == store::EntryKind::Key;
    const Reason noStore{!state.hasStore, tr("Open or create a store first")};
    const Reason readOnly{state.isReadOnly, tr("The store is read-only: its file cannot be written")};
    const Reason noList{!state.list, tr("Go to a list of the store first")};
    const Reason nothing{state.selectedCount == 0, tr("Select an entry first")};
    const Reason several{state.selectedCount > 1, tr("Select one entry only")};
    const Reason noCertificates{!isOfCertificates, tr("Only for certificates")};
    const Reason noRequests{!isOfRequests, tr("Only for requests")};
    const Reason noNames{!isOfCertificates && !isOfRequests, tr("Only for certificates and requests")};
    greyFor(exportSelected,
            {noStore, noList, nothing, Reason{!isOfCertificates && state.selectedCount > 1, several.text}});
    for (QAction* action : {find, refresh})
        greyFor(action, {noStore, noList});
    greyFor(tree, {noStore, noList, noCertificates});
    greyFor(rename, {noStore, noList, readOnly, nothing, several});
    greyFor(remove, {noStore, noList, readOnly, nothing});
    greyFor(openEntry, {noStore, noList, nothing, several});
    greyFor(signRequest, {noStore, noList, noRequests, readOnly, nothing, several});
    for (QAction* action : {copyPem, copyFingerprint})
        greyFor(action, {noStore, noList, nothing});
    for (QAction* action : {copySubject, copyNames})
        greyFor(action, {noStore, noList, noNames, nothing});
    copyPem->setText(isOfKeys ? tr("&PEM of the public key") : tr("&PEM"));
    if (m_copyMenu != nullptr)
        greyFor(m_copyMenu->menuAction(), {noStore, noList, nothing});
    if (columnsMenu != nullptr)
        greyFor(columnsMenu->menuAction(), {noStore, noList});
}

QList<QAction*> MainActions::withShortcuts() const {
    QList<QAction*> result;
    for (QObject* child : children()) {
        auto* action = qobject_cast<QAction*>(child);
        if (action != nullptr && !action->shortcut().isEmpty())
            result += action;
    }
    return result;
}

} // namespace certwright::ui
