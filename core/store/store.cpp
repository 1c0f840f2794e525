#include "core/store/store.h"

#include "core/base/outcome.h"
#include "core/crypto/random.h"
#include "core/store/sealing.h"
#include "core/store/store_file.h"
#include "core/store/store_p.h"

#include <QFileInfo>
#include <QUuid>

#include <algorithm>
#include <string>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

constexpr qsizetype NameCacheLimit = 20'000;

StoreUuid randomUuid() {
    StoreUuid uuid{};
    const base::Bytes random = crypto::randomBytes(uuid.size());
    std::copy(random.begin(), random.end(), uuid.begin());
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x40U); // RFC 4122 4.4
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);
    return uuid;
}

void writeFirstRows(Database& database, Vault& vault, const base::Secret& passphrase, const VaultCost& cost) {
    const base::Bytes header = vault.initialise(passphrase, cost);
    JournalSeal seal;
    seal.lastMac.resize(MacSize);
    database.insert("INSERT INTO store (id, uuid, created_at, created_by) VALUES (1, ?, ?, ?)",
                    {blobValue(vault.uuid()), timeValue(base::SystemClock().now()),
                     textValue(QStringLiteral("Certwright " CERTWRIGHT_VERSION))});
    database.insert("INSERT INTO vault (id, header, journal_seal) VALUES (1, ?, ?)",
                    {blobValue(header), blobValue(seal.toBytes(vault))});
}

StoreUuid readUuid(Database& database) {
    auto rows = database.select("SELECT uuid FROM store WHERE id = 1");
    const QByteArray blob = rows.next() ? rows.blob(0) : QByteArray();
    StoreUuid uuid{};
    if (blob.size() != qsizetype(uuid.size()))
        throw Error(ErrorKind::Store, "The store is damaged: it has no identity", "Restore it from a backup.")
            .withContext(database.path().toStdString());
    const auto bytes = viewOf(blob);
    std::copy(bytes.begin(), bytes.end(), uuid.begin());
    return uuid;
}

} // namespace

