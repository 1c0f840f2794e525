#include "ui/actions/main_actions.h"

#include "ui/theme.h"

#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QToolButton>

namespace certwright::ui {

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
    find = make("actionFind", tr("&Find"), QStringLiteral("search"), QKeySequence::Find);
}

void MainActions::makeViewActions() {
    showSidebar = make("actionSidebar", tr("&Sidebar"), {}, tr("F9"));
    showDetails = make("actionDetails", tr("&Details"), {}, tr("F4"));
    tree = make("actionTree", tr("&Tree by issuer"), QStringLiteral("tree"), tr("Ctrl+Shift+T"));
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
    openEntry = make("actionOpenEntry", tr("&Open"), QStringLiteral("viewer"));
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
    QMenu* file = bar->addMenu(tr("&File"));
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

    QMenu* edit = bar->addMenu(tr("&Edit"));
    m_copyMenu = edit->addMenu(tr("&Copy as"));
    addCopyActions(m_copyMenu);
    edit->addSeparator();
    edit->addActions({rename, remove});
    edit->addSeparator();
    edit->addAction(find);

    QMenu* view = bar->addMenu(tr("&View"));
    view->addActions({showSidebar, showDetails});
    view->addSeparator();
    view->addAction(tree);
    columnsMenu = view->addMenu(tr("&Columns"));
    columnsMenu->setObjectName(QStringLiteral("columnsMenu"));
    view->addAction(refresh);
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("T&heme"));
    theme->addActions({themeSystem, themeLight, themeDark});

    QMenu* create = bar->addMenu(tr("C&reate"));
    create->addActions({newCertificate, newServer, newClient});
    create->addSeparator();
    create->addActions({newCa, newIntermediate});
    create->addSeparator();
    create->addActions({newRequest, newKey});

    QMenu* certificate = bar->addMenu(tr("&Certificate"));
    certificate->addActions({openEntry, signRequest});

    QMenu* tools = bar->addMenu(tr("&Tools"));
    tools->addAction(inspect);
    tools->addAction(lookAtFile);

    QMenu* help = bar->addMenu(tr("&Help"));
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
    menu->addActions({openEntry, signRequest, exportSelected});
    menu->addSeparator();
    addCopyActions(menu->addMenu(tr("&Copy as")));
    menu->addSeparator();
    menu->addActions({rename, remove});
    return menu;
}

void MainActions::update(const ActionState& state) {
    const bool canWrite = state.hasStore && !state.isReadOnly;
    for (QAction* action :
         {importFiles, newKey, newCertificate, newServer, newClient, newCa, newIntermediate, newRequest})
        action->setEnabled(canWrite);
    for (QAction* action : {lock, closeStore})
        action->setEnabled(state.hasStore);
    const bool isList = state.hasStore && state.list.has_value();
    const bool isOfCertificates = isList && *state.list == store::EntryKind::Certificate;
    const bool isOfRequests = isList && *state.list == store::EntryKind::Request;
    const bool isOfKeys = isList && *state.list == store::EntryKind::Key;
    const bool isAny = isList && state.selectedCount > 0;
    const bool isOne = isList && state.selectedCount == 1;
    exportSelected->setEnabled(isAny && isOfCertificates);
    find->setEnabled(isList);
    tree->setEnabled(isOfCertificates);
    refresh->setEnabled(isList);
    rename->setEnabled(isOne && canWrite);
    remove->setEnabled(isAny && canWrite);
    openEntry->setEnabled(isOne && !isOfKeys);
    signRequest->setEnabled(isOne && isOfRequests && canWrite);
    copyPem->setEnabled(isAny);
    copyPem->setText(isOfKeys ? tr("&PEM of the public key") : tr("&PEM"));
    copySubject->setEnabled(isAny && (isOfCertificates || isOfRequests));
    copyNames->setEnabled(isAny && (isOfCertificates || isOfRequests));
    copyFingerprint->setEnabled(isAny);
    if (m_copyMenu != nullptr)
        m_copyMenu->setEnabled(isAny);
    if (columnsMenu != nullptr)
        columnsMenu->setEnabled(isList);
    lock->setText(state.hasStore && !state.isUnlocked ? tr("Un&lock\u2026") : tr("&Lock"));
    lock->setIconText(state.hasStore && !state.isUnlocked ? tr("Unlock") : tr("Lock"));
    lock->setIcon(icon(state.hasStore && !state.isUnlocked ? QStringLiteral("unlock") : QStringLiteral("lock")));
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
