#pragma once

#include "core/store/database.h"
#include "core/store/file_guard.h"

#include <QString>

#include <functional>
#include <memory>

namespace certwright::store {

/// An opened file, and how.
struct OpenedFile {
    FileGuard guard; ///< to be released before the database closes, and to go after it
    std::unique_ptr<Database> database;
    bool isReadOnly = false;
};

/// Makes an empty store at `path`, which nobody sees before it is whole: it is made under another name in the same
/// folder and then given its own. `fill` gets the database with its tables, in an open transaction.
/// @throws Error NotAllowed when the path exists, NotFound when its folder does not, Io, Store
void createStoreFile(const QString& path, const std::function<void(Database&)>& fill);

/// Deletes a store's file and what SQLite keeps beside it. Nobody may have it open.
void removeStoreFile(const QString& path);

/// Opens a store: looks at the file's header first, so that what is not a store or of a newer version is never touched
/// by SQLite; brings an older schema up to date when it can be written.
/// @throws Error NotFound, Io, Store
OpenedFile openStoreFile(const QString& path, bool isReadOnlyWanted);

} // namespace certwright::store
