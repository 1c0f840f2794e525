#pragma once

#include "core/base/clock.h"
#include "core/store/rows.h"
#include "ui/models/entry_facts.h"

#include <QScrollArea>

class QVBoxLayout;

namespace certwright::ui {

/// Shows the facts about one thing: state, title, validity, fields, fingerprints to copy.
class FactsView : public QScrollArea {
    Q_OBJECT
public:
    explicit FactsView(QWidget* parent = nullptr);

    /// `now` is the time that the validity bar shows. Without `hasHeading`, it is a page whose state and title
    /// stand somewhere else.
    void showFacts(const EntryFacts& facts, base::Time now, bool hasHeading = true);
    /// A text in the place of facts.
    void showNote(const QString& text);
    /// The entry that is shown; 0 for none.
    store::RowId shownId() const noexcept { return m_id; }

Q_SIGNALS:
    void issuerWanted(certwright::store::RowId id);
    /// Text was copied: `what` for a message.
    void copied(const QString& what);

private:
    void clearContent();
    void addFields(const EntryFacts& facts);
    void addFingerprint(const EntryFacts::Fingerprint& fingerprint);
    void addLine();

    QWidget* m_content = nullptr;
    QVBoxLayout* m_contentLayout = nullptr;
    store::RowId m_id = 0;
    bool m_isWide = false; ///< a page of its own, no pane
};

} // namespace certwright::ui
