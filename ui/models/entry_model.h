#pragma once

#include "core/base/clock.h"
#include "core/service/job_runner.h"
#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"

#include <QAbstractItemModel>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace certwright::ui {

/// A column of a list.
struct ListColumnInfo {
    ListColumn column;
    QString title;
    bool isShownAtFirst;
    QString sample; ///< what fits into its first width
};

/// One list of a store: certificates (flat, or as a tree below their issuers), keys, requests or revocation lists.
/// Holds rows and shows them in the order of a ListArrangement, which is computed off the GUI thread whenever rows,
/// filter or sorting change; until it is there, the one before is shown. data() looks up and computes nothing.
class EntryModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Role {
        IdRole = Qt::UserRole + 1, ///< store::RowId
        SecondaryRole,             ///< QString, shown in the secondary colour behind the text
        StateRole,                 ///< int of State; only where there is one
        HasKeyRole,                ///< bool: the private key is in the store
        ChildCountRole,            ///< int
        IsMatchRole,               ///< bool: false for issuers that are shown for what is below them only
    };

    /// `jobs` and `clock` must outlive the model.
    EntryModel(store::EntryKind kind, service::JobRunner& jobs, const base::Clock& clock, QObject* parent = nullptr);

    store::EntryKind kind() const noexcept { return m_kind; }
    const std::vector<ListColumnInfo>& columns() const noexcept { return m_columns; }
    int indexOf(ListColumn column) const;

    /// Puts other rows in the place of all.
    void setRows(ListRows rows);
    const ListRows& rows() const noexcept { return m_rows; }
    /// Null: no filter by text.
    void setMatches(std::shared_ptr<const std::vector<store::RowId>> ids);
    void setPreset(ListPreset preset);
    ListPreset preset() const noexcept { return m_options.preset; }
    void setTree(bool isTree);
    bool isTree() const noexcept { return m_options.isTree; }
    void setWarningDays(int days);
    void sort(int column, Qt::SortOrder order) override;
    /// Computes states anew for the clock's time; to be called now and then.
    void refresh();
    /// True while an arrangement is being computed.
    bool isBusy() const noexcept { return m_isArranging; }

    /// What is shown at this moment.
    const ListArrangement& arrangement() const noexcept { return *m_shown; }
    /// The row at an index; null for an invalid one. Valid until control returns to the event loop.
    const ListRow* rowAt(const QModelIndex& index) const;
    store::RowId idAt(const QModelIndex& index) const;
    /// The first column of an entry; invalid when it is not shown.
    QModelIndex indexOfId(store::RowId id) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// A new arrangement is shown.
    void arranged();

private:
    const ListArrangement::Node* nodeAt(const QModelIndex& index) const;
    void startArranging();
    void show(std::shared_ptr<const ListArrangement> list);
    QVariant display(const ListRow& row, State state, ListColumn column) const;
    QString secondary(const ListRow& row, ListColumn column) const;
    QString iconName(const ListRow& row) const;

    const store::EntryKind m_kind;
    service::JobRunner& m_jobs;
    const base::Clock& m_clock;
    const std::vector<ListColumnInfo> m_columns;
    ListRows m_rows;
    ListOptions m_options;
    std::shared_ptr<const ListArrangement> m_shown;
    bool m_isArranging = false;
    bool m_isOutdated = false; ///< something changed while it was being arranged
};

} // namespace certwright::ui
