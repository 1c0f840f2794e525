#include "ui/views/detail_pane.h"

#include "core/service/store_session.h"
#include "ui/models/entry_facts.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/views/facts_view.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace certwright::ui {

DetailPane::DetailPane(UiContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_facts(new FactsView(this))
    , m_footer(new QWidget(this))
    , m_open(new QPushButton(tr("Open"), m_footer))
    , m_export(new QPushButton(tr("Export\u2026"), m_footer)) {
    setObjectName(QStringLiteral("detailPane"));
    m_facts->setAccessibleName(tr("Details of the selected entry"));
    auto* buttons = new QHBoxLayout(m_footer);
    buttons->setContentsMargins(12, 8, 12, 8);
    buttons->addWidget(m_open, 1);
    buttons->addWidget(m_export, 1);
    m_open->setObjectName(QStringLiteral("detailOpen"));
    m_export->setObjectName(QStringLiteral("detailExport"));
    m_open->setAutoDefault(false);
    m_export->setAutoDefault(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_facts, 1);
    layout->addWidget(m_footer);
    connect(m_facts, &FactsView::issuerWanted, this, &DetailPane::issuerWanted);
    connect(m_facts, &FactsView::copied, this, &DetailPane::copied);
    m_footer->hide();
}

store::RowId DetailPane::shownId() const noexcept {
    return m_facts->shownId();
}

QSize DetailPane::sizeHint() const {
    return {264, 400};
}

void DetailPane::showNote(const QString& text) {
    ++m_reads;
    m_facts->showNote(text);
    m_footer->hide();
}

void DetailPane::showEntry(store::EntryKind kind, store::RowId id) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    using Result = std::optional<EntryFacts>;
    session->read<Result>(
        {}, this,
        [kind, id, now = m_context.clock.now(), days = m_context.settings.expiryWarningDays()](
            store::Store& store, const base::JobControl&) { return readEntryFacts(store, kind, id, now, days); },
        [this, number = ++m_reads](base::Outcome<Result> outcome) {
            if (number != m_reads)
                return;
            if (!outcome)
                showNote(tr("The entry could not be read."));
            else if (*outcome)
                showFacts(**outcome);
            else
                showNote({});
        });
}

void DetailPane::showFacts(const EntryFacts& facts) {
    m_facts->showFacts(facts, m_context.clock.now());
    m_footer->show();
}

} // namespace certwright::ui
