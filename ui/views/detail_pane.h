#pragma once

#include "core/store/rows.h"

#include <QWidget>

class QPushButton;

namespace certwright::ui {

class FactsView;
struct EntryFacts;
struct UiContext;

/// The pane at the right of a list: what the selected entry is, in short, with the acts that fit.
class DetailPane : public QWidget {
    Q_OBJECT
public:
    /// `context` must outlive the pane.
    explicit DetailPane(UiContext& context, QWidget* parent = nullptr);

    /// Reads an entry of the open store and shows it as soon as it is read.
    void showEntry(store::EntryKind kind, store::RowId id);
    /// Nothing, or several entries, are selected.
    void showNote(const QString& text);
    /// The entry that is shown; 0 for none.
    store::RowId shownId() const noexcept;

    QPushButton* openButton() const noexcept { return m_open; }
    QPushButton* exportButton() const noexcept { return m_export; }
    QSize sizeHint() const override;

Q_SIGNALS:
    void issuerWanted(certwright::store::RowId id);
    /// Text was copied: `what` for a message.
    void copied(const QString& what);

private:
    void showFacts(const EntryFacts& facts);

    UiContext& m_context;
    int m_reads = 0; ///< tells late answers apart
    FactsView* m_facts;
    QWidget* m_footer;
    QPushButton* m_open;
    QPushButton* m_export;
};

} // namespace certwright::ui
