#include "core/base/outcome.h"
#include "core/store/linker.h"
#include "core/store/name_key.h"
#include "core/store/signature_check.h"
#include "core/store/store.h"
#include "core/store/store_p.h"

#include <QStringList>

#include <algorithm>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

base::Time now() {
    return base::SystemClock().now();
}

QString joinedNames(const std::vector<x509::GeneralName>& names) {
    QStringList values;
    for (const x509::GeneralName& name : names)
        values << fromUtf8(name.value);
    return values.join(QStringLiteral(", "));
}

QString joinedText(const std::vector<std::string>& words) {
    QStringList list;
    for (const std::string& word : words)
        list << fromUtf8(word);
    return list.join(u' ');
}

/// The first that is not empty.
QString firstOf(const QString& a, const QString& b, const QString& c = {}) {
    return !a.isEmpty() ? a : !b.isEmpty() ? b : c;
}

Error alreadyThere(EntryKind kind, const QString& name) {
    return Error(ErrorKind::NotAllowed,
                 "This " + toString(kind).toStdString() + " is in the store already, as “" + name.toStdString() + "”");
}

void refuseIfThere(const Store& store, EntryKind kind, const std::string& sha256) {
    const auto id = store.findBySha256(kind, fromUtf8(sha256));
    if (!id)
        return;
    throw alreadyThere(kind, store.nameOf(kind, *id));
}

} // namespace

RowId Store::Private::nameId(base::BytesView der, const std::string& text) {
    const QByteArray key = blobValue(der).toByteArray();
    if (const auto known = nameIds.constFind(key); known != nameIds.cend())
        return *known;
    RowId id = 0;
    {
        auto rows = database->select("SELECT id FROM names WHERE der = ?", {key});
        if (rows.next())
            id = rows.integer(0);
    }
    if (id == 0)
        id = database->insert("INSERT INTO names (der, match_key, text) VALUES (?, ?, ?)",
                              {key, qlonglong(nameKey(der)), textValue(text)});
    if (nameIds.size() > 20'000)
        nameIds.clear();
    nameIds.insert(key, id);
    return id;
}

RowId Store::Private::keyIdOf(const QByteArray& spkiSha256) {
    auto rows = database->select("SELECT id FROM keys WHERE spki_sha256 = ?", {spkiSha256});
    return rows.next() ? rows.integer(0) : 0;
}

RowId Store::addCertificate(const x509::Certificate& certificate, const CertificateDetails& details) {
    return addCertificate(certificate.der(), x509::columnsFromDer(certificate.der()), details);
}

RowId Store::addCertificate(base::BytesView der, const x509::CertificateColumns& columns,
                            const CertificateDetails& details, bool linkLater) {
    Transaction transaction(*this);
    refuseIfThere(*this, EntryKind::Certificate, columns.sha256);
    const QByteArray spkiSha256 = fromHexText(columns.spkiSha256);
    const QString name = firstOf(details.name, fromUtf8(columns.commonName), fromUtf8(columns.serial));
    const QString otherNames = joinedNames(columns.subjectAltNames);
    const RowId id = d->database->insert(
        "INSERT INTO certificates (name, subject, common_name, issuer_name, serial, other_names, not_before, not_after,"
        " type, bits, curve, sha256, sha1, is_ca, key_id, is_issued_here, profile, comment, added_at, version,"
        " signature_oid, spki_sha256, spki_key, subject_key, subject_key_id, authority_key_id, has_basic_constraints,"
        " path_length, key_usage, extended_key_usage)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {textValue(name),
         textValue(columns.subject),
         textValue(columns.commonName),
         qlonglong(d->nameId(columns.issuerDer, columns.issuer)),
         textValue(columns.serial),
         textValue(otherNames),
         timeValue(columns.notBefore),
         timeValue(columns.notAfter),
         textValue(columns.key.type),
         columns.key.bits,
         textValue(columns.key.curve),
         fromHexText(columns.sha256),
         fromHexText(columns.sha1),
         columns.isCa,
         idValue(d->keyIdOf(spkiSha256)),
         textValue(details.profile),
         textValue(details.comment),
         timeValue(now()),
         columns.version,
         textValue(columns.signatureOid),
         spkiSha256,
         qlonglong(leadingInt64(viewOf(spkiSha256))),
         qlonglong(nameKey(columns.subjectDer)),
         optionalBlob(columns.subjectKeyId),
         optionalBlob(columns.authorityKeyId),
         columns.hasBasicConstraints,
         columns.pathLength ? QVariant(qlonglong(*columns.pathLength)) : QVariant(),
         columns.keyUsageBits,
         textValue(joinedText(columns.extendedKeyUsageOids))});
    d->database->insert("INSERT INTO certificate_der (certificate_id, der) VALUES (?, ?)",
                        {qlonglong(id), blobValue(der)});
    d->addSearchText(
        EntryKind::Certificate, id,
        QStringList{name, fromUtf8(columns.subject), otherNames, fromUtf8(columns.serial), details.comment}.join(
            u'\n'));
    if (!linkLater)
        linkPending({id});
    if (details.isIssuedHere)
        markIssuedHere(id, columns, details.profile);
    transaction.commit();
    return id;
}

