#include "core/store/name_key.h"
#include "core/store/store.h"
#include "core/store/store_p.h"

#include <limits>
#include <set>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

// A link is followed so far at most: a loop of cross-certificates must end.
constexpr std::size_t ChainLimit = 64;

// The column lists stand once each, with the readers of their rows.
#define CERTIFICATE_COLUMNS                                                                                            \
    "SELECT id, name, subject, common_name, issuer_name, serial, other_names, not_before, not_after, type, bits, "     \
    "curve, sha256, sha1, is_ca, is_self_signed, key_id, issuer_id, link, revoked_at, revocation_reason, "             \
    "is_issued_here, profile, comment, added_at FROM certificates "
#define KEY_COLUMNS                                                                                                    \
    "SELECT id, name, type, bits, curve, spki_sha256, comment, added_at, "                                             \
    "(SELECT count(*) FROM certificates WHERE key_id = keys.id) + "                                                    \
    "(SELECT count(*) FROM requests WHERE key_id = keys.id) FROM keys "
#define REQUEST_COLUMNS                                                                                                \
    "SELECT id, name, subject, other_names, type, bits, curve, sha256, key_id, comment, added_at FROM requests "
#define CRL_COLUMNS                                                                                                    \
    "SELECT id, name, issuer_name, number, this_update, next_update, revoked_count, sha256, issuer_id, link, "         \
    "comment, added_at FROM crls "

crypto::KeyFacts keyFacts(const Rows& rows, int column) {
    return {rows.text(column).toStdString(), static_cast<int>(rows.integer(column + 1)),
            rows.text(column + 2).toStdString()};
}

LinkState linkState(qint64 value) {
    return value == 2 ? LinkState::Verified : value == 1 ? LinkState::Claimed : LinkState::Unknown;
}

CertificateRow certificateRow(const Rows& rows, Store::Private& d) {
    CertificateRow row;
    row.id = rows.integer(0);
    row.name = rows.text(1);
    row.subject = rows.text(2);
    row.commonName = rows.text(3);
    row.issuer = d.nameText(rows.integer(4));
    row.serial = rows.text(5);
    row.otherNames = rows.text(6);
    row.notBefore = rows.time(7);
    row.notAfter = rows.time(8);
    row.key = keyFacts(rows, 9);
    row.sha256 = hexText(rows.blob(12));
    row.sha1 = hexText(rows.blob(13));
    row.isCa = rows.integer(14) != 0;
    row.isSelfSigned = rows.integer(15) != 0;
    row.keyId = rows.integer(16);
    row.issuerId = rows.integer(17);
    row.link = linkState(rows.integer(18));
    row.revokedAt = rows.time(19);
    if (row.revokedAt) {
        row.revocationReason = static_cast<x509::RevocationReason>(rows.integer(20));
        row.revocation = row.revocationReason == x509::RevocationReason::CertificateHold ? RevocationState::Held
                                                                                         : RevocationState::Revoked;
    }
    row.isIssuedHere = rows.integer(21) != 0;
    row.profile = rows.text(22);
    row.comment = rows.text(23);
    row.addedAt = rows.time(24);
    return row;
}

KeyRow keyRow(const Rows& rows, Store::Private&) {
    KeyRow row;
    row.id = rows.integer(0);
    row.name = rows.text(1);
    row.key = keyFacts(rows, 2);
    row.spkiSha256 = hexText(rows.blob(5));
    row.comment = rows.text(6);
    row.addedAt = rows.time(7);
    row.useCount = static_cast<int>(rows.integer(8));
    return row;
}

RequestRow requestRow(const Rows& rows, Store::Private&) {
    RequestRow row;
    row.id = rows.integer(0);
    row.name = rows.text(1);
    row.subject = rows.text(2);
    row.otherNames = rows.text(3);
    row.key = keyFacts(rows, 4);
    row.sha256 = hexText(rows.blob(7));
    row.keyId = rows.integer(8);
    row.comment = rows.text(9);
    row.addedAt = rows.time(10);
    return row;
}

CrlRow crlRow(const Rows& rows, Store::Private& d) {
    CrlRow row;
    row.id = rows.integer(0);
    row.name = rows.text(1);
    row.issuer = d.nameText(rows.integer(2));
    row.number = rows.text(3);
    row.thisUpdate = rows.time(4);
    row.nextUpdate = rows.time(5);
    row.revokedCount = rows.integer(6);
    row.sha256 = hexText(rows.blob(7));
    row.issuerId = rows.integer(8);
    row.link = linkState(rows.integer(9));
    row.comment = rows.text(10);
    row.addedAt = rows.time(11);
    return row;
}

