#include "ui/main_window.h"

#include "core/service/store_session.h"
#include "ui/actions/content_opener.h"
#include "ui/actions/entry_acts.h"
#include "ui/actions/entry_creator.h"
#include "ui/actions/main_actions.h"
#include "ui/actions/settings_menus.h"
#include "ui/convert.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/create_store_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/models/entry_loader.h"
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
#include "ui/views/filter_bar.h"
#include "ui/views/list_page.h"
#include "ui/views/status_bar.h"
#include "ui/views/viewer_window.h"
#include "ui/views/welcome_page.h"
#include "ui/widgets/inline_banner.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

const QString geometryKey = QStringLiteral("mainWindow/geometry");
const QString splitterKey = QStringLiteral("mainWindow/splitter");
const QString sidebarKey = QStringLiteral("mainWindow/sidebar");
const QString detailsKey = QStringLiteral("mainWindow/details");
const QString treeKey = QStringLiteral("mainWindow/tree");

} // namespace

MainWindow::MainWindow(UiContext& context, StoreController& controller, QWidget* parent)
    : QMainWindow(parent)
    , m_context(context)
    , m_controller(controller)
    , m_actions(new MainActions(this))
    , m_acts(new EntryActs(context, this))
    , m_creator(new EntryCreator(context, this))
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
    auto* settingsMenus = new SettingsMenus(context, controller, *m_actions, this);
    connect(settingsMenus, &SettingsMenus::recentChosen, this, &MainWindow::openStore);
    connect(settingsMenus, &SettingsMenus::recentCleared, m_welcome, &WelcomePage::refreshRecent);
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

void MainWindow::buildLists() {
    for (const store::EntryKind kind :
         {store::EntryKind::Certificate, store::EntryKind::Key, store::EntryKind::Request, store::EntryKind::Crl}) {
        auto* page = new ListPage(m_context, kind, this);
        m_lists[kind] = page;
        connect(page, &ListPage::selectedIdsChanged, this, [this, page] {
            if (page != currentList())
                return;
            updateActions();
            updateDetails();
        });
        connect(page, &ListPage::openRequested, this, [this, kind](store::RowId id) { m_acts->open(kind, id); });
        connect(page, &ListPage::menuRequested, this, [this](const QPoint& position) {
            QMenu* menu = m_actions->createEntryMenu(this);
            menu->setAttribute(Qt::WA_DeleteOnClose);
            menu->popup(position);
        });
        connect(page, &ListPage::importWanted, m_opener, &ContentOpener::importFiles);
    }
    ListPage* certificates = m_lists[store::EntryKind::Certificate];
    connect(certificates, &ListPage::createWanted, m_actions->newCertificate, &QAction::trigger);
    connect(certificates, &ListPage::createCaWanted, m_actions->newCa, &QAction::trigger);
    connect(m_lists[store::EntryKind::Key], &ListPage::createWanted, m_actions->newKey, &QAction::trigger);
    connect(m_lists[store::EntryKind::Request], &ListPage::createWanted, m_actions->newRequest, &QAction::trigger);
    connect(certificates, &ListPage::treeChosen, this, [this](bool isTree) {
        m_context.settings.setValue(treeKey, isTree);
        m_actions->tree->setChecked(isTree);
    });
    connect(certificates, &ListPage::presetChanged, this, [this](ListPreset preset) {
        if (m_place && kindOf(*m_place) == store::EntryKind::Certificate) {
            m_place = placeOf(preset);
            m_sidebar->setPlace(*m_place);
        }
    });
    connect(&certificates->model(), &EntryModel::arranged, this, [this, certificates] {
        if (m_controller.session() == nullptr)
            return;
        m_sidebar->setPresetCounts(certificates->model().arrangement().presetCounts);
        updateBanner();
    });
}

