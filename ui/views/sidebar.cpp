#include "ui/views/sidebar.h"

#include "ui/theme.h"

#include <QHeaderView>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

namespace certwright::ui {

namespace {

constexpr int placeRole = Qt::UserRole + 1;
constexpr int countRole = Qt::UserRole + 2;

bool needsStore(Place place) {
    return place != Place::Inspector && place != Place::FileViewer;
}

/// Puts the count at the end of the row, in the secondary colour, and writes groups bold.
class SidebarDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override {
        QStyleOptionViewItem option = given;
        const QString count = index.data(countRole).toString();
        if (!count.isEmpty()) {
            const int width = countWidth(option, count);
            const bool isRightToLeft = option.direction == Qt::RightToLeft;
            const QRect end = isRightToLeft
                                  ? QRect(option.rect.left() + 8, option.rect.top(), width, option.rect.height())
                                  : QRect(option.rect.right() - width, option.rect.top(), width, option.rect.height());
            QStyledItemDelegate::paint(painter, option, index);
            painter->save();
            painter->setFont(option.font);
            painter->setPen((option.state & QStyle::State_Selected) ? option.palette.color(QPalette::HighlightedText)
                                                                    : Theme::instance().color(ColorRole::Secondary));
            painter->drawText(end, int(Qt::AlignVCenter) | int(isRightToLeft ? Qt::AlignLeft : Qt::AlignHCenter),
                              count);
            painter->restore();
            return;
        }
        if (!index.data(placeRole).isValid()) {
            option.palette.setColor(QPalette::Text, Theme::instance().color(ColorRole::Secondary));
            option.font.setBold(true);
        }
        QStyledItemDelegate::paint(painter, option, index);
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {option.fontMetrics.averageCharWidth() * 16, std::max(option.fontMetrics.height() + 6, 24)};
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        const QString count = index.data(countRole).toString();
        if (!count.isEmpty()) {
            // The title ends where the count begins.
            const QStyle* style = option->widget->style();
            const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, option, option->widget) + 1;
            const int room = style->subElementRect(QStyle::SE_ItemViewItemText, option, option->widget).width() -
                             2 * margin - countWidth(*option, count);
            option->text = option->fontMetrics.elidedText(option->text, Qt::ElideRight, room);
        }
        if (!index.data(placeRole).isValid()) {
            option->palette.setColor(QPalette::Text, Theme::instance().color(ColorRole::Secondary));
            option->font.setBold(true);
        }
    }

private:
    static int countWidth(const QStyleOptionViewItem& option, const QString& count) {
        return option.fontMetrics.horizontalAdvance(count) + 8;
    }
};

} // namespace

Sidebar::Sidebar(QWidget* parent)
    : QTreeView(parent)
    , m_model(new QStandardItemModel(this)) {
    setObjectName(QStringLiteral("sidebar"));
    setAccessibleName(tr("Sidebar"));
    setFrameShape(QFrame::NoFrame);
    header()->hide();
    setModel(m_model);
    setItemDelegate(new SidebarDelegate(this));
    setUniformRowHeights(true);
    setIndentation(14);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setExpandsOnDoubleClick(false);

    QStandardItem* store = addGroup(tr("Store"), QStringLiteral("store"));
    addPlace(store, Place::Certificates, tr("Certificates"), QStringLiteral("cert"));
    addPlace(store, Place::Keys, tr("Keys"), QStringLiteral("key"));
    addPlace(store, Place::Requests, tr("Requests"), QStringLiteral("req"));
    addPlace(store, Place::RevocationLists, tr("Revocation lists"), QStringLiteral("crl"));
    QStandardItem* tools = addGroup(tr("Tools"), QStringLiteral("tools"));
    addPlace(tools, Place::Inspector, tr("TLS inspector"), QStringLiteral("inspect"));
    addPlace(tools, Place::FileViewer, tr("File viewer"), QStringLiteral("viewer"));
    QStandardItem* filters = addGroup(tr("Saved filters"), QStringLiteral("filters"));
    addPlace(filters, Place::Expiring, tr("Expiring in 30 days"), QStringLiteral("clock"));
    addPlace(filters, Place::Expired, tr("Expired"), QStringLiteral("x"));
    addPlace(filters, Place::Revoked, tr("Revoked"), QStringLiteral("crl"));
    addPlace(filters, Place::NoKey, tr("No private key"), QStringLiteral("nokey"));
    addPlace(filters, Place::Weak, tr("Weak"), QStringLiteral("warnl"));
    expandAll();
    setStoreOpen(false);

    const auto choose = [this](const QModelIndex& index) {
        const QVariant place = index.data(placeRole);
        if (place.isValid() && (index.flags() & Qt::ItemIsEnabled))
            Q_EMIT placeChosen(Place(place.toInt()));
    };
    connect(this, &QTreeView::clicked, this, [this, choose](const QModelIndex& index) {
        if (!index.data(placeRole).isValid())
            setExpanded(index, !isExpanded(index));
        else
            choose(index);
    });
    connect(this, &QTreeView::activated, this, choose);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        // The arrow keys walk through the places; what only opens a file dialog waits for Enter.
        const QVariant place = index.data(placeRole);
        if (!m_isSettingPlace && hasFocus() && place.isValid() && (index.flags() & Qt::ItemIsEnabled) &&
            Place(place.toInt()) != Place::FileViewer)
            Q_EMIT placePassed(Place(place.toInt()));
    });
}

