#pragma once

#include "core/store/rows.h"

#include <QSet>
#include <QTreeView>

#include <optional>
#include <vector>

namespace certwright::ui {

class EntryModel;
class Settings;

/// The table (or tree) of one list. Keeps what is selected, the row with the focus, what is closed and where it is
/// scrolled to when the model shows another arrangement; the header chooses the columns; outlines the row with the
/// focus.
class EntryView : public QTreeView {
    Q_OBJECT
public:
    /// Both must outlive the view.
    EntryView(EntryModel& model, Settings& settings, QWidget* parent = nullptr);
    ~EntryView() override;

    EntryModel& entries() const noexcept { return m_model; }
    std::vector<store::RowId> selectedIds() const;
    /// The row that has the focus, when it is selected; 0 else.
    store::RowId currentId() const;
    /// Selects an entry alone, opens what it lies in and scrolls to it; when it is not there yet, as soon as it comes.
    void selectId(store::RowId id);
    /// Forgets what belongs to the rows of a store that was closed: ids mean something else in another one.
    void forgetRows();
    /// A menu of all columns with check marks, for the header and for the View menu. The caller deletes it.
    QMenu* createColumnMenu(QWidget* parent);
    void resetColumns();

Q_SIGNALS:
    /// What is selected has changed, also by new rows.
    void selectedIdsChanged();
    /// Enter, or a double click.
    void openRequested(certwright::store::RowId id);

protected:
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void remember();
    void restore();
    void restoreExpansion();
    void setUpHeader();
    void fitColumns();
    int firstWidth(int column) const;

    EntryModel& m_model;
    Settings& m_settings;
    const QString m_settingsKey; ///< kept, as the model goes before the view when both have one parent
    QSet<store::RowId> m_closed; ///< issuers that the person closed
    QSet<store::RowId> m_opened; ///< in long lists, those that the person opened
    std::vector<store::RowId> m_selected;
    store::RowId m_current = 0;
    store::RowId m_wanted = 0; ///< to be selected as soon as it is there
    store::RowId m_top = 0;
    bool m_isRestoring = false;
    bool m_wasTree = false;
    bool m_areWidthsChosen = false; ///< by hand: they stay as they are when the window gets another size
};

} // namespace certwright::ui
