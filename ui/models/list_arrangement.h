#pragma once

#include "core/base/clock.h"
#include "core/base/progress.h"
#include "ui/models/list_row.h"
#include "ui/theme.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace certwright::ui {

/// Columns of all the lists.
enum class ListColumn {
    Name,
    Status,
    Expires,
    OtherNames,
    Key,
    Subject,
    Issuer,
    Serial,
    ValidFrom,
    Fingerprint,
    Comment,
    Profile,
    Uses,
    RevokedCount,
};

/// Ready-made filters over certificates.
enum class ListPreset { None, Expiring, Expired, Revoked, NoKey, Weak };
inline constexpr int listPresetCount = 6;

/// The rows of a list in ascending order of their ids, in chunks of equal size (the last may be shorter). Cheap to copy
/// and never changed once made, so that a thread may read them while the list grows.
class ListRows {
public:
    static constexpr std::size_t ChunkSize = 2000;
    using Chunk = std::vector<ListRow>;

    /// Adds rows with ids above all that are here; all chunks but the last given must have ChunkSize rows.
    void append(std::shared_ptr<const Chunk> chunk);
    std::size_t size() const noexcept { return m_size; }
    const ListRow& at(std::size_t index) const { return (*m_chunks[index / ChunkSize])[index % ChunkSize]; }
    /// Index of an id; nothing when it is not there.
    std::optional<std::uint32_t> find(store::RowId id) const;
    /// The very same rows: copies of one list.
    bool isCopyOf(const ListRows& other) const { return m_chunks == other.m_chunks; }

private:
    std::vector<std::shared_ptr<const Chunk>> m_chunks;
    std::size_t m_size = 0;
};

/// How to show a list.
struct ListOptions {
    bool isTree = false; ///< below their issuers, by verified links only
    ListColumn sortColumn = ListColumn::Name;
    Qt::SortOrder sortOrder = Qt::AscendingOrder;
    /// Ids that the filter's text found, ascending; null: no text.
    std::shared_ptr<const std::vector<store::RowId>> matches;
    ListPreset preset = ListPreset::None;
    base::Time now;
    int warningDays = 30;
};

/// The order (and tree) in which a list is shown, and what is computed of its rows. Made off the GUI thread, never
/// changed afterwards.
struct ListArrangement {
    static constexpr std::uint32_t None = 0xFFFFFFFF;

    struct Node {
        std::uint32_t row = 0;        ///< index in ListRows
        std::uint32_t parent = None;  ///< index in nodes
        std::uint32_t position = 0;   ///< among its siblings
        std::uint32_t firstChild = 0; ///< index in nodes; children are neighbours
        std::uint32_t childCount = 0;
        bool isMatch = true; ///< false when it is only here for what is below it

        bool operator==(const Node&) const = default;
    };

    ListRows rows;
    ListOptions options;
    std::vector<Node> nodes; ///< the roots first
    std::uint32_t rootCount = 0;
    std::vector<std::uint32_t> nodeOfRow; ///< by row; None when it is filtered out
    std::vector<State> states;            ///< by row
    std::uint32_t matchCount = 0;         ///< rows that the filter lets through
    std::array<int, listPresetCount> presetCounts{};

    /// Whether the same rows stand in the same order with the same states.
    bool shows(const ListArrangement& other) const;
    /// The node of an entry; None when it is not shown.
    std::uint32_t nodeOf(store::RowId id) const;
};

/// State of a row on its own: revoked, held, expired, not yet valid, expiring, else valid. Rows without an end are
/// valid.
State stateOf(const ListRow& row, base::Time now, int warningDays);

/// Whether a ready-made filter lets a row through.
bool isInPreset(const ListRow& row, ListPreset preset, base::Time now, int warningDays);

/// Sorts, filters and links. Certificates whose links do not lead to a self-signed one in the list are Unknown. Pure;
/// for any thread. @throws base::Error Cancelled
std::shared_ptr<const ListArrangement> arrange(const ListRows& rows, store::EntryKind kind, const ListOptions& options,
                                               const base::JobControl& control = {});

} // namespace certwright::ui
