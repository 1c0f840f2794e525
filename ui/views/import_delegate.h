#pragma once

#include <QStyledItemDelegate>

namespace certwright::ui {

/// Draws the rows of an import's preview: a date with how far it is, problems in their colour.
class ImportDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit ImportDelegate(QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace certwright::ui
