#pragma once

#include <QString>

#include <span>
#include <vector>

namespace certwright::store {

class Database;

/// "CWRT": SQLite's application id of a store.
inline constexpr quint32 ApplicationId = 0x43575254;

/// What brings a store from the version before to `version`. A migration that was released is never edited.
struct Migration {
    int version = 0;
    std::vector<QString> statements;
};

/// Every migration, from an empty database on, ascending.
std::span<const Migration> migrations();

/// The version that this program reads and writes.
int currentSchemaVersion();

/// Applies what is missing, each migration with its PRAGMA user_version in one transaction; nothing to do when the
/// store is at the last one. @throws Error what the database says, then the version is as before
void migrate(Database& database, std::span<const Migration> steps);

} // namespace certwright::store
