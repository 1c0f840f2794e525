#include "core/store/database.h"

#include <QStorageInfo>
#include <QUrl>
#include <QUuid>

#include <utility>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

// SQLite's primary result codes (https://www.sqlite.org/rescode.html), as QSqlError::nativeErrorCode() gives them.
enum ResultCode {
    SqliteBusy = 5,
    SqliteLocked = 6,
    SqliteReadOnly = 8,
    SqliteInterrupt = 9,
    SqliteIoError = 10,
    SqliteCorrupt = 11,
    SqliteFull = 13,
    SqliteCannotOpen = 14,
    SqliteNotADatabase = 26,
};

/// SQLite maps the shared memory of its log in pieces of this size.
constexpr qint64 LeastRoom = 32768;

std::string utf8(const QString& text) {
    return text.toStdString();
}

} // namespace

QVariant textValue(const QString& text) {
    return text.isNull() ? QString(QLatin1String("")) : text;
}

QVariant textValue(const std::string& text) {
    return textValue(QString::fromUtf8(text.data(), qsizetype(text.size())));
}

QVariant blobValue(base::BytesView bytes) {
    if (bytes.empty())
        return QByteArray("");
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()));
}

QVariant optionalBlob(base::BytesView bytes) {
    return bytes.empty() ? QVariant() : blobValue(bytes);
}

QVariant timeValue(std::optional<base::Time> time) {
    return time ? QVariant(qlonglong(time->time_since_epoch().count())) : QVariant();
}

QVariant idValue(std::int64_t id) {
    return id != 0 ? QVariant(qlonglong(id)) : QVariant();
}

base::Bytes bytesOf(const QByteArray& blob) {
    return base::toBytes(viewOf(blob));
}

base::BytesView viewOf(const QByteArray& blob) {
    return {reinterpret_cast<const std::uint8_t*>(blob.constData()), static_cast<std::size_t>(blob.size())};
}

Rows::Rows(Database& database, std::unique_ptr<QSqlQuery> query, const char* sql)
    : m_database(&database)
    , m_query(std::move(query))
    , m_sql(sql) {}

Rows::~Rows() {
    if (m_query)
        m_database->giveBack(m_sql, std::move(m_query));
}

bool Rows::next() {
    if (m_query->next())
        return true;
    if (m_query->lastError().isValid())
        throw m_database->errorOf(m_query->lastError());
    return false;
}

std::optional<base::Time> Rows::time(int column) const {
    if (isNull(column))
        return std::nullopt;
    return base::Time(std::chrono::seconds(integer(column)));
}

Database::Database(const QString& path, Access access)
    : m_path(path)
    , m_connection(QUuid::createUuid().toString(QUuid::WithoutBraces))
    , m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection)) {
    QString options = QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000");
    QString name = path;
    if (access != Access::ReadWrite)
        options += QStringLiteral(";QSQLITE_OPEN_READONLY");
    if (access == Access::Immutable) {
        options += QStringLiteral(";QSQLITE_OPEN_URI");
        name = QString::fromLatin1(QUrl::fromLocalFile(path).toEncoded()) + QStringLiteral("?immutable=1");
    }
    m_database.setConnectOptions(options);
    m_database.setDatabaseName(name);
    if (!m_database.open()) {
        const Error error = errorOf(m_database.lastError());
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(m_connection);
        throw error;
    }
}

Database::~Database() {
    releaseStatements();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_connection);
}

void Database::releaseStatements() {
    m_idle.clear();
}

std::unique_ptr<QSqlQuery> Database::take(const char* sql) {
    if (auto idle = m_idle.extract(sql))
        return std::move(idle.mapped());
    auto query = std::make_unique<QSqlQuery>(m_database);
    query->setForwardOnly(true);
    if (!query->prepare(QString::fromUtf8(sql)))
        throw errorOf(query->lastError());
    return query;
}

void Database::giveBack(const char* sql, std::unique_ptr<QSqlQuery> query) {
    query->finish();
    m_idle.insert_or_assign(sql, std::move(query));
}

std::unique_ptr<QSqlQuery> Database::run(const char* sql, const Values& values) {
    auto query = take(sql);
    for (std::size_t i = 0; i < values.size(); ++i)
        query->bindValue(int(i), values[i]);
    if (!query->exec())
        throw errorOf(query->lastError());
    return query;
}

Rows Database::select(const char* sql, const Values& values) {
    return {*this, run(sql, values), sql};
}

qint64 Database::change(const char* sql, const Values& values) {
    auto query = run(sql, values);
    const qint64 rows = query->numRowsAffected();
    giveBack(sql, std::move(query));
    return rows;
}

qint64 Database::insert(const char* sql, const Values& values) {
    auto query = run(sql, values);
    const qint64 id = query->lastInsertId().toLongLong();
    giveBack(sql, std::move(query));
    return id;
}

qint64 Database::changeOnce(const QString& sql, const Values& values) {
    QSqlQuery query(m_database);
    if (!query.prepare(sql))
        throw errorOf(query.lastError());
    for (std::size_t i = 0; i < values.size(); ++i)
        query.bindValue(int(i), values[i]);
    if (!query.exec())
        throw errorOf(query.lastError());
    return query.numRowsAffected();
}

void Database::execute(const QString& sql) {
    QSqlQuery query(m_database);
    if (!query.exec(sql))
        throw errorOf(query.lastError());
}

QVariant Database::scalar(const QString& sql) {
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.exec(sql))
        throw errorOf(query.lastError());
    if (query.next())
        return query.value(0);
    if (query.lastError().isValid())
        throw errorOf(query.lastError());
    return {};
}

base::Error Database::errorOf(const QSqlError& error) const {
    const std::string file = utf8(m_path);
    const std::string said = utf8(error.databaseText());
    const auto make = [&](ErrorKind kind, const std::string& message, const char* hint) {
        return Error(kind, message, hint).withContext(file);
    };
    const Error diskFull = make(ErrorKind::Io, "The disk is full: nothing of this was written",
                                "Make room on the disk of the store and try again.");
    // Extended result codes carry the primary one in their low octet.
    switch (error.nativeErrorCode().toInt() & 0xFF) {
    case SqliteBusy:
    case SqliteLocked:
        return make(ErrorKind::Store, "The store is being written by another program", "Try again when that is done.");
    case SqliteReadOnly:
        return make(ErrorKind::NotAllowed, "The store is open for reading only",
                    "Make the file and its folder writable and open it again.");
    case SqliteInterrupt:
        return make(ErrorKind::Cancelled, "The query was interrupted", "");
    case SqliteIoError:
        // With no room left for its shared memory, SQLite says no more than that.
        if (QStorageInfo(m_path).bytesAvailable() < LeastRoom)
            return diskFull;
        return make(ErrorKind::Io, "Reading or writing the store failed: " + said,
                    "Check the disk, or the connection to it.");
    case SqliteFull:
        return diskFull;
    case SqliteCannotOpen:
        return make(ErrorKind::Io, "The store cannot be opened: " + said,
                    "Check that the file and its folder may be read, and the folder written.");
    case SqliteCorrupt:
        return make(ErrorKind::Store, "The store is damaged: " + said, "Restore it from a backup.");
    case SqliteNotADatabase:
        return make(ErrorKind::Store, "The file is not a store",
                    "Import it instead, if it holds certificates or keys.");
    default:
        return make(ErrorKind::Store, "The database refused: " + said, "");
    }
}

} // namespace certwright::store