void MainWindow::buildCentre() {
    auto* middle = new QWidget(this);
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_stack, 1);
    m_banner->setObjectName(QStringLiteral("banner"));
    connect(m_banner->findChild<QToolButton*>(QStringLiteral("close")), &QToolButton::clicked, this,
            [this] { m_isBannerClosed = true; });
    m_stack->addWidget(m_welcome);
    for (const auto& [kind, page] : m_lists)
        m_stack->addWidget(page);
    m_splitter->setObjectName(QStringLiteral("mainSplitter"));
    m_splitter->addWidget(m_sidebar);
    m_splitter->addWidget(middle);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setCollapsible(1, false);
    m_splitter->setSizes({210, 706, 264});
    m_sidebar->setMinimumWidth(140);
    m_details->setMinimumWidth(200);
    setCentralWidget(m_splitter);

    connect(m_sidebar, &Sidebar::placeChosen, this, &MainWindow::goTo);
    connect(m_welcome, &WelcomePage::createWanted, this, &MainWindow::askToCreateStore);
    connect(m_welcome, &WelcomePage::openWanted, this, &MainWindow::askToOpenStore);
    connect(m_welcome, &WelcomePage::fileWanted, m_opener, &ContentOpener::lookAtFiles);
    connect(m_welcome, &WelcomePage::inspectWanted, this, [this] { goTo(Place::Inspector); });
    connect(m_welcome, &WelcomePage::recentWanted, this, &MainWindow::openStore);
    connect(m_details, &DetailPane::issuerWanted, this,
            [this](store::RowId id) { showEntry(store::EntryKind::Certificate, id); });
    connect(m_details, &DetailPane::copied, this,
            [this](const QString& what) { showToast(tr("Copied: %1").arg(what), {}, {}); });
    connect(m_details->openButton(), &QPushButton::clicked, m_actions->openEntry, &QAction::trigger);
    connect(m_details->exportButton(), &QPushButton::clicked, m_actions->exportSelected, &QAction::trigger);
    connect(m_status, &StatusBar::lockToggled, this, &MainWindow::toggleLock);
    connect(m_opener, &ContentOpener::inspectWanted, this, &MainWindow::inspect);
    connect(m_opener, &ContentOpener::imported, this, &MainWindow::importFinished);
}

void MainWindow::connectActions() {
    const MainActions& a = *m_actions;
    connect(a.newStore, &QAction::triggered, this, &MainWindow::askToCreateStore);
    connect(a.openStore, &QAction::triggered, this, &MainWindow::askToOpenStore);
    connect(a.importFiles, &QAction::triggered, m_opener, &ContentOpener::importFiles);
    connect(a.lookAtFile, &QAction::triggered, m_opener, &ContentOpener::lookAtFiles);
    connect(a.paste, &QAction::triggered, m_opener, &ContentOpener::paste);
    connect(a.exportSelected, &QAction::triggered, this, &MainWindow::exportSelected);
    connect(a.lock, &QAction::triggered, this, &MainWindow::toggleLock);
    connect(a.closeStore, &QAction::triggered, &m_controller, &StoreController::close);
    connect(a.quit, &QAction::triggered, this, &QWidget::close);

    const auto withSelection = [this](auto act) {
        return [this, act] {
            if (ListPage* page = currentList(); page != nullptr && !selectedIds().empty())
                act(page->kind(), selectedIds());
        };
    };
    const auto connectCopy = [&](QAction* action, CopyFormat format) {
        connect(
            action, &QAction::triggered, this,
            withSelection([this, format](store::EntryKind kind, const auto& ids) { m_acts->copy(kind, ids, format); }));
    };
    connectCopy(a.copyPem, CopyFormat::Pem);
    connectCopy(a.copySubject, CopyFormat::Subject);
    connectCopy(a.copyNames, CopyFormat::OtherNames);
    connectCopy(a.copyFingerprint, CopyFormat::Fingerprint);
    connect(a.rename, &QAction::triggered, this,
            withSelection([this](store::EntryKind kind, const auto& ids) { m_acts->rename(kind, ids.front()); }));
    connect(a.remove, &QAction::triggered, this,
            withSelection([this](store::EntryKind kind, const auto& ids) { m_acts->remove(kind, ids); }));
    connect(a.openEntry, &QAction::triggered, this,
            withSelection([this](store::EntryKind kind, const auto& ids) { m_acts->open(kind, ids.front()); }));
    connect(a.find, &QAction::triggered, this, [this] {
        if (ListPage* page = currentList()) {
            page->filterBar().field()->setFocus(Qt::ShortcutFocusReason);
            page->filterBar().field()->selectAll();
        }
    });
    connect(a.showSidebar, &QAction::toggled, m_sidebar, &QWidget::setVisible);
    connect(a.showDetails, &QAction::toggled, this, [this] { updateDetails(); });
    connect(a.tree, &QAction::toggled, this, [this](bool isTree) {
        m_lists[store::EntryKind::Certificate]->setTree(isTree);
        m_context.settings.setValue(treeKey, isTree);
    });
    connect(a.refresh, &QAction::triggered, this, [this] {
        if (ListPage* page = currentList())
            page->loader().reload();
        readCounts();
    });
    connect(a.about, &QAction::triggered, this, &MainWindow::showAbout);
    connect(a.shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
    connect(a.columnsMenu, &QMenu::aboutToShow, this, &MainWindow::fillColumnsMenu);
}

void MainWindow::connectCreation() {
    const MainActions& a = *m_actions;
    const auto connectProfile = [this](QAction* action, const QString& profile) {
        connect(action, &QAction::triggered, this,
                [this, profile] { m_creator->newCertificate(profile, creationStart()); });
    };
    connectProfile(a.newCertificate, {});
    connectProfile(a.newServer, QStringLiteral("tls-server"));
    connectProfile(a.newClient, QStringLiteral("tls-client"));
    connectProfile(a.newCa, QStringLiteral("root-ca"));
    connectProfile(a.newIntermediate, QStringLiteral("intermediate-ca"));
    connect(a.newRequest, &QAction::triggered, this, [this] { m_creator->newRequest(creationStart()); });
    connect(a.newKey, &QAction::triggered, m_creator, &EntryCreator::newKey);
    connect(a.signRequest, &QAction::triggered, this, [this] {
        if (selectedIds().size() == 1)
            m_creator->signRequest(selectedIds().front());
    });
    connect(a.inspect, &QAction::triggered, this, [this] { goTo(Place::Inspector); });
    connect(m_creator, &EntryCreator::created, this, &MainWindow::entryCreated);
    connect(m_creator, &EntryCreator::exported, this, [this](const QStringList& files) {
        showToast(files.size() == 1 ? tr("Wrote %1").arg(printable(QFileInfo(files.first()).fileName()))
                                    : tr("Wrote %1 files").arg(files.size()),
                  {}, {});
    });
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
        const auto index = page->model().rows().find(ids.front());
        if (index && page->model().rows().at(*index).isCa && page->model().rows().at(*index).keyId != 0)
            start.issuerId = ids.front();
    }
    return start;
}

