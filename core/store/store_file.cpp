#include "core/store/store_file.h"

#include "core/base/outcome.h"
#include "core/store/schema.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryFile>
#include <QUuid>

#include <string>
#include <string_view>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

// https://www.sqlite.org/fileformat2.html#the_database_header
constexpr std::string_view SqliteMagic{"SQLite format 3\0", 16};
constexpr qsizetype HeaderSize = 100, UserVersionOffset = 60, ApplicationIdOffset = 68;

Error storeError(const QString& path, const std::string& message, const char* hint) {
    return Error(ErrorKind::Store, message, hint).withContext(path.toStdString());
}

Error newerVersion(const QString& path, int version) {
    return storeError(path,
                      "The store is of a newer version (" + std::to_string(version) + ") than this program knows (" +
                          std::to_string(currentSchemaVersion()) + ")",
                      "Open it with a newer version of the program. It was not changed.");
}

quint32 uint32At(const QByteArray& bytes, qsizetype offset) {
    quint32 value = 0;
    for (qsizetype i = 0; i < 4; ++i)
        value = (value << 8U) | static_cast<quint8>(bytes[offset + i]);
    return value;
}

/// Throws unless the file begins as a store of a version that is known here. Reads, and does not wait for a FIFO.
void checkHeader(const QString& path) {
    const QFileInfo info(path);
    if (!info.exists())
        throw Error(ErrorKind::NotFound, "There is no such store", "Check the path, or create a store there.")
            .withContext(path.toStdString());
    if (!info.isFile())
        throw storeError(path, info.isDir() ? "That is a folder, not a store" : "That is not a file",
                         "Choose the store's file.");
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw Error(ErrorKind::Io, "The store cannot be read: " + file.errorString().toStdString(),
                    "Check who may read the file.")
            .withContext(path.toStdString());
    const QByteArray header = file.read(HeaderSize);
    if (header.isEmpty())
        throw storeError(path, "The file is empty, not a store", "Create a new store under another name.");
    if (!header.startsWith(QByteArray(SqliteMagic.data(), qsizetype(SqliteMagic.size()))) || header.size() < HeaderSize)
        throw storeError(path, "The file is not a store", "Import it instead, if it holds certificates or keys.");
    if (uint32At(header, ApplicationIdOffset) != ApplicationId)
        throw storeError(path, "The file is a database of another program, not a store", "Choose the store's file.");
    if (const auto version = static_cast<int>(uint32At(header, UserVersionOffset)); version > currentSchemaVersion())
        throw newerVersion(path, version);
}

/// What a write-ahead log beside the file says may be newer than the file's header.
void checkVersion(Database& database, const QString& path) {
    const int version = database.scalar(QStringLiteral("PRAGMA user_version")).toInt();
    if (version > currentSchemaVersion())
        throw newerVersion(path, version);
    if (version < 1)
        throw storeError(path, "The store is damaged: it has no version", "Restore it from a backup.");
}

void configure(Database& database, bool isReadOnly) {
    // Only ciphertext of private keys is ever in the database; what else is deleted shall not be found again either.
    for (const char* pragma : {"PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON", "PRAGMA temp_store = MEMORY",
                               "PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
                               // FULL in WAL mode: what was reported done survives a power cut.
                               "PRAGMA synchronous = FULL"})
        database.execute(QString::fromLatin1(pragma));
    database.execute(QStringLiteral("PRAGMA cache_size = -%1").arg(isReadOnly ? 8192 : 32768));
}

bool hasLog(const QString& path) {
    return QFileInfo(path + QStringLiteral("-wal")).size() > 0;
}

std::unique_ptr<Database> connectReadOnly(const QString& path) {
    try {
        auto database = std::make_unique<Database>(path, Access::ReadOnly);
        checkVersion(*database, path);
        return database;
    } catch (const Error& error) {
        // A folder that cannot be written has no room for the shared memory of WAL. Without a log, and with nobody who
        // could write, the file can be read as it lies there.
        if ((error.kind() != ErrorKind::Io && error.kind() != ErrorKind::NotAllowed) || hasLog(path))
            throw;
    }
    auto database = std::make_unique<Database>(path, Access::Immutable);
    checkVersion(*database, path);
    return database;
}

void fillNewFile(const QString& path, const std::function<void(Database&)>& fill) {
    Database database(path, Access::ReadWrite);
    database.execute(QStringLiteral("PRAGMA application_id = %1").arg(ApplicationId));
    database.execute(QStringLiteral("PRAGMA journal_mode = WAL"));
    configure(database, false);
    migrate(database, migrations());
    database.execute(QStringLiteral("BEGIN IMMEDIATE"));
    fill(database);
    database.execute(QStringLiteral("COMMIT"));
    // Everything into the file itself: it is about to be renamed, and its header is what openStoreFile() looks at.
    database.execute(QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)"));
}

} // namespace

void createStoreFile(const QString& path, const std::function<void(Database&)>& fill) {
    const QFileInfo info(path);
    if (info.exists() || info.isSymLink())
        throw Error(ErrorKind::NotAllowed, "The file exists already", "Choose another name, or open it.")
            .withContext(path.toStdString());
    if (!info.absoluteDir().exists())
        throw Error(ErrorKind::NotFound, "The folder of the new store does not exist", "Create the folder first.")
            .withContext(path.toStdString());
    const QString draft = info.absoluteDir().filePath(
        QStringLiteral(".%1.%2.new").arg(info.fileName(), QUuid::createUuid().toString(QUuid::WithoutBraces).left(8)));
    QFile file(draft);
    // SQLite gives the files beside it the mode of this one.
    if (!file.open(QIODevice::NewOnly | QIODevice::WriteOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        throw Error(ErrorKind::Io, "The store cannot be created: " + file.errorString().toStdString(),
                    "Choose a folder that you may write to.")
            .withContext(path.toStdString());
    file.close();
    try {
        fillNewFile(draft, fill);
        // Never over a file that somebody made meanwhile.
        if (!file.rename(info.absoluteFilePath()))
            throw Error(info.exists() ? ErrorKind::NotAllowed : ErrorKind::Io,
                        "The store cannot be given its name: " + file.errorString().toStdString(),
                        "Choose another name.");
    } catch (const Error& error) {
        removeStoreFile(draft);
        throw error.withContext(path.toStdString());
    }
}

void removeStoreFile(const QString& path) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        QFile::remove(path + QLatin1String(suffix));
}

OpenedFile openStoreFile(const QString& path, bool isReadOnlyWanted) {
    checkHeader(path);
    OpenedFile opened;
    opened.isReadOnly = isReadOnlyWanted || !QFileInfo(path).isWritable();
    // A connection that may write folds the log into the file when it closes; before that, the log's version is read.
    if (opened.isReadOnly || hasLog(path))
        opened.database = connectReadOnly(path);
    if (!opened.isReadOnly) {
        opened.database = std::make_unique<Database>(path, Access::ReadWrite);
        checkVersion(*opened.database, path);
        migrate(*opened.database, migrations());
    }
    if (opened.database->scalar(QStringLiteral("PRAGMA user_version")).toInt() < currentSchemaVersion())
        throw storeError(path, "The store is of an older version and cannot be brought up to date: it is read-only",
                         "Make the file writable and open it again.");
    configure(*opened.database, opened.isReadOnly);
    opened.guard = FileGuard(path);
    return opened;
}

} // namespace certwright::store
