#include "ui/views/import_delegate.h"

#include "ui/models/import_model.h"
#include "ui/theme.h"

#include <QPainter>

namespace certwright::ui {

ImportDelegate::ImportDelegate(QObject* parent)
    : QStyledItemDelegate(parent) {}

void ImportDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const {
    QStyleOptionViewItem option = given;
    const QVariant state = index.data(ImportModel::StateRole);
    if (state.isValid()) {
        option.palette.setColor(QPalette::Text, Theme::instance().color(State(state.toInt())));
        option.palette.setColor(QPalette::HighlightedText, Theme::instance().color(State(state.toInt())));
    }
    QStyledItemDelegate::paint(painter, option, index);
    const QString secondary = index.data(ImportModel::SecondaryRole).toString();
    if (secondary.isEmpty())
        return;
    const int used = option.fontMetrics.horizontalAdvance(index.data().toString()) + 12;
    QRect rest = option.direction == Qt::RightToLeft ? option.rect.adjusted(4, 0, -used, 0)
                                                     : option.rect.adjusted(used, 0, -4, 0);
    painter->save();
    painter->setFont(option.font);
    painter->setPen(Theme::instance().color(ColorRole::Secondary));
    painter->drawText(
        rest, int(QStyle::visualAlignment(option.direction, Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextSingleLine,
        option.fontMetrics.elidedText(secondary, Qt::ElideRight, rest.width()));
    painter->restore();
}

QSize ImportDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {option.fontMetrics.averageCharWidth() * 10, std::max(option.fontMetrics.height() + 8, 26)};
}

} // namespace certwright::ui