/// How one kind of rows is read: all after an id, or one by its id.
template <class Row>
struct Reader {
    EntryKind kind;
    const char* batch;
    const char* single;
    Row (*read)(const Rows&, Store::Private&);
};

const Reader<CertificateRow> CertificateReader{EntryKind::Certificate,
                                               CERTIFICATE_COLUMNS "WHERE id > ? ORDER BY id LIMIT ?",
                                               CERTIFICATE_COLUMNS "WHERE id = ?", certificateRow};
const Reader<KeyRow> KeyReader{EntryKind::Key, KEY_COLUMNS "WHERE id > ? ORDER BY id LIMIT ?",
                               KEY_COLUMNS "WHERE id = ?", keyRow};
const Reader<RequestRow> RequestReader{EntryKind::Request, REQUEST_COLUMNS "WHERE id > ? ORDER BY id LIMIT ?",
                                       REQUEST_COLUMNS "WHERE id = ?", requestRow};
const Reader<CrlRow> CrlReader{EntryKind::Crl, CRL_COLUMNS "WHERE id > ? ORDER BY id LIMIT ?",
                               CRL_COLUMNS "WHERE id = ?", crlRow};

template <class Row>
std::optional<Row> readOne(Store::Private& d, const Reader<Row>& reader, RowId id) {
    auto rows = d.database->select(reader.single, {qlonglong(id)});
    if (!rows.next())
        return std::nullopt;
    return reader.read(rows, d);
}

template <class Row>
std::vector<Row> readMany(const Store& store, Store::Private& d, const Reader<Row>& reader, const Query& query) {
    std::vector<Row> result;
    const auto limit =
        query.limit > 0 ? static_cast<std::size_t>(query.limit) : std::numeric_limits<std::size_t>::max();
    if (query.text.trimmed().isEmpty()) {
        auto rows = d.database->select(reader.batch, {qlonglong(query.after), query.limit > 0 ? query.limit : -1});
        while (rows.next())
            result.push_back(reader.read(rows, d));
        return result;
    }
    for (const RowId id : store.matching(reader.kind, query.text)) {
        if (result.size() >= limit)
            break;
        if (id <= query.after)
            continue;
        if (auto row = readOne(d, reader, id))
            result.push_back(*std::move(row));
    }
    return result;
}

QByteArray blobOf(Store::Private& d, const char* sql, EntryKind kind, RowId id) {
    auto rows = d.database->select(sql, {qlonglong(id)});
    if (!rows.next())
        throw noSuchEntry(kind, id);
    return rows.blob(0);
}

std::vector<RowId> idsOf(Store::Private& d, const char* sql, const Values& values) {
    std::vector<RowId> ids;
    auto rows = d.database->select(sql, values);
    while (rows.next())
        ids.push_back(rows.integer(0));
    return ids;
}

} // namespace

Counts Store::counts() const {
    Counts counts;
    auto rows = d->database->select("SELECT (SELECT count(*) FROM certificates), (SELECT count(*) FROM keys),"
                                    " (SELECT count(*) FROM requests), (SELECT count(*) FROM crls)");
    if (rows.next()) {
        counts.certificates = rows.integer(0);
        counts.keys = rows.integer(1);
        counts.requests = rows.integer(2);
        counts.crls = rows.integer(3);
    }
    return counts;
}

std::vector<CertificateRow> Store::certificates(const Query& query) const {
    return readMany(*this, *d, CertificateReader, query);
}

std::vector<KeyRow> Store::keys(const Query& query) const {
    return readMany(*this, *d, KeyReader, query);
}

std::vector<RequestRow> Store::requests(const Query& query) const {
    return readMany(*this, *d, RequestReader, query);
}

std::vector<CrlRow> Store::crls(const Query& query) const {
    return readMany(*this, *d, CrlReader, query);
}

std::optional<CertificateRow> Store::certificate(RowId id) const {
    return readOne(*d, CertificateReader, id);
}

std::optional<KeyRow> Store::key(RowId id) const {
    return readOne(*d, KeyReader, id);
}

std::optional<RequestRow> Store::request(RowId id) const {
    return readOne(*d, RequestReader, id);
}

std::optional<CrlRow> Store::crl(RowId id) const {
    return readOne(*d, CrlReader, id);
}

base::Bytes Store::certificateDer(RowId id) const {
    return bytesOf(blobOf(*d, "SELECT der FROM certificate_der WHERE certificate_id = ?", EntryKind::Certificate, id));
}

x509::Certificate Store::certificateObject(RowId id) const {
    return x509::Certificate::fromDer(certificateDer(id));
}