void MainWindow::exportSelected() {
    const std::vector<store::RowId> ids = selectedIds();
    if (!ids.empty() && currentList()->kind() == store::EntryKind::Certificate)
        m_creator->exportCertificates(ids);
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
    if (place == Place::Inspector) {
        m_place = place;
        m_stack->setCurrentWidget(&inspector());
        inspector().focusAddress();
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
    showEntry(kind, id);
    if (kind == store::EntryKind::Certificate)
        showToast(tr("Certificate created"), tr("Export for a server\u2026"),
                  [this, id] { m_creator->exportCertificates({id}); });
    else
        showToast(kind == store::EntryKind::Key ? tr("Key created") : tr("Request created"), {}, {});
}

void MainWindow::importFinished(const service::ImportResult& result) {
    const std::size_t count = result.added.size();
    showToast(count == 1 ? tr("1 entry imported") : tr("%1 entries imported").arg(count), {}, {});
    if (!result.added.empty())
        showEntry(result.added.front().kind, result.added.front().id);
}

void MainWindow::lookAt(const QStringList& paths) {
    m_opener->look(paths);
}

void MainWindow::showToast(const QString& text, const QString& actionText, std::function<void()> action) {
    m_status->showToast(text, actionText, std::move(action));
}

void MainWindow::showAbout() {
    auto* dialog = new AboutDialog(this);
    dialog->open();
}

void MainWindow::showShortcuts() {
    auto* dialog = new ShortcutsDialog(m_actions->withShortcuts(), this);
    dialog->open();
}

void MainWindow::restoreLayout() {
    resize(1180, 760);
    const QByteArray geometry = m_context.settings.value(geometryKey).toByteArray();
    if (!geometry.isEmpty())
        restoreGeometry(geometry);
    const QByteArray splitter = m_context.settings.value(splitterKey).toByteArray();
    if (!splitter.isEmpty())
        m_splitter->restoreState(splitter);
    m_actions->showSidebar->setChecked(m_context.settings.value(sidebarKey, true).toBool());
    m_sidebar->setVisible(m_actions->showSidebar->isChecked());
    m_actions->showDetails->setChecked(m_context.settings.value(detailsKey, true).toBool());
    m_actions->tree->setChecked(m_context.settings.value(treeKey, true).toBool());
}

void MainWindow::saveLayout() {
    m_context.settings.setValue(geometryKey, saveGeometry());
    m_context.settings.setValue(splitterKey, m_splitter->saveState());
    m_context.settings.setValue(sidebarKey, m_actions->showSidebar->isChecked());
    m_context.settings.setValue(detailsKey, m_actions->showDetails->isChecked());
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