void Store::markIssuedHere(RowId id, const x509::CertificateColumns& columns, const QString& profile) {
    {
        auto rows = d->database->select(
            "SELECT other.name FROM certificates AS other JOIN certificates AS own ON other.issuer_id = own.issuer_id"
            " AND other.serial = own.serial WHERE own.id = ? AND other.id <> own.id AND other.is_issued_here = 1",
            {qlonglong(id)});
        if (rows.next())
            throw Error(ErrorKind::NotAllowed,
                        "This issuer has given the serial number " + columns.serial + " already, to “" +
                            rows.text(0).toStdString() + "”",
                        "Let the program choose the serial number.");
    }
    d->database->change("UPDATE certificates SET is_issued_here = 1 WHERE id = ?", {qlonglong(id)});
    d->appendAct(QString::fromLatin1(acts::Issued), fromUtf8(columns.sha256),
                 QStringLiteral("serial %1, subject %2, issuer %3, profile %4")
                     .arg(fromUtf8(columns.serial), fromUtf8(columns.subject), fromUtf8(columns.issuer), profile));
}

std::size_t Store::linkPending(const std::vector<RowId>& added, const base::JobControl& control) {
    if (added.empty())
        return 0;
    Transaction transaction(*this);
    Linker linker(*d->database);
    const std::size_t linked = linker.link(added, control);
    linker.adopt(added, *std::min_element(added.begin(), added.end()), control);
    transaction.commit();
    return linked;
}

RowId Store::addKey(const crypto::PrivateKey& key, const EntryDetails& details) {
    Transaction transaction(*this);
    const std::string& sha256 = key.publicKey().spkiSha256();
    refuseIfThere(*this, EntryKind::Key, sha256);
    const QByteArray spkiSha256 = fromHexText(sha256);
    // Encrypted before the database sees it.
    const base::Bytes record = d->vault->sealKey(viewOf(spkiSha256), key.toPkcs8Der());
    const QString name = firstOf(details.name, fromUtf8(crypto::displayText(key.facts())));
    const RowId id = d->database->insert(
        "INSERT INTO keys (name, type, bits, curve, spki_sha256, comment, added_at, spki)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        {textValue(name), textValue(key.facts().type), key.facts().bits, textValue(key.facts().curve), spkiSha256,
         textValue(details.comment), timeValue(now()), blobValue(key.publicKey().spkiDer())});
    d->database->insert("INSERT INTO key_secrets (key_id, record) VALUES (?, ?)", {qlonglong(id), blobValue(record)});
    d->database->change("UPDATE certificates SET key_id = ? WHERE spki_key = ? AND spki_sha256 = ?",
                        {qlonglong(id), qlonglong(leadingInt64(viewOf(spkiSha256))), spkiSha256});
    d->database->change("UPDATE requests SET key_id = ? WHERE spki_sha256 = ?", {qlonglong(id), spkiSha256});
    d->addSearchText(EntryKind::Key, id, name + u'\n' + details.comment);
    transaction.commit();
    return id;
}

RowId Store::addRequest(const x509::Request& request, const EntryDetails& details) {
    Transaction transaction(*this);
    refuseIfThere(*this, EntryKind::Request, request.sha256());
    const QByteArray spkiSha256 = fromHexText(request.publicKey().spkiSha256());
    const crypto::KeyFacts& facts = request.publicKey().facts();
    const x509::Name subject = request.subject();
    const QString subjectText = fromUtf8(subject.toRfc2253());
    const QString otherNames = joinedNames(request.subjectAltNames());
    const QString name = firstOf(details.name, fromUtf8(subject.displayName()), otherNames);
    const RowId id = d->database->insert(
        "INSERT INTO requests (name, subject, other_names, type, bits, curve, sha256, spki_sha256, key_id, comment,"
        " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {textValue(name), textValue(subjectText), textValue(otherNames), textValue(facts.type), facts.bits,
         textValue(facts.curve), fromHexText(request.sha256()), spkiSha256, idValue(d->keyIdOf(spkiSha256)),
         textValue(details.comment), timeValue(now())});
    d->database->insert("INSERT INTO request_der (request_id, der) VALUES (?, ?)",
                        {qlonglong(id), blobValue(request.der())});
    d->addSearchText(EntryKind::Request, id, QStringList{name, subjectText, otherNames, details.comment}.join(u'\n'));
    transaction.commit();
    return id;
}

