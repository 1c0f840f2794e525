#pragma once

#include "ui/models/item_description.h"

#include <QSplitter>

class QPlainTextEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace certwright::ui {

/// The tree of all fields of a thing, and the bytes of the one that is selected.
class DetailsView : public QSplitter {
    Q_OBJECT
public:
    explicit DetailsView(QWidget* parent = nullptr);

    void setDetails(const std::vector<DetailNode>& nodes);
    QTreeWidget* tree() const noexcept { return m_tree; }

private:
    void add(QTreeWidgetItem* parent, const DetailNode& node);
    void showRaw();

    QTreeWidget* m_tree;
    QPlainTextEdit* m_raw;
};

/// "0000  30 82 01 0A ...  text": sixteen octets a line; of long ones the first 64 KiB.
QString hexDump(const QByteArray& bytes);

} // namespace certwright::ui
