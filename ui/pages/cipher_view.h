#pragma once

#include "core/tls/session_facts.h"

#include <QWidget>

class QLabel;
class QTreeWidget;

namespace certwright::ui {

/// The cipher suites that were offered, in our order, the chosen one marked.
class CipherView : public QWidget {
    Q_OBJECT
public:
    explicit CipherView(QWidget* parent = nullptr);

    void clear();
    void setFacts(const tls::SessionFacts& facts);
    QTreeWidget* list() const noexcept { return m_list; }

private:
    void recolour();

    QLabel* m_summary;
    QTreeWidget* m_list;
};

} // namespace certwright::ui