QString fromUtf8(const std::string& text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QString hexText(const QByteArray& blob) {
    return QString::fromLatin1(blob.toHex().toUpper());
}

QByteArray fromHexText(const std::string& hex) {
    return QByteArray::fromHex(QByteArray::fromRawData(hex.data(), qsizetype(hex.size())));
}

const char* tableOf(EntryKind kind) {
    switch (kind) {
    case EntryKind::Certificate:
        return "certificates";
    case EntryKind::Key:
        return "keys";
    case EntryKind::Request:
        return "requests";
    case EntryKind::Crl:
        return "crls";
    }
    return "";
}

Error noSuchEntry(EntryKind kind, RowId id) {
    return Error(ErrorKind::NotFound,
                 "The store has no " + toString(kind).toStdString() + " with number " + std::to_string(id));
}

Store::Store(std::unique_ptr<Private> data)
    : d(std::move(data)) {}

Store::~Store() {
    d->guard.release();
}

std::unique_ptr<Store> Store::create(const QString& path, const base::Secret& passphrase, const VaultCost& cost,
                                     const base::JobControl& control) {
    const auto vault = std::make_shared<Vault>(randomUuid());
    createStoreFile(path, [&](Database& database) {
        control.throwIfStopped();
        writeFirstRows(database, *vault, passphrase, cost);
        control.throwIfStopped(); // the derivation cannot be interrupted
    });
    return open(path, OpenMode::ReadWrite, vault);
}

void Store::discard(const QString& path) {
    removeStoreFile(path);
}

std::unique_ptr<Store> Store::open(const QString& path, OpenMode mode, std::shared_ptr<Vault> vault) {
    auto data = std::make_unique<Private>();
    data->path = QFileInfo(path).absoluteFilePath();
    OpenedFile opened = openStoreFile(data->path, mode == OpenMode::ReadOnly);
    data->guard = std::move(opened.guard);
    data->database = std::move(opened.database);
    data->isReadOnly = opened.isReadOnly;
    const StoreUuid uuid = readUuid(*data->database);
    if (vault && vault->uuid() != uuid)
        throw Error(ErrorKind::Store, "Another store lies at this path now", "Open it anew.")
            .withContext(path.toStdString());
    data->vault = vault ? std::move(vault) : std::make_shared<Vault>(uuid);
    return std::unique_ptr<Store>(new Store(std::move(data)));
}

QString Store::path() const {
    return d->path;
}

bool Store::isReadOnly() const {
    return d->isReadOnly;
}

QString Store::uuid() const {
    const auto& bytes = d->vault->uuid();
    return QUuid::fromRfc4122(QByteArrayView(bytes.data(), qsizetype(bytes.size()))).toString(QUuid::WithoutBraces);
}

std::optional<base::Time> Store::createdAt() const {
    auto rows = d->database->select("SELECT created_at FROM store WHERE id = 1");
    return rows.next() ? rows.time(0) : std::nullopt;
}

int Store::schemaVersion() const {
    return d->database->scalar(QStringLiteral("PRAGMA user_version")).toInt();
}

const std::shared_ptr<Vault>& Store::vault() const {
    return d->vault;
}

bool Store::isUnlocked() const {
    return d->vault->isUnlocked();
}

void Store::unlock(const base::Secret& passphrase) {
    d->vault->unlock(vaultHeader(), passphrase);
}

void Store::lock() {
    d->vault->lock();
}

void Store::changePassphrase(const base::Secret& oldPassphrase, const base::Secret& newPassphrase,
                             const VaultCost& cost) {
    const base::Bytes header = vaultHeader();
    replaceVaultHeader(header, d->vault->rewrap(header, oldPassphrase, newPassphrase, cost));
}

base::Bytes Store::vaultHeader() const {
    auto rows = d->database->select("SELECT header FROM vault WHERE id = 1");
    if (!rows.next())
        throw Error(ErrorKind::Store, "The store is damaged: its key record is missing", "Restore it from a backup.");
    return bytesOf(rows.blob(0));
}

void Store::replaceVaultHeader(base::BytesView expected, base::BytesView replacement) {
    Transaction transaction(*this);
    const qint64 changed = d->database->change("UPDATE vault SET header = ? WHERE id = 1 AND header = ?",
                                               {blobValue(replacement), blobValue(expected)});
    if (changed != 1)
        throw Error(ErrorKind::Store, "The passphrase was changed by another program meanwhile",
                    "Try again with the passphrase that is valid now.");
    transaction.commit();
}

QStringList Store::integrityProblems() const {
    QStringList problems;
    {
        auto rows = d->database->select("PRAGMA integrity_check");
        while (rows.next()) {
            if (rows.text(0) != QStringLiteral("ok"))
                problems << rows.text(0);
        }
    }
    auto rows = d->database->select("PRAGMA foreign_key_check");
    while (rows.next())
        problems
            << QStringLiteral("%1 row %2 refers to a missing row of %3").arg(rows.text(0), rows.text(1), rows.text(2));
    return problems;
}

// --- transactions

void Store::Private::begin() {
    if (depth == 0) {
        if (isReadOnly)
            throw Error(ErrorKind::NotAllowed, "The store is open for reading only",
                        "Make the file and its folder writable and open it again.")
                .withContext(path.toStdString());
        database->execute(QStringLiteral("BEGIN IMMEDIATE"));
        isBroken = false;
    }
    ++depth;
}

void Store::Private::end(bool isCommit) {
    if (depth > 1) {
        --depth;
        isBroken = isBroken || !isCommit;
        return;
    }
    if (isCommit && !isBroken) {
        database->execute(QStringLiteral("COMMIT"));
        depth = 0;
        return;
    }
    depth = 0;
    forgetNames();
    // After a full disk SQLite has rolled back by itself; then there is nothing to do here, and it says so.
    base::outcomeOf([this] { database->execute(QStringLiteral("ROLLBACK")); }).has_value();
    if (isCommit)
        throw Error(ErrorKind::Internal, "Part of a transaction failed: nothing of it was written");
}

void Store::Private::forgetNames() {
    nameTexts.clear();
    nameIds.clear();
}

QString Store::Private::nameText(RowId id) {
    if (const auto known = nameTexts.constFind(id); known != nameTexts.cend())
        return *known;
    auto rows = database->select("SELECT text FROM names WHERE id = ?", {idValue(id)});
    const QString text = rows.next() ? rows.text(0) : QString();
    if (nameTexts.size() > NameCacheLimit)
        nameTexts.clear();
    nameTexts.insert(id, text);
    return text;
}

Transaction::Transaction(Store& store)
    : m_store(store) {
    m_store.d->begin();
}

Transaction::~Transaction() {
    if (!m_isDone)
        m_store.d->end(false);
}

void Transaction::commit() {
    m_store.d->end(true);
    m_isDone = true;
}

} // namespace certwright::store
