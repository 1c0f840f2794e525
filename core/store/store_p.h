#pragma once

#include "core/store/database.h"
#include "core/store/file_guard.h"
#include "core/store/store.h"

#include <QHash>

#include <memory>

namespace certwright::store {

/// What a Store is made of. Seen by the files that implement it, and by nobody else.
struct Store::Private {
    QString path;
    bool isReadOnly = false;
    FileGuard guard;
    std::unique_ptr<Database> database;
    std::shared_ptr<Vault> vault;

    int depth = 0;         ///< of nested transactions
    bool isBroken = false; ///< an inner one was dropped: the outermost must not commit

    // Names of issuers by number and by encoding; forgotten on a rollback, which takes numbers back.
    QHash<RowId, QString> nameTexts;
    QHash<QByteArray, RowId> nameIds;

    void begin();
    void end(bool isCommit);
    void forgetNames();
    /// Text of a name by its number.
    QString nameText(RowId id);
    /// Number of a name; adds it when it is new.
    RowId nameId(base::BytesView der, const std::string& text);

    void addSearchText(EntryKind kind, RowId id, const QString& text);
    /// Writes the search text of an entry anew from its columns.
    void refreshSearchText(EntryKind kind, RowId id);
    void removeSearchText(EntryKind kind, RowId id);

    /// Number of a private key by the SHA-256 of its SPKI, 0 when it is not here.
    RowId keyIdOf(const QByteArray& spkiSha256);
    /// Links a revocation list to the certificate whose key verifies it.
    void linkCrl(RowId id, const x509::Crl& crl);
    void appendAct(const QString& act, const QString& subject, const QString& detail);
};

/// Number of an entry in the table `search`.
inline qint64 searchId(EntryKind kind, RowId id) {
    return id * 4 + static_cast<qint64>(kind);
}

QString fromUtf8(const std::string& text);
/// Upper-case hexadecimal of a BLOB column.
QString hexText(const QByteArray& blob);
/// A digest from hexadecimal text; empty when it is none.
QByteArray fromHexText(const std::string& hex);

/// An Error of kind NotFound for an entry that is not there (any more).
base::Error noSuchEntry(EntryKind kind, RowId id);

/// Table of a kind: "certificates".
const char* tableOf(EntryKind kind);

} // namespace certwright::store
