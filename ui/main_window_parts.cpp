// What the main window is made of and how its parts hear of each other; what it does stands in main_window.cpp.
#include "ui/actions/content_opener.h"
#include "ui/actions/entry_acts.h"
#include "ui/actions/entry_creator.h"
#include "ui/actions/main_actions.h"
#include "ui/convert.h"
#include "ui/main_window.h"
#include "ui/models/entry_loader.h"
#include "ui/models/entry_model.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/ui_context.h"
#include "ui/views/detail_pane.h"
#include "ui/views/entry_view.h"
#include "ui/views/filter_bar.h"
#include "ui/views/list_page.h"
#include "ui/views/status_bar.h"
#include "ui/views/welcome_page.h"
#include "ui/widgets/inline_banner.h"

#include <QFileInfo>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScreen>
#include <QSplitter>
#include <QStackedWidget>
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
    m_sidebar->setWarningDays(m_context.settings.expiryWarningDays());
    m_sidebar->setMinimumWidth(140);
    m_details->setMinimumWidth(200);
    setCentralWidget(m_splitter);

    connect(m_sidebar, &Sidebar::placeChosen, this, &MainWindow::goTo);
    connect(m_sidebar, &Sidebar::placePassed, this, &MainWindow::pass);
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
    connect(m_opener, &ContentOpener::storeWanted, this, &MainWindow::openStore);
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
    connect(a.nextPane, &QAction::triggered, this, [this] { focusPane(1); });
    connect(a.previousPane, &QAction::triggered, this, [this] { focusPane(-1); });
    connect(a.preferences, &QAction::triggered, this, &MainWindow::showPreferences);
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
}

void MainWindow::restoreLayout() {
    // At first whole on the screen, also on one of 1366x768 at 150 %, as long as everything has room.
    resize(QSize(1180, 760).boundedTo(screen()->availableSize() - QSize(16, 48)).expandedTo(QSize(880, 440)));
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

} // namespace certwright::ui
