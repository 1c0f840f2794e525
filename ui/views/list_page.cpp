#include "ui/views/list_page.h"

#include "core/service/store_session.h"
#include "ui/models/entry_loader.h"
#include "ui/models/entry_model.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/views/empty_page.h"
#include "ui/views/entry_view.h"
#include "ui/views/filter_bar.h"

#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

struct KindWords {
    QString icon;
    QString list;    ///< accessible name of the list
    QString noneYet; ///< "No keys yet"
    QString noneText;
    QString noMatch;
    QString create; ///< empty where it cannot be made
};

KindWords wordsOf(store::EntryKind kind) {
    switch (kind) {
    case store::EntryKind::Certificate:
        return {QStringLiteral("cert"),
                ListPage::tr("Certificates"),
                ListPage::tr("No certificates yet"),
                ListPage::tr("Begin with a CA of your own, or import what you have."),
                ListPage::tr("No certificates match"),
                ListPage::tr("Create a &certificate\u2026")};
    case store::EntryKind::Key:
        return {QStringLiteral("key"),         ListPage::tr("Keys"),
                ListPage::tr("No keys yet"),   ListPage::tr("A key is also made together with each certificate."),
                ListPage::tr("No keys match"), ListPage::tr("Create a &key\u2026")};
    case store::EntryKind::Request:
        return {QStringLiteral("req"),
                ListPage::tr("Requests"),
                ListPage::tr("No requests yet"),
                ListPage::tr("A request asks another CA for a certificate. Those you import here can be signed."),
                ListPage::tr("No requests match"),
                ListPage::tr("Create a &request\u2026")};
    case store::EntryKind::Crl:
        return {QStringLiteral("crl"),
                ListPage::tr("Revocation lists"),
                ListPage::tr("No revocation lists yet"),
                ListPage::tr("Lists that CAs publish about certificates that they revoked."),
                ListPage::tr("No revocation lists match"),
                QString()};
    }
    return {};
}

} // namespace

namespace {

/// Why a list with a filter shows nothing.
QString noMatchText(ListPreset preset, bool hasText, int warningDays) {
    if (hasText)
        return preset == ListPreset::None ? ListPage::tr("Nothing in this list has all these words.")
                                          : ListPage::tr("Nothing that this filter shows has all these words.");
    switch (preset) {
    case ListPreset::Expiring:
        return warningDays == 1 ? ListPage::tr("None expires within 1 day.")
                                : ListPage::tr("None expires within %1 days.").arg(warningDays);
    case ListPreset::Expired:
        return ListPage::tr("None has expired.");
    case ListPreset::Revoked:
        return ListPage::tr("None is revoked or on hold.");
    case ListPreset::NoKey:
        return ListPage::tr("The private key of every one is in this store.");
    case ListPreset::Weak:
        return ListPage::tr("None has a weak key.");
    case ListPreset::None:
        break;
    }
    return {};
}

} // namespace

QString presetTitle(ListPreset preset, int warningDays) {
    switch (preset) {
    case ListPreset::Expiring:
        return warningDays == 1 ? ListPage::tr("Expiring in 1 day")
                                : ListPage::tr("Expiring in %1 days").arg(warningDays);
    case ListPreset::Expired:
        return ListPage::tr("Expired");
    case ListPreset::Revoked:
        return ListPage::tr("Revoked");
    case ListPreset::NoKey:
        return ListPage::tr("No private key");
    case ListPreset::Weak:
        return ListPage::tr("Weak key");
    case ListPreset::None:
        break;
    }
    return {};
}