QStandardItem* Sidebar::addGroup(const QString& title, const QString& name) {
    auto* item = new QStandardItem(title);
    item->setFlags(Qt::ItemIsEnabled);
    item->setData(title, Qt::AccessibleTextRole);
    item->setData(name, Qt::UserRole + 3);
    m_model->appendRow(item);
    return item;
}

void Sidebar::addPlace(QStandardItem* group, Place place, const QString& title, const QString& iconName) {
    auto* item = new QStandardItem(icon(iconName), title);
    item->setData(int(place), placeRole);
    item->setToolTip(title);
    group->appendRow(item);
    m_items[place] = item;
}

void Sidebar::setCount(Place place, qint64 count) {
    QStandardItem* item = m_items.at(place);
    const QString text = count < 0 ? QString() : QLocale().toString(count);
    if (item->data(countRole).toString() == text)
        return;
    item->setData(text, countRole);
    item->setData(text.isEmpty() ? item->text() : tr("%1, %2").arg(item->text(), text), Qt::AccessibleTextRole);
}

void Sidebar::setCounts(const store::Counts& counts) {
    setCount(Place::Certificates, counts.certificates);
    setCount(Place::Keys, counts.keys);
    setCount(Place::Requests, counts.requests);
    setCount(Place::RevocationLists, counts.crls);
}

void Sidebar::setPresetCounts(const std::array<int, listPresetCount>& counts) {
    setCount(Place::Expiring, counts[std::size_t(ListPreset::Expiring)]);
    setCount(Place::Expired, counts[std::size_t(ListPreset::Expired)]);
    setCount(Place::Revoked, counts[std::size_t(ListPreset::Revoked)]);
    setCount(Place::NoKey, counts[std::size_t(ListPreset::NoKey)]);
    setCount(Place::Weak, counts[std::size_t(ListPreset::Weak)]);
}

void Sidebar::setStoreOpen(bool isOpen) {
    for (const auto& [place, item] : m_items) {
        item->setEnabled(isOpen || !needsStore(place));
        if (!isOpen)
            setCount(place, -1);
    }
    // The filters say nothing without a store.
    setRowHidden(2, {}, !isOpen);
    if (!isOpen)
        selectionModel()->clear();
}

void Sidebar::setWarningDays(int days) {
    QStandardItem* item = m_items.at(Place::Expiring);
    const QString count = item->data(countRole).toString();
    item->setText(days == 1 ? tr("Expiring in 1 day") : tr("Expiring in %1 days").arg(days));
    item->setToolTip(item->text());
    item->setData(count.isEmpty() ? item->text() : tr("%1, %2").arg(item->text(), count), Qt::AccessibleTextRole);
}

void Sidebar::setPlace(Place place) {
    const QModelIndex index = m_items.at(place)->index();
    m_isSettingPlace = true;
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    m_isSettingPlace = false;
}

QSize Sidebar::sizeHint() const {
    return {210, 400};
}

} // namespace certwright::ui
