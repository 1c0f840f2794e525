#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"

#include <QByteArray>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace certwright::store {

/// How a connection uses its file.
enum class Access {
    ReadWrite,
    ReadOnly,
    /// For a file on a medium that nobody can write: SQLite then needs no shared memory beside it. Not to be used while
    /// anybody writes.
    Immutable,
};

using Values = std::vector<QVariant>;

// --- conversions between columns and core's types

/// QtSql binds NULL for a null string; this is always a text.
QVariant textValue(const QString& text);
QVariant textValue(const std::string& utf8);
QVariant blobValue(base::BytesView bytes);
/// NULL when empty.
QVariant optionalBlob(base::BytesView bytes);
QVariant timeValue(std::optional<base::Time> time);
/// NULL for 0.
QVariant idValue(std::int64_t id);
base::Bytes bytesOf(const QByteArray& blob);
/// Valid as long as the array is.
base::BytesView viewOf(const QByteArray& blob);

class Database;

/// A running SELECT. Gives its prepared statement back when it goes.
class Rows {
public:
    Rows(Database& database, std::unique_ptr<QSqlQuery> query, const char* sql);
    ~Rows();
    Rows(Rows&&) noexcept = default;
    Rows& operator=(Rows&&) = delete;

    /// @throws Error
    bool next();
    qint64 integer(int column) const { return m_query->value(column).toLongLong(); }
    QString text(int column) const { return m_query->value(column).toString(); }
    QByteArray blob(int column) const { return m_query->value(column).toByteArray(); }
    bool isNull(int column) const { return m_query->isNull(column); }
    std::optional<base::Time> time(int column) const;

private:
    Database* m_database;
    std::unique_ptr<QSqlQuery> m_query;
    const char* m_sql;
};

/// One connection to an SQLite file, with its prepared statements. Belongs to the thread that made it. SQL texts are
/// string literals: their address is the key under which a statement is kept.
class Database {
public:
    /// @throws Error Store, Io
    Database(const QString& path, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Rows select(const char* sql, const Values& values = {});
    /// Number of rows changed.
    qint64 change(const char* sql, const Values& values = {});
    /// Number of the row that was added.
    qint64 insert(const char* sql, const Values& values = {});
    /// The same for a statement that is put together and not kept.
    qint64 changeOnce(const QString& sql, const Values& values);
    /// One statement, or PRAGMA, that is not kept.
    void execute(const QString& sql);
    /// The first column of the first row of a statement that is not kept; an invalid value when there is no row.
    QVariant scalar(const QString& sql);

    /// Gives every prepared statement up, as before closing or VACUUM.
    void releaseStatements();

    const QString& path() const noexcept { return m_path; }

    /// The Error for what SQLite said.
    base::Error errorOf(const QSqlError& error) const;

private:
    friend class Rows;
    std::unique_ptr<QSqlQuery> take(const char* sql);
    void giveBack(const char* sql, std::unique_ptr<QSqlQuery> query);
    std::unique_ptr<QSqlQuery> run(const char* sql, const Values& values);

    QString m_path;
    QString m_connection;
    QSqlDatabase m_database;
    std::unordered_map<const char*, std::unique_ptr<QSqlQuery>> m_idle;
};

} // namespace certwright::store
