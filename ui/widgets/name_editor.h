#pragma once

#include "core/x509/name.h"

#include <QWidget>

class QLabel;
class QTableView;
class QToolButton;

namespace certwright::ui {

class FieldMessage;
class NameModel;

/// Edits a distinguished name row by row: type, value and string type, in encoding order; rows are added, removed,
/// moved (also by Alt+Up and Alt+Down) and joined to multi-valued RDNs. What is wrong stands under the table with its
/// repair, and under that the name as RFC 4514 writes it.
class NameEditor : public QWidget {
    Q_OBJECT
public:
    explicit NameEditor(QWidget* parent = nullptr);

    void setName(const x509::Name& name);
    /// Takes over what is just being typed. @throws base::Error BadInput while hasProblem()
    x509::Name name();

    bool hasProblem() const;
    /// Selects the row that is wrong and opens its cell; nothing when there is none.
    void focusProblem();

    NameModel* model() const noexcept { return m_model; }
    QTableView* table() const noexcept { return m_table; }

Q_SIGNALS:
    void edited();

public Q_SLOTS:
    void addRow();
    void removeRow();
    void moveUp() { move(-1); }
    void moveDown() { move(1); }
    void toggleJoined();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildButtons();
    void buildTable();
    void move(int by);
    void refresh();
    int currentRow() const;

    NameModel* m_model;
    QTableView* m_table;
    QToolButton* m_add = nullptr;
    QToolButton* m_remove = nullptr;
    QToolButton* m_up = nullptr;
    QToolButton* m_down = nullptr;
    QToolButton* m_join = nullptr;
    FieldMessage* m_message;
    QLabel* m_text;
};

} // namespace certwright::ui
