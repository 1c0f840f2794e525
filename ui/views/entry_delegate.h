#pragma once

#include <QStyledItemDelegate>

namespace certwright::ui {

/// Draws the cells of a list: a state by mark and coloured word, a date with how far it is in the secondary colour,
/// other names with a "+2" that is never cut off, the name of a closed issuer with the number of what is below it.
class EntryDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit EntryDelegate(QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace certwright::ui
