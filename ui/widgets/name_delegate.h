#pragma once

#include <QStyledItemDelegate>

namespace certwright::ui {

/// Editors for the cells of a NameModel: a searchable box of attribute types, a line, a box of string types. What is
/// typed goes into the model at once, so that nothing is lost and its problems show. Draws the bracket of an RDN.
class NameDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace certwright::ui