RowId Store::addCrl(const x509::Crl& crl, const EntryDetails& details) {
    Transaction transaction(*this);
    refuseIfThere(*this, EntryKind::Crl, crl.sha256());
    const x509::Name issuer = crl.issuer();
    const std::string issuerText = issuer.toRfc2253();
    const QString name = firstOf(details.name, fromUtf8(issuer.displayName()), fromUtf8(issuerText));
    const RowId id = d->database->insert(
        "INSERT INTO crls (name, issuer_name, number, this_update, next_update, revoked_count, sha256, comment,"
        " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {textValue(name), qlonglong(d->nameId(issuer.toDer(), issuerText)), textValue(crl.number()),
         timeValue(crl.thisUpdate()), timeValue(crl.nextUpdate()), qlonglong(crl.revokedCount()),
         fromHexText(crl.sha256()), textValue(details.comment), timeValue(now())});
    d->database->insert("INSERT INTO crl_der (crl_id, der) VALUES (?, ?)", {qlonglong(id), blobValue(crl.der())});
    d->addSearchText(EntryKind::Crl, id, QStringList{name, fromUtf8(issuerText), details.comment}.join(u'\n'));
    d->linkCrl(id, crl);
    transaction.commit();
    return id;
}

void Store::Private::linkCrl(RowId id, const x509::Crl& crl) {
    LinkState state = LinkState::Unknown;
    RowId issuer = 0;
    {
        auto rows = database->select("SELECT id, der FROM certificates JOIN certificate_der ON certificate_id = id"
                                     " WHERE subject_key = ? ORDER BY is_ca DESC, not_after DESC LIMIT 32",
                                     {qlonglong(nameKey(crl.issuer().toDer()))});
        while (issuer == 0 && rows.next()) {
            state = LinkState::Claimed;
            const QByteArray der = rows.blob(1);
            const auto key = base::outcomeOf([&] { return crypto::PublicKey::fromSpkiDer(spkiOf(viewOf(der))); });
            if (key && crl.isSignedBy(*key))
                issuer = rows.integer(0);
        }
    }
    if (issuer != 0)
        state = LinkState::Verified;
    database->change("UPDATE crls SET link = ?, issuer_id = ? WHERE id = ?",
                     {int(state), idValue(issuer), qlonglong(id)});
}

void Store::rename(EntryKind kind, RowId id, const QString& name) {
    setText(kind, id, "name", name);
}

void Store::setComment(EntryKind kind, RowId id, const QString& comment) {
    setText(kind, id, "comment", comment);
}

void Store::setText(EntryKind kind, RowId id, const char* column, const QString& text) {
    Transaction transaction(*this);
    // Both are from the fixed lists of this file.
    const QByteArray sql = QByteArray("UPDATE ") + tableOf(kind) + " SET " + column + " = ? WHERE id = ?";
    if (d->database->changeOnce(QString::fromLatin1(sql), {textValue(text), qlonglong(id)}) == 0)
        throw noSuchEntry(kind, id);
    d->refreshSearchText(kind, id);
    transaction.commit();
}

void Store::remove(EntryKind kind, const std::vector<RowId>& ids) {
    Transaction transaction(*this);
    const char* const sql = kind == EntryKind::Key       ? "DELETE FROM keys WHERE id = ?"
                            : kind == EntryKind::Request ? "DELETE FROM requests WHERE id = ?"
                            : kind == EntryKind::Crl     ? "DELETE FROM crls WHERE id = ?"
                                                         : "DELETE FROM certificates WHERE id = ?";
    std::vector<RowId> orphans;
    for (const RowId id : ids) {
        if (kind == EntryKind::Certificate)
            orphan(id, orphans);
        if (d->database->change(sql, {qlonglong(id)}) == 0)
            throw noSuchEntry(kind, id);
        d->removeSearchText(kind, id);
    }
    std::sort(orphans.begin(), orphans.end());
    // Another certificate of the same key may be their issuer from now on; of those that went themselves nothing is
    // read.
    Linker(*d->database).link(orphans, {});
    transaction.commit();
}

void Store::orphan(RowId issuer, std::vector<RowId>& orphans) {
    {
        auto rows = d->database->select("SELECT id FROM certificates WHERE issuer_id = ?", {qlonglong(issuer)});
        while (rows.next())
            orphans.push_back(rows.integer(0));
    }
    d->database->change("UPDATE certificates SET issuer_id = NULL, link = 0, link_tries = 0 WHERE issuer_id = ?",
                        {qlonglong(issuer)});
    d->database->change("UPDATE crls SET issuer_id = NULL, link = 0 WHERE issuer_id = ?", {qlonglong(issuer)});
}

} // namespace certwright::store
