#pragma once

#include "core/base/clock.h"
#include "core/store/rows.h"
#include "ui/models/entry_facts.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace certwright::ui {

/// The pane at the right of a list: what the selected entry is, in short, with the acts that fit.
class DetailPane : public QWidget {
    Q_OBJECT
public:
    explicit DetailPane(QWidget* parent = nullptr);

    /// `now` is the time that the validity bar shows.
    void showFacts(const EntryFacts& facts, base::Time now);
    /// Nothing, or several entries, are selected.
    void showNote(const QString& text);
    /// The entry that is shown; 0 for none.
    store::RowId shownId() const noexcept { return m_id; }

    QPushButton* openButton() const noexcept { return m_open; }
    QPushButton* exportButton() const noexcept { return m_export; }
    QSize sizeHint() const override;

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
    QScrollArea* m_scroll;
    QWidget* m_footer;
    QPushButton* m_open;
    QPushButton* m_export;
    store::RowId m_id = 0;
};

} // namespace certwright::ui
