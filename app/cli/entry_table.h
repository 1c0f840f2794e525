#pragma once

#include "core/store/store.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace certwright::cli {

/// Entries of a store as text: what `list` prints in each of its formats.
struct EntryTable {
    enum class Type { Text, Number, Boolean };

    std::vector<std::string> columns;
    std::vector<Type> types;                    ///< of the columns, for JSON
    std::vector<std::vector<std::string>> rows; ///< each as long as `columns`
};

/// "certificate", "key", "request", "crl", in the plural too; nothing for another word.
std::optional<store::EntryKind> entryKindOf(const std::string& word);

/// The first of `columns` and `sort` that entries of this kind do not have; empty when they have all.
std::string unknownColumn(store::EntryKind kind, const std::vector<std::string>& columns, const std::string& sort);

/// Every column of this kind, separated by commas.
std::string columnNames(store::EntryKind kind);

/// The entries that `filter` finds (see store::EntryFilter), sorted by `sort`. No columns means the usual ones.
/// @throws Error Store, BadInput for a filter that makes no sense
EntryTable readEntries(const store::Store& store, store::EntryKind kind, const QString& filter,
                       const std::vector<std::string>& columns, const std::string& sort);

} // namespace certwright::cli
