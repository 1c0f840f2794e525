#pragma once

#include "core/service/connection_inspector.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QTableView;
class QTreeWidget;
class QTreeWidgetItem;

namespace certwright::ui {

class HandshakeModel;

/// The messages of a handshake as a list that grows while it runs, and what the chosen one consists of: its fields as a
/// tree, and its bytes, in which those of the chosen field are marked.
class HandshakeView : public QWidget {
    Q_OBJECT
public:
    explicit HandshakeView(QWidget* parent = nullptr);

    void clear();
    void append(const service::ConnectionUpdate& update);
    /// All of it, at the end.
    void setReport(const service::ConnectionReport& report);
    const HandshakeModel* model() const noexcept { return m_model; }

private:
    QWidget* makeList();
    QWidget* makeDetail();
    void showMessage(int row);
    void markField(const QTreeWidgetItem* item);
    void showSummary();

    HandshakeModel* m_model;
    QTableView* m_table;
    QLabel* m_summary;
    QLabel* m_title;
    QTreeWidget* m_fields;
    QLabel* m_place;
    QPlainTextEdit* m_bytes;
};

/// Rows of sixteen octets: offset, hexadecimal, printable ASCII.
QString hexDump(base::BytesView bytes);

} // namespace certwright::ui
