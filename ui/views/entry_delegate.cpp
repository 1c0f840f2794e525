#include "ui/views/entry_delegate.h"

#include "ui/models/entry_model.h"
#include "ui/theme.h"

#include <QApplication>
#include <QPainter>
#include <QTreeView>

namespace certwright::ui {

namespace {

constexpr int padding = 8;
constexpr int iconGap = 6;

/// Draws an elided text at the start of `rect` and gives its width.
int drawText(QPainter* painter, const QRect& rect, Qt::LayoutDirection direction, const QString& text,
             const QColor& color) {
    const QString shown = painter->fontMetrics().elidedText(text, Qt::ElideRight, rect.width());
    painter->setPen(color);
    painter->drawText(
        rect, int(QStyle::visualAlignment(direction, Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextSingleLine, shown);
    return painter->fontMetrics().horizontalAdvance(shown);
}

QRect startingAt(const QRect& rect, Qt::LayoutDirection direction, int offset) {
    return direction == Qt::RightToLeft ? rect.adjusted(0, 0, -offset, 0) : rect.adjusted(offset, 0, 0, 0);
}

QRect endingAt(const QRect& rect, Qt::LayoutDirection direction, int offset) {
    return direction == Qt::RightToLeft ? rect.adjusted(offset, 0, 0, 0) : rect.adjusted(0, 0, -offset, 0);
}

} // namespace

EntryDelegate::EntryDelegate(QObject* parent)
    : QStyledItemDelegate(parent) {}

void EntryDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const {
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);

    const bool isSelected = option.state & QStyle::State_Selected;
    const QColor secondaryColor = Theme::instance().color(ColorRole::Secondary);
    QColor textColor = option.palette.color(isSelected ? QPalette::HighlightedText : QPalette::Text);
    if (!index.data(EntryModel::IsMatchRole).toBool())
        textColor = secondaryColor;
    const QVariant state = index.data(EntryModel::StateRole);
    if (state.isValid())
        textColor = Theme::instance().color(State(state.toInt()));

    painter->save();
    painter->setFont(option.font);
    const auto* view = qobject_cast<const QTreeView*>(option.widget);
    const bool followsArrow = index.column() == 0 && (view == nullptr || view->rootIsDecorated());
    QRect rect = option.rect.adjusted(followsArrow ? 2 : padding, 0, -padding / 2, 0);
    const int iconSize = state.isValid() ? 14 : 16;
    const bool reservesIcon =
        !option.icon.isNull() ||
        (index.column() > 0 &&
         index.model()->headerData(index.column(), Qt::Horizontal).toString() == EntryModel::tr("Key"));
    if (reservesIcon) {
        const QRect box(rect.left(), rect.top() + (rect.height() - iconSize) / 2, iconSize, iconSize);
        if (!option.icon.isNull())
            option.icon.paint(painter, QStyle::visualRect(option.direction, rect, box));
        rect = startingAt(rect, option.direction, iconSize + iconGap);
    }

    QString secondary = index.data(EntryModel::SecondaryRole).toString();
    if (index.column() == 0 && index.data(EntryModel::ChildCountRole).toInt() > 0) {
        if (view != nullptr && !view->isExpanded(index))
            secondary = QStringLiteral("(%1)").arg(index.data(EntryModel::ChildCountRole).toInt());
    }
    if (secondary.isEmpty()) {
        drawText(painter, rect, option.direction, option.text, textColor);
    } else {
        const int needed = painter->fontMetrics().horizontalAdvance(secondary) + padding;
        const QRect first = endingAt(rect, option.direction, std::min(needed, rect.width() / 2));
        const int width = drawText(painter, first, option.direction, option.text, textColor);
        drawText(painter, startingAt(rect, option.direction, width + padding), option.direction, secondary,
                 secondaryColor);
    }
    painter->restore();
}

QSize EntryDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    // The same for every row, so that no row's texts are asked for it.
    return {option.fontMetrics.averageCharWidth() * 10, std::max(option.fontMetrics.height() + 6, 24)};
}

} // namespace certwright::ui
