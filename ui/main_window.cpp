#include "ui/main_window.h"

#include "core/service/store_session.h"
#include "ui/actions/content_opener.h"
#include "ui/actions/entry_acts.h"
#include "ui/actions/entry_creator.h"
#include "ui/actions/entry_exporter.h"
#include "ui/actions/main_actions.h"
#include "ui/actions/settings_menus.h"
#include "ui/convert.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/create_store_dialog.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/models/entry_model.h"
#include "ui/pages/inspector_page.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/theme.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/views/detail_pane.h"
#include "ui/views/entry_view.h"
#include "ui/views/list_page.h"
#include "ui/views/status_bar.h"
#include "ui/views/viewer_window.h"
#include "ui/views/welcome_page.h"
#include "ui/widgets/inline_banner.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolBar>

#include <algorithm>

namespace certwright::ui {

namespace {

bool canTakeFocus(const QWidget& widget) {
    return widget.isVisible() && widget.isEnabled() && (widget.focusPolicy() & Qt::TabFocus) != 0;
}

/// What gets the keyboard when a pane does: what had it there last, else the first that can have it.
QWidget* focusTargetOf(QWidget& pane) {
    if (auto* list = qobject_cast<ListPage*>(&pane); list != nullptr && list->view().isVisible())
        return &list->view();
    if (QWidget* last = pane.focusWidget(); last != nullptr && canTakeFocus(*last))
        return last;
    if (canTakeFocus(pane))
        return &pane;
    for (QWidget* widget = pane.nextInFocusChain(); widget != &pane; widget = widget->nextInFocusChain()) {
        if (pane.isAncestorOf(widget) && canTakeFocus(*widget))
            return widget;
    }
    return nullptr;
}

} // namespace

MainWindow::MainWindow(UiContext& context, StoreController& controller, QWidget* parent)
    : QMainWindow(parent)
    , m_context(context)
    , m_controller(controller)
    , m_actions(new MainActions(this))
    , m_acts(new EntryActs(context, this))
    , m_creator(new EntryCreator(context, this))
    , m_exporter(new EntryExporter(context, this))
    , m_opener(new ContentOpener(context, this))
    , m_sidebar(new Sidebar(this))
    , m_splitter(new QSplitter(this))
    , m_banner(new InlineBanner(this))
    , m_stack(new QStackedWidget(this))
    , m_welcome(new WelcomePage(context.settings, this))
    , m_details(new DetailPane(context, this))
    , m_status(new StatusBar(context.jobs, this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Certwright"));
    setWindowIcon(icon(QStringLiteral("app")));
    setAcceptDrops(true);
    setStatusBar(m_status);
    buildLists();
    buildCentre();
    m_actions->buildMenus(menuBar());
    auto* bar = new QToolBar(this);
    m_actions->buildToolBar(bar);
    addToolBar(Qt::TopToolBarArea, bar);
    connectActions();
    connectCreation();
    m_settingsMenus = new SettingsMenus(context, controller, *m_actions, this);
    connect(m_settingsMenus, &SettingsMenus::recentChosen, this, &MainWindow::openStore);
    connect(m_settingsMenus, &SettingsMenus::recentCleared, m_welcome, &WelcomePage::refreshRecent);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        m_welcome->refreshRecent();
        updateDetails();
    });
    restoreLayout();