ListPage::ListPage(UiContext& context, store::EntryKind kind, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_kind(kind)
    , m_model(new EntryModel(kind, context.jobs, context.clock, this))
    , m_loader(new EntryLoader(*m_model, this))
    , m_filter(new FilterBar(this))
    , m_stack(new QStackedWidget(this))
    , m_view(new EntryView(*m_model, context.settings, this))
    , m_empty(buildEmptyPage())
    , m_noMatch(buildNoMatchPage()) {
    setObjectName(QStringLiteral("list-") + store::toString(kind));
    m_model->setWarningDays(context.settings.expiryWarningDays());
    m_view->setObjectName(QStringLiteral("view"));
    m_view->setAccessibleName(wordsOf(kind).list);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_noMatch);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filter);
    layout->addWidget(m_stack, 1);
    m_filter->setTreeAvailable(kind == store::EntryKind::Certificate);
    setTree(kind == store::EntryKind::Certificate &&
            context.settings.value(QStringLiteral("mainWindow/tree"), true).toBool());

    connect(m_filter, &FilterBar::filterChanged, m_loader, &EntryLoader::setFilterText);
    connect(m_filter, &FilterBar::presetEnded, this, [this] { setPreset(ListPreset::None); });
    connect(m_filter, &FilterBar::treeChosen, this, [this](bool isTree) {
        setTree(isTree);
        Q_EMIT treeChosen(isTree);
    });
    connect(m_filter, &FilterBar::listWanted, m_view, [this] { m_view->setFocus(Qt::ShortcutFocusReason); });
    connect(m_view, &EntryView::selectedIdsChanged, this, &ListPage::selectedIdsChanged);
    connect(m_view, &EntryView::openRequested, this, &ListPage::openRequested);
    connect(m_view, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& position) { Q_EMIT menuRequested(m_view->viewport()->mapToGlobal(position)); });
    connect(m_model, &EntryModel::arranged, this, &ListPage::update);
    connect(m_loader, &EntryLoader::loaded, this, &ListPage::update);
    connect(m_loader, &EntryLoader::failed, this, [this](const base::Error& error) {
        m_context.prompts.showError(window(), tr("The list could not be read"), error, this);
    });
    update();
}

EmptyPage* ListPage::buildEmptyPage() {
    const KindWords words = wordsOf(m_kind);
    auto* page = new EmptyPage(words.icon, words.noneYet, words.noneText, this);
    if (m_kind == store::EntryKind::Certificate)
        connect(page->addButton(QStringLiteral("emptyCreateCa"), tr("Create a C&A\u2026")), &QPushButton::clicked, this,
                &ListPage::createCaWanted);
    if (!words.create.isEmpty())
        connect(page->addButton(QStringLiteral("emptyCreate"), words.create), &QPushButton::clicked, this,
                &ListPage::createWanted);
    connect(page->addButton(QStringLiteral("emptyImport"), tr("&Import\u2026")), &QPushButton::clicked, this,
            &ListPage::importWanted);
    return page;
}

EmptyPage* ListPage::buildNoMatchPage() {
    auto* page = new EmptyPage(QStringLiteral("search"), wordsOf(m_kind).noMatch, {}, this);
    connect(page->addButton(QStringLiteral("clearFilter"), tr("C&lear filter")), &QPushButton::clicked, this,
            &ListPage::clearFilter);
    return page;
}

void ListPage::setSession(service::StoreSession* session) {
    m_filter->setText({});
    setPreset(ListPreset::None);
    m_view->forgetRows();
    m_loader->setSession(session);
    const bool canBeFilled = session == nullptr || !session->isReadOnly();
    m_empty->setButtonsShown(canBeFilled);
    m_empty->setText(canBeFilled ? wordsOf(m_kind).noneText : tr("The store is read-only: nothing can be added."));
    update();
}

void ListPage::setPreset(ListPreset preset) {
    if (preset == m_model->preset())
        return;
    m_model->setPreset(preset);
    m_filter->setPreset(presetTitle(preset, m_context.settings.expiryWarningDays()));
    Q_EMIT presetChanged(preset);
}

void ListPage::setTree(bool isTree) {
    m_model->setTree(isTree);
    m_filter->setTree(isTree);
}

void ListPage::setWarningDays(int days) {
    m_model->setWarningDays(days);
    m_filter->setPreset(presetTitle(m_model->preset(), days));
}

void ListPage::clearFilter() {
    m_filter->setText({});
    m_loader->setFilterText({});
    setPreset(ListPreset::None);
}

void ListPage::showEntry(store::RowId id) {
    const bool isLoaded = m_model->rows().find(id).has_value();
    if (!isLoaded || m_model->arrangement().nodeOf(id) == ListArrangement::None)
        clearFilter();
    m_view->selectId(id);
}

void ListPage::update() {
    const ListArrangement& list = m_model->arrangement();
    m_filter->setCounts(list.matchCount, qint64(list.rows.size()));
    m_noMatch->setText(noMatchText(list.options.preset, list.options.matches != nullptr, list.options.warningDays));
    if (list.rows.size() > 0)
        m_stack->setCurrentWidget(list.nodes.empty() ? static_cast<QWidget*>(m_noMatch) : m_view);
    else
        m_stack->setCurrentWidget(m_loader->isLoading() || m_model->isBusy() ? static_cast<QWidget*>(m_view) : m_empty);
}

} // namespace certwright::ui
