#include "ui/views/entry_view.h"

#include "ui/models/entry_model.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/views/entry_delegate.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <utility>

namespace certwright::ui {

namespace {

/// In a list above this, issuers are closed at first: opening thousands would cost the eye and the processor.
constexpr std::size_t openAllLimit = 3000;

} // namespace

EntryView::EntryView(EntryModel& model, Settings& settings, QWidget* parent)
    : QTreeView(parent)
    , m_model(model)
    , m_settings(settings)
    , m_settingsKey(QStringLiteral("columns/") + store::toString(model.kind())) {
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setRootIsDecorated(false);
    setSortingEnabled(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    setItemDelegate(new EntryDelegate(this));
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &EntryView::remember);
    setModel(&m_model);
    connect(&m_model, &EntryModel::arranged, this, &EntryView::restore);
    setUpHeader();
    connect(this, &QTreeView::collapsed, this, [this](const QModelIndex& index) {
        if (m_isRestoring)
            return;
        m_closed.insert(m_model.idAt(index));
        m_opened.remove(m_model.idAt(index));
    });
    connect(this, &QTreeView::expanded, this, [this](const QModelIndex& index) {
        if (m_isRestoring)
            return;
        m_closed.remove(m_model.idAt(index));
        m_opened.insert(m_model.idAt(index));
    });
    connect(this, &QTreeView::doubleClicked, this,
            [this](const QModelIndex& index) { Q_EMIT openRequested(m_model.idAt(index)); });
}

EntryView::~EntryView() {
    m_settings.setValue(m_settingsKey, header()->saveState());
    m_settings.setValue(m_settingsKey + QStringLiteral("WidthsChosen"), m_areWidthsChosen);
}

void EntryView::setUpHeader() {
    QHeaderView* bar = header();
    bar->setObjectName(QStringLiteral("header"));
    bar->setSectionsMovable(true);
    bar->setFirstSectionMovable(false);
    bar->setStretchLastSection(true);
    bar->setSectionsClickable(true);
    bar->setSortIndicatorShown(true);
    bar->setHighlightSections(false);
    bar->setContextMenuPolicy(Qt::CustomContextMenu);
    resetColumns();
    const QByteArray state = m_settings.value(m_settingsKey).toByteArray();
    bar->setSortIndicator(0, Qt::AscendingOrder);
    if (!state.isEmpty())
        bar->restoreState(state);
    m_areWidthsChosen = m_settings.value(m_settingsKey + QStringLiteral("WidthsChosen")).toBool();
    connect(bar, &QHeaderView::sectionResized, this, [this] {
        if (header()->viewport()->underMouse() && QGuiApplication::mouseButtons() != Qt::NoButton)
            m_areWidthsChosen = true;
    });
    if (bar->sortIndicatorSection() < 0 || bar->sortIndicatorSection() >= m_model.columnCount())
        bar->setSortIndicator(0, Qt::AscendingOrder);
    m_model.sort(bar->sortIndicatorSection(), bar->sortIndicatorOrder());
    connect(bar, &QHeaderView::sortIndicatorChanged, this,
            [this](int section, Qt::SortOrder order) { m_model.sort(section, order); });
    connect(bar, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
        QMenu* menu = createColumnMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(header()->mapToGlobal(position));
    });
}

void EntryView::resetColumns() {
    for (int i = 0; i < m_model.columnCount(); ++i) {
        const ListColumnInfo& column = m_model.columns()[std::size_t(i)];
        header()->moveSection(header()->visualIndex(i), i);
        header()->setSectionHidden(i, !column.isShownAtFirst);
        header()->resizeSection(i, firstWidth(i));
    }
    m_areWidthsChosen = false;
    fitColumns();
}

int EntryView::firstWidth(int column) const {
    const ListColumnInfo& info = m_model.columns()[std::size_t(column)];
    return std::max(fontMetrics().horizontalAdvance(info.sample) + 8, fontMetrics().horizontalAdvance(info.title) + 28);
}

void EntryView::fitColumns() {
    if (m_areWidthsChosen || !isVisible())
        return;
    // The name gets what the others leave. Where that is too little, long texts give something; dates, states and keys
    // are of no use cut short.
    const auto isElastic = [this](int column) {
        switch (m_model.columns()[std::size_t(column)].column) {
        case ListColumn::Status:
        case ListColumn::Expires:
        case ListColumn::ValidFrom:
        case ListColumn::Key:
        case ListColumn::Uses:
        case ListColumn::RevokedCount:
            return false;
        default:
            return true;
        }
    };
    int left = viewport()->width();
    int elastic = 0;
    for (int i = 1; i < m_model.columnCount(); ++i) {
        if (header()->isSectionHidden(i))
            continue;
        (isElastic(i) ? elastic : left) += isElastic(i) ? firstWidth(i) : -firstWidth(i);
    }
    const int leastName = firstWidth(0) * 4 / 5;
    const double part = elastic == 0 ? 1.0 : std::clamp(double(left - leastName) / elastic, 0.6, 1.0);
    for (int i = 1; i < m_model.columnCount(); ++i) {
        if (header()->isSectionHidden(i))
            continue;
        const int width = isElastic(i) ? int(firstWidth(i) * part) : firstWidth(i);
        header()->resizeSection(i, width);
        left -= isElastic(i) ? width : 0;
    }
    header()->resizeSection(0, std::max(left, leastName));
}

void EntryView::showEvent(QShowEvent* event) {
    QTreeView::showEvent(event);
    fitColumns();
}