    connect(&m_controller, &StoreController::sessionChanged, this, &MainWindow::sessionChanged);
    connect(&m_controller, &StoreController::lockedChanged, this, [this] {
        updateLockState();
        updateActions();
    });
    connect(&m_controller, &StoreController::aboutToClose, this, [this] {
        for (const auto& [kind, page] : m_lists)
            page->setSession(nullptr);
    });
    m_minute.setInterval(60'000);
    connect(&m_minute, &QTimer::timeout, this, [this] {
        for (const auto& [kind, page] : m_lists)
            page->model().refresh();
        if (ListPage* page = currentList(); page != nullptr && isVisible())
            updateDetails();
    });
    m_minute.start();
    sessionChanged();
}

MainWindow::~MainWindow() {
    // The lists' jobs end with them; what the controller says meanwhile is of no interest any more.
    disconnect(&m_controller, nullptr, this, nullptr);
}

CreationStart MainWindow::creationStart() const {
    CreationStart start;
    const ListPage* page = currentList();
    const std::vector<store::RowId> ids = selectedIds();
    if (page == nullptr || ids.size() != 1)
        return start;
    if (page->kind() == store::EntryKind::Key)
        start.keyId = ids.front();
    if (page->kind() == store::EntryKind::Certificate) {
        const ListRows& rows = page->model().rows();
        auto index = rows.find(ids.front());
        // Beside a leaf another of the same CA is meant.
        if (index && !rows.at(*index).isCa && rows.at(*index).link == store::LinkState::Verified)
            index = rows.find(rows.at(*index).issuerId);
        if (index && rows.at(*index).isCa && rows.at(*index).keyId != 0)
            start.issuerId = rows.at(*index).id;
    }
    return start;
}

void MainWindow::exportSelected() {
    const std::vector<store::RowId> ids = selectedIds();
    if (ids.empty())
        return;
    if (currentList()->kind() == store::EntryKind::Certificate)
        m_creator->exportCertificates(ids);
    else
        m_exporter->exportEntry(currentList()->kind(), ids.front());
}

void MainWindow::fillColumnsMenu() {
    QMenu* menu = m_actions->columnsMenu;
    menu->clear();
    if (ListPage* page = currentList()) {
        QMenu* columns = page->view().createColumnMenu(menu);
        menu->addActions(columns->actions());
        for (QAction* action : columns->actions())
            action->setParent(menu);
        columns->deleteLater();
    }
}

void MainWindow::sessionChanged() {
    service::StoreSession* session = m_controller.session();
    m_isBannerClosed = false;
    m_banner->hide();
    m_sidebar->setStoreOpen(session != nullptr);
    for (const auto& [kind, page] : m_lists)
        page->setSession(session);
    if (session != nullptr) {
        connect(session, &service::StoreSession::changed, this, &MainWindow::storeWritten);
        setWindowTitle(tr("%1 - Certwright").arg(printable(QFileInfo(session->path()).fileName())));
        readCounts();
        goTo(Place::Certificates);
        currentList()->view().setFocus();
    } else {
        setWindowTitle(tr("Certwright"));
        m_welcome->refreshRecent();
        if (m_place != Place::Inspector) {
            m_place.reset();
            m_stack->setCurrentWidget(m_welcome);
        }
    }
    updateLockState();
    updateActions();
    updateDetails();
}

void MainWindow::storeWritten() {
    readCounts();
    if (ListPage* page = currentList(); page != nullptr && m_details->shownId() != 0)
        m_details->showEntry(page->kind(), m_details->shownId());
}

void MainWindow::readCounts() {
    service::StoreSession* session = m_controller.session();
    if (session == nullptr)
        return;
    session->read<store::Counts>(
        {}, this, [](store::Store& store, const base::JobControl&) { return store.counts(); },
        [this](base::Outcome<store::Counts> outcome) {
            if (outcome && m_controller.session() != nullptr)
                m_sidebar->setCounts(*outcome);
        });
}

void MainWindow::updateLockState() {
    const service::StoreSession* session = m_controller.session();
    if (session == nullptr) {
        m_status->setLock(StatusBar::Lock::NoStore, {}, {});
        return;
    }
    const StatusBar::Lock state = session->isUnlocked()   ? StatusBar::Lock::Unlocked
                                  : session->isReadOnly() ? StatusBar::Lock::ReadOnly
                                                          : StatusBar::Lock::Locked;
    m_status->setLock(state, printable(QFileInfo(session->path()).fileName()), printable(session->path()));
}

ListPage* MainWindow::currentList() const {
    return qobject_cast<ListPage*>(m_stack->currentWidget());
}

std::vector<store::RowId> MainWindow::selectedIds() const {
    const ListPage* page = currentList();
    return page == nullptr ? std::vector<store::RowId>() : page->view().selectedIds();
}

void MainWindow::updateActions() {
    ActionState state;
    const service::StoreSession* session = m_controller.session();
    state.hasStore = session != nullptr;
    state.isUnlocked = session != nullptr && session->isUnlocked();
    state.isReadOnly = session != nullptr && session->isReadOnly();
    if (const ListPage* page = currentList())
        state.list = page->kind();
    state.selectedCount = selectedIds().size();
    m_actions->update(state);
    if (!state.list)
        m_status->setSelection({});
    else
        m_status->setSelection(state.selectedCount == 0 ? QString() : tr("%1 selected").arg(state.selectedCount));
}

void MainWindow::updateDetails() {
    ListPage* page = currentList();
    const bool isShown = page != nullptr && m_controller.session() != nullptr && m_actions->showDetails->isChecked();
    m_details->setVisible(isShown);
    if (!isShown)
        return;
    const std::vector<store::RowId> ids = page->view().selectedIds();
    if (ids.size() == 1) {
        m_details->showEntry(page->kind(), ids.front());
        return;
    }
    m_details->showNote(ids.empty() ? tr("Select an entry to see its details here.")
                                    : tr("%1 entries are selected.").arg(ids.size()));
}

void MainWindow::updateBanner() {
    const ListPage* page = m_lists[store::EntryKind::Certificate];
    const int count = page->model().arrangement().presetCounts[std::size_t(ListPreset::Expiring)];
    const bool isWanted =
        count > 0 && !m_isBannerClosed && currentList() == page && page->model().preset() != ListPreset::Expiring;
    if (!isWanted) {
        m_banner->hide();
        return;
    }
    const int days = m_context.settings.expiryWarningDays();
    const QString text = count == 1 ? tr("1 certificate expires within %1 days").arg(days)
                                    : tr("%1 certificates expire within %2 days").arg(count).arg(days);
    if (!m_banner->isHidden() && m_banner->text() == text)
        return;
    m_banner->showMessage(InlineBanner::Severity::Warning, text);
    m_banner->setClosable(true);
    m_banner->setAction(tr("Sho&w"), [this] { goTo(Place::Expiring); });
}

void MainWindow::goTo(Place place) {
    if (place == Place::FileViewer) {
        m_opener->lookAtFiles();
        if (m_place)
            m_sidebar->setPlace(*m_place);
        return;
    }
    pass(place);
    if (place == Place::Inspector)
        inspector().focusAddress();
}

void MainWindow::pass(Place place) {
    if (place == Place::Inspector) {
        m_place = place;
        m_stack->setCurrentWidget(&inspector());
    } else if (m_controller.session() == nullptr) {
        return;
    } else {
        m_place = place;
        ListPage* page = m_lists[*kindOf(place)];
        m_stack->setCurrentWidget(page);
        if (page->kind() == store::EntryKind::Certificate)
            page->setPreset(presetOf(place));
    }
    m_sidebar->setPlace(place);
    updateBanner();
    updateActions();
    updateDetails();
}

void MainWindow::showEntry(store::EntryKind kind, store::RowId id) {
    goTo(placeOf(kind));
    m_lists[kind]->showEntry(id);
}

InspectorPage& MainWindow::inspector() {
    if (m_inspector == nullptr) {
        m_inspector = new InspectorPage(m_context, this);
        m_stack->addWidget(m_inspector);
        connect(m_inspector, &InspectorPage::replacementWanted, m_creator, &EntryCreator::replacementFor);
        connect(m_inspector, &InspectorPage::certificatesOpened, this,
                [this](const std::vector<x509::Certificate>& certificates) {
                    auto contents = std::make_shared<formats::Contents>();
                    for (const x509::Certificate& certificate : certificates)
                        contents->items.push_back({certificate, {}, {}});
                    auto* viewer = new ViewerWindow(m_context, std::move(contents), tr("Chain"), this);
                    viewer->show();
                });
    }
    return *m_inspector;
}

void MainWindow::inspect(const QString& target) {
    goTo(Place::Inspector);
    inspector().inspect(target);
}

void MainWindow::askToCreateStore() {
    auto* dialog = new CreateStoreDialog(m_context, m_controller, this);
    connect(dialog, &CreateStoreDialog::created, this, [this](const QString& path) {
        showToast(tr("Created %1").arg(printable(QFileInfo(path).fileName())), {}, {});
    });
    dialog->open();
}

void MainWindow::askToOpenStore() {
    FileRequest request;
    request.title = tr("Open a store");
    request.accept = tr("Open");
    request.directory = m_context.settings.lastDirectory(QStringLiteral("store"));
    request.filters = {tr("Certwright stores (*.certwright)")};
    m_context.prompts.askOpenFile(this, request, this, [this](const QString& path) {
        if (!path.isEmpty())
            openStore(path);
    });
}

void MainWindow::openStore(const QString& path) {
    m_controller.open(path, this, [this, path](base::Outcome<void> outcome) {
        if (outcome) {
            m_context.settings.setLastDirectory(QStringLiteral("store"), QFileInfo(path).absolutePath());
            return;
        }
        m_context.prompts.showError(this, tr("The store %1 was not opened").arg(printable(QFileInfo(path).fileName())),
                                    outcome.error(), this);
    });
}

void MainWindow::toggleLock() {
    const service::StoreSession* session = m_controller.session();
    if (session == nullptr)
        return;
    if (session->isUnlocked())
        m_controller.lock();
    else
        withUnlockedStore(m_context, this, tr("While it is unlocked, private keys can be used without asking."), this,
                          [] {});
}

void MainWindow::entryCreated(store::EntryKind kind, store::RowId id) {
    showEntry(kind, id); // the dialog has said what it made
}

void MainWindow::importFinished(const service::ImportResult& result) {
    const std::size_t count = result.added.size();
    showToast(count == 1 ? tr("1 entry imported") : tr("%1 entries imported").arg(count), {}, {});
    if (!result.added.empty())
        showEntry(result.added.front().kind, result.added.front().id);
}

void MainWindow::lookAt(const QStringList& paths) {
    m_opener->open(paths);
}

void MainWindow::focusPane(int step) {
    std::vector<QWidget*> panes;
    for (QWidget* pane : {static_cast<QWidget*>(m_sidebar), m_stack->currentWidget(), static_cast<QWidget*>(m_details),
                          static_cast<QWidget*>(m_status)}) {
        if (pane->isVisible() && focusTargetOf(*pane) != nullptr)
            panes.push_back(pane);
    }
    if (panes.empty())
        return;
    const QWidget* focused = QApplication::focusWidget();
    const auto current = std::find_if(panes.begin(), panes.end(), [focused](const QWidget* pane) {
        return focused != nullptr && (pane == focused || pane->isAncestorOf(focused));
    });
    const auto count = std::ptrdiff_t(panes.size());
    // From elsewhere (the toolbar) to the first or the last.
    std::ptrdiff_t next = current == panes.end() ? (step > 0 ? 0 : count - 1) : current - panes.begin() + step;
    next = (next + count) % count;
    focusTargetOf(*panes[std::size_t(next)])->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::showToast(const QString& text, const QString& actionText, std::function<void()> action) {
    m_status->showToast(text, actionText, std::move(action));
}

void MainWindow::showPreferences() {
    auto* dialog = new PreferencesDialog(m_context.settings, this);
    connect(dialog, &PreferencesDialog::changed, this, [this](const PreferencesDialog::Choices& choices) {
        m_context.settings.setThemeMode(choices.theme);
        m_context.settings.setExpiryWarningDays(choices.warningDays);
        m_controller.setAutoLock(choices.autoLock);
        Theme::instance().apply(choices.theme);
        m_settingsMenus->refresh();
        m_sidebar->setWarningDays(choices.warningDays);
        for (const auto& [kind, page] : m_lists)
            page->setWarningDays(choices.warningDays);
        updateDetails();
    });
    dialog->open();
}

void MainWindow::showAbout() {
    auto* dialog = new AboutDialog(this);
    dialog->open();
}

void MainWindow::showShortcuts() {
    auto* dialog = new ShortcutsDialog(m_actions->withShortcuts(), this);
    dialog->open();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    saveLayout();
    m_context.jobs.cancelAll();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (ContentOpener::accepts(*event->mimeData()))
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    m_opener->drop(*event->mimeData());
}

} // namespace certwright::ui