x509::Request Store::requestObject(RowId id) const {
    return x509::Request::fromDer(
        viewOf(blobOf(*d, "SELECT der FROM request_der WHERE request_id = ?", EntryKind::Request, id)));
}

x509::Crl Store::crlObject(RowId id) const {
    return x509::Crl::fromDer(viewOf(blobOf(*d, "SELECT der FROM crl_der WHERE crl_id = ?", EntryKind::Crl, id)));
}

crypto::PublicKey Store::publicKey(RowId keyId) const {
    return crypto::PublicKey::fromSpkiDer(
        viewOf(blobOf(*d, "SELECT spki FROM keys WHERE id = ?", EntryKind::Key, keyId)));
}

crypto::PrivateKey Store::privateKey(RowId keyId) const {
    auto rows = d->database->select("SELECT spki_sha256, record FROM keys JOIN key_secrets ON key_id = id WHERE id = ?",
                                    {qlonglong(keyId)});
    if (!rows.next())
        throw noSuchEntry(EntryKind::Key, keyId);
    const QByteArray spkiSha256 = rows.blob(0);
    const base::Secret der = d->vault->openKey(viewOf(spkiSha256), viewOf(rows.blob(1)));
    return crypto::PrivateKey::fromPkcs8Der(der.view());
}

std::vector<RowId> Store::issuerChainIds(RowId certificateId) const {
    std::vector<RowId> chain;
    std::set<RowId> seen{certificateId};
    RowId current = certificateId;
    while (chain.size() < ChainLimit) {
        auto rows =
            d->database->select("SELECT issuer_id FROM certificates WHERE id = ? AND link = 2", {qlonglong(current)});
        if (!rows.next() || rows.isNull(0))
            break;
        current = rows.integer(0);
        if (!seen.insert(current).second)
            break;
        chain.push_back(current);
    }
    return chain;
}

std::vector<x509::Certificate> Store::issuerChain(RowId certificateId) const {
    std::vector<x509::Certificate> chain;
    for (const RowId id : issuerChainIds(certificateId))
        chain.push_back(certificateObject(id));
    return chain;
}

std::vector<RowId> Store::certificatesOfKey(RowId keyId) const {
    return idsOf(*d, "SELECT id FROM certificates WHERE key_id = ? ORDER BY id", {qlonglong(keyId)});
}

std::vector<RowId> Store::requestsOfKey(RowId keyId) const {
    return idsOf(*d, "SELECT id FROM requests WHERE key_id = ? ORDER BY id", {qlonglong(keyId)});
}

bool Store::isKeyUsed(const QString& spkiSha256) const {
    const QByteArray digest = QByteArray::fromHex(spkiSha256.toLatin1());
    return !idsOf(*d, "SELECT id FROM certificates WHERE spki_key = ? AND spki_sha256 = ? LIMIT 1",
                  {qlonglong(leadingInt64(viewOf(digest))), digest})
                .empty() ||
           !idsOf(*d, "SELECT id FROM requests WHERE spki_sha256 = ? LIMIT 1", {digest}).empty();
}

std::vector<CertificateRow> Store::issuingCertificates() const {
    std::vector<CertificateRow> result;
    auto rows =
        d->database->select(CERTIFICATE_COLUMNS "WHERE key_id IS NOT NULL AND is_ca = 1 ORDER BY name COLLATE NOCASE");
    while (rows.next())
        result.push_back(certificateRow(rows, *d));
    return result;
}

std::vector<x509::Certificate> Store::trustedRoots() const {
    std::vector<x509::Certificate> roots;
    for (const RowId id :
         idsOf(*d, "SELECT id FROM certificates WHERE is_self_signed = 1 AND is_ca = 1 ORDER BY id", {}))
        roots.push_back(certificateObject(id));
    return roots;
}

std::vector<RowId> Store::certificatesBySubject(base::BytesView subjectDer) const {
    return idsOf(*d, "SELECT id FROM certificates WHERE subject_key = ? ORDER BY id", {qlonglong(nameKey(subjectDer))});
}

std::vector<x509::RevokedEntry> Store::revokedBy(RowId issuerId) const {
    std::vector<x509::RevokedEntry> entries;
    auto rows = d->database->select("SELECT serial, revoked_at, revocation_reason, invalidity_at FROM certificates"
                                    " WHERE issuer_id = ? AND link = 2 AND revoked_at IS NOT NULL ORDER BY id",
                                    {qlonglong(issuerId)});
    while (rows.next()) {
        entries.push_back({x509::Serial::parse(rows.text(0).toStdString()), *rows.time(1),
                           static_cast<x509::RevocationReason>(rows.integer(2)), rows.time(3)});
    }
    return entries;
}

} // namespace certwright::store