void EntryView::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    fitColumns();
}

QMenu* EntryView::createColumnMenu(QWidget* parent) {
    auto* menu = new QMenu(parent);
    menu->setObjectName(QStringLiteral("columnMenu"));
    menu->setTitle(tr("&Columns"));
    for (int i = 0; i < m_model.columnCount(); ++i) {
        QAction* action = menu->addAction(m_model.columns()[std::size_t(i)].title);
        action->setCheckable(true);
        action->setChecked(!header()->isSectionHidden(i));
        action->setEnabled(i != 0); // the name always stands
        connect(action, &QAction::toggled, this, [this, i](bool isShown) {
            header()->setSectionHidden(i, !isShown);
            fitColumns();
        });
    }
    menu->addSeparator();
    QAction* reset = menu->addAction(tr("&Standard columns"));
    connect(reset, &QAction::triggered, this, &EntryView::resetColumns);
    return menu;
}

std::vector<store::RowId> EntryView::selectedIds() const {
    std::vector<store::RowId> ids;
    const QModelIndexList indexes = selectionModel()->selectedRows(0);
    ids.reserve(std::size_t(indexes.size()));
    for (const QModelIndex& index : indexes)
        ids.push_back(m_model.idAt(index));
    return ids;
}

store::RowId EntryView::currentId() const {
    const QModelIndex index = currentIndex();
    return index.isValid() && selectionModel()->isRowSelected(index.row(), index.parent()) ? m_model.idAt(index) : 0;
}

void EntryView::selectId(store::RowId id) {
    const QModelIndex index = m_model.indexOfId(id);
    if (!index.isValid()) {
        m_wanted = id;
        // Who presses Export in the meantime means the new entry, not the one that was selected before.
        clearSelection();
        return;
    }
    m_wanted = 0;
    for (QModelIndex up = index.parent(); up.isValid(); up = up.parent())
        expand(up);
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void EntryView::remember() {
    m_selected = selectedIds();
    m_current = m_model.idAt(currentIndex());
    m_top = m_model.idAt(indexAt(QPoint(1, 1)));
    m_isRestoring = true;
}

void EntryView::restoreExpansion() {
    setRootIsDecorated(m_model.arrangement().options.isTree);
    if (!m_model.arrangement().options.isTree)
        return;
    const ListArrangement& list = m_model.arrangement();
    if (list.nodes.size() <= openAllLimit) {
        expandAll();
        for (const store::RowId id : m_closed)
            collapse(m_model.indexOfId(id));
        return;
    }
    for (const store::RowId id : m_opened)
        expand(m_model.indexOfId(id));
}

void EntryView::forgetRows() {
    m_closed.clear();
    m_opened.clear();
    m_wanted = 0;
}

void EntryView::restore() {
    if (!m_isRestoring) { // the model was not reset
        if (m_wanted != 0 && m_model.indexOfId(m_wanted).isValid())
            selectId(m_wanted);
        return;
    }
    restoreExpansion();
    QItemSelection selection;
    for (const store::RowId id : m_selected) {
        const QModelIndex index = m_model.indexOfId(id);
        if (index.isValid())
            selection.select(index, index.siblingAtColumn(m_model.columnCount() - 1));
    }
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    // Scrolling to the row with the focus would open what the person closed above it.
    setAutoScroll(false);
    const QModelIndex current = m_model.indexOfId(m_current);
    if (current.isValid())
        selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
    setAutoScroll(true);
    const bool isTree = m_model.arrangement().options.isTree;
    const QModelIndex top = m_model.indexOfId(m_top);
    if (isTree != std::exchange(m_wasTree, isTree)) {
        // Nothing is where it was.
        if (current.isValid() && !selection.isEmpty())
            scrollTo(current);
        else
            scrollToTop();
    } else if (top.isValid()) {
        scrollTo(top, QAbstractItemView::PositionAtTop);
    }
    m_isRestoring = false;
    m_selected.clear();
    if (m_wanted != 0)
        selectId(m_wanted);
    Q_EMIT selectedIdsChanged();
}

void EntryView::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
    QTreeView::selectionChanged(selected, deselected);
    if (!m_isRestoring)
        Q_EMIT selectedIdsChanged();
}

void EntryView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTreeView::currentChanged(current, previous);
    // The outline of the row before: at fractional scales it lies a little outside of what is repainted by itself.
    viewport()->update();
    if (!m_isRestoring)
        Q_EMIT selectedIdsChanged();
}

void EntryView::keyPressEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier &&
        currentId() != 0) {
        Q_EMIT openRequested(currentId());
        event->accept();
        return;
    }
    QTreeView::keyPressEvent(event);
}

void EntryView::focusInEvent(QFocusEvent* event) {
    QTreeView::focusInEvent(event);
    // Who comes by key means the row that is outlined: Enter opens it, without an arrow key before.
    const bool isByKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
                         event->reason() == Qt::ShortcutFocusReason;
    if (isByKey && currentIndex().isValid() && !selectionModel()->hasSelection())
        selectionModel()->select(currentIndex(), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void EntryView::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QTreeView::drawRow(painter, option, index);
    if (hasFocus() && currentIndex().isValid() && currentIndex().siblingAtColumn(0) == index.siblingAtColumn(0)) {
        painter->save();
        painter->setPen(Theme::instance().color(ColorRole::FocusLine));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRect(0, option.rect.top(), viewport()->width() - 1, option.rect.height() - 1));
        painter->restore();
    }
}

} // namespace certwright::ui
