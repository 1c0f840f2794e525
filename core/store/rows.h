#pragma once

#include "core/base/clock.h"
#include "core/crypto/public_key.h"
#include "core/x509/crl.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace certwright::store {

/// Number of an entry within its kind; never given twice in one store. 0 stands for "none".
using RowId = std::int64_t;

enum class EntryKind { Certificate, Key, Request, Crl };

/// "certificate", "key", "request", "crl": as the command line writes them.
QString toString(EntryKind kind);

/// What is known about the issuer of a certificate or a revocation list.
enum class LinkState {
    Unknown,  ///< nothing in the store has the issuer's name
    Claimed,  ///< something has the issuer's name, but no key of that name verifies the signature
    Verified, ///< the signature was verified with the key of the entry that is linked
};

enum class RevocationState { None, Held, Revoked };

/// One certificate as lists show it: columns read from the table, nothing parsed.
struct CertificateRow {
    RowId id = 0;
    QString name;
    QString subject; ///< as x509::Name::toRfc2253()
    QString issuer;
    QString commonName;
    QString serial;     ///< as x509::Certificate::serial()
    QString otherNames; ///< values of the subject alternative name, joined by ", "
    std::optional<base::Time> notBefore;
    std::optional<base::Time> notAfter;
    crypto::KeyFacts key;
    QString sha256; ///< upper-case hexadecimal
    QString sha1;
    bool isCa = false;
    bool isSelfSigned = false; ///< its own key verifies its signature
    RowId keyId = 0;           ///< its private key in this store
    RowId issuerId = 0;        ///< set only when link is Verified; 0 for a self-signed one
    LinkState link = LinkState::Unknown;
    RevocationState revocation = RevocationState::None;
    std::optional<x509::RevocationReason> revocationReason;
    std::optional<base::Time> revokedAt;
    bool isIssuedHere = false;
    QString profile; ///< id of the profile that it was made with; empty when it was not made here
    QString comment;
    std::optional<base::Time> addedAt;
};

/// One private key; what is secret about it is not in here.
struct KeyRow {
    RowId id = 0;
    QString name;
    crypto::KeyFacts key;
    QString spkiSha256; ///< upper-case hexadecimal
    int useCount = 0;   ///< certificates and requests of this key in the store
    QString comment;
    std::optional<base::Time> addedAt;
};

struct RequestRow {
    RowId id = 0;
    QString name;
    QString subject;
    QString otherNames;
    crypto::KeyFacts key;
    QString sha256;
    RowId keyId = 0; ///< its private key in this store
    QString comment;
    std::optional<base::Time> addedAt;
};

struct CrlRow {
    RowId id = 0;
    QString name;
    QString issuer;
    QString number; ///< upper-case hexadecimal, empty when absent
    std::optional<base::Time> thisUpdate;
    std::optional<base::Time> nextUpdate;
    qint64 revokedCount = 0;
    QString sha256;
    RowId issuerId = 0; ///< set only when link is Verified
    LinkState link = LinkState::Unknown;
    QString comment;
    std::optional<base::Time> addedAt;
};

/// How many entries of each kind there are.
struct Counts {
    qint64 certificates = 0;
    qint64 keys = 0;
    qint64 requests = 0;
    qint64 crls = 0;
};

/// Which rows to read. Rows come in the order of their ids: for the next batch, `after` is the last id of the one
/// before.
struct Query {
    /// Words that all must be found (anywhere, case ignored) in name, subject, other names, serial or comment; a word
    /// of eight or more hexadecimal digits, colons allowed, also finds a fingerprint by its beginning. Words of one or
    /// two characters are compared with the beginning of the name. Empty: every row.
    QString text;
    RowId after = 0;
    /// At most so many rows; 0 means all.
    int limit = 0;
};

} // namespace certwright::store
