#include "ui/models/entry_facts.h"

#include "core/store/store.h"
#include "ui/convert.h"
#include "ui/models/certificate_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace certwright::ui {

namespace {

QString words(const char* text) {
    return QCoreApplication::translate("EntryFacts", text);
}

/// A list may be very long; a pane is not.
QStringList firstFew(const QStringList& values) {
    constexpr qsizetype most = 8;
    if (values.size() <= most + 1)
        return values;
    QStringList result = values.mid(0, most);
    result += words(QT_TRANSLATE_NOOP("EntryFacts", "and %1 more")).arg(values.size() - most);
    return result;
}

QStringList namesOf(const std::vector<x509::GeneralName>& names) {
    QStringList result;
    for (const x509::GeneralName& name : names)
        result += nameText(name);
    return result;
}

void addField(EntryFacts& facts, const char* label, const QStringList& values, const QString& iconName = {}) {
    if (!values.isEmpty() && !(values.size() == 1 && values.first().isEmpty()))
        facts.fields.push_back({words(label), firstFew(values), iconName});
}

/// Whether verified links lead from it to a self-signed certificate.
bool isRooted(const store::Store& store, const store::CertificateRow& row) {
    if (row.isSelfSigned)
        return true;
    const std::vector<store::RowId> chain = store.issuerChainIds(row.id);
    if (chain.empty())
        return false;
    const auto top = store.certificate(chain.back());
    return top && top->isSelfSigned;
}

void describeIssuer(EntryFacts& facts, store::LinkState link, const QString& issuer) {
    facts.issuer = issuer;
    switch (link) {
    case store::LinkState::Verified:
        facts.issuerState = State::Valid;
        facts.issuerNote = words(QT_TRANSLATE_NOOP("EntryFacts", "Signature verified"));
        break;
    case store::LinkState::Claimed:
        facts.issuerState = State::Warning;
        facts.issuerNote = words(
            QT_TRANSLATE_NOOP("EntryFacts", "Claimed only: no certificate of this name here verifies the signature"));
        break;
    case store::LinkState::Unknown:
        facts.issuerState = State::Unknown;
        facts.issuerNote = words(QT_TRANSLATE_NOOP("EntryFacts", "The issuer is not in this store"));
        break;
    }
}

void describeState(EntryFacts& facts, const store::CertificateRow& row, bool rooted, base::Time now, int warningDays) {
    facts.state = stateByDates(row.notBefore, row.notAfter, now, warningDays);
    facts.headline = validityText(facts.state, row.notBefore, row.notAfter, now);
    if (row.revocation == store::RevocationState::None) {
        if (!rooted && (facts.state == State::Valid || facts.state == State::Expiring)) {
            facts.state = State::Unknown;
            facts.headline = words(QT_TRANSLATE_NOOP("EntryFacts", "Unverified: its chain to a root is not complete"));
        }
        return;
    }
    const bool isHeld = row.revocation == store::RevocationState::Held;
    facts.state = isHeld ? State::OnHold : State::Revoked;
    facts.headline =
        isHeld ? words(QT_TRANSLATE_NOOP("EntryFacts", "On hold")) : words(QT_TRANSLATE_NOOP("EntryFacts", "Revoked"));
    if (row.revokedAt)
        facts.headline =
            words(QT_TRANSLATE_NOOP("EntryFacts", "%1 since %2")).arg(facts.headline, dateText(*row.revokedAt));
    if (row.revocationReason)
        addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Reason"), {toQString(x509::toString(*row.revocationReason))});
}

std::optional<EntryFacts> certificateFacts(const store::Store& store, store::RowId id, base::Time now,
                                           int warningDays) {
    const std::optional<store::CertificateRow> row = store.certificate(id);
    if (!row)
        return {};
    const x509::Certificate certificate = store.certificateObject(id);
    EntryFacts facts;
    facts.title = printable(row->name);
    facts.subtitle = purposeText(certificate);
    facts.from = row->notBefore;
    facts.until = row->notAfter;
    describeState(facts, *row, isRooted(store, *row), now, warningDays);
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Names"), namesOf(certificate.subjectAltNames()));
    if (certificate.subjectAltNames().empty())
        addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Subject"), {printable(row->subject)});
    if (row->isSelfSigned) {
        addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Issuer"),
                 {words(QT_TRANSLATE_NOOP("EntryFacts", "Itself (self-signed)"))});
    } else {
        facts.issuerId = row->issuerId;
        const auto issuer = row->issuerId != 0 ? store.certificate(row->issuerId) : std::nullopt;
        describeIssuer(facts, row->link, printable(issuer ? issuer->name : row->issuer));
    }
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Key"),
             {row->keyId != 0 ? words(QT_TRANSLATE_NOOP("EntryFacts", "%1, in this store")).arg(keyText(row->key))
                              : words(QT_TRANSLATE_NOOP("EntryFacts", "%1, not in this store")).arg(keyText(row->key))},
             row->keyId != 0 ? QStringLiteral("key") : QStringLiteral("nokey"));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Serial"), {printable(row->serial)});
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Comment"), {printable(row->comment)});
    facts.fingerprints = {{words(QT_TRANSLATE_NOOP("EntryFacts", "SHA-256 fingerprint")), row->sha256},
                          {words(QT_TRANSLATE_NOOP("EntryFacts", "SHA-1 fingerprint")), row->sha1}};
    return facts;
}

std::optional<EntryFacts> keyFacts(const store::Store& store, store::RowId id) {
    const std::optional<store::KeyRow> row = store.key(id);
    if (!row)
        return {};
    EntryFacts facts;
    facts.title = printable(row->name);
    facts.subtitle = words(QT_TRANSLATE_NOOP("EntryFacts", "Private key, encrypted in this store"));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Type"), {keyText(row->key)}, QStringLiteral("key"));
    QStringList certificates;
    for (const store::RowId user : store.certificatesOfKey(id)) {
        if (const auto certificate = store.certificate(user))
            certificates += printable(certificate->name);
    }
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Certificates"), certificates);
    QStringList requests;
    for (const store::RowId user : store.requestsOfKey(id)) {
        if (const auto request = store.request(user))
            requests += printable(request->name);
    }
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Requests"), requests);
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Comment"), {printable(row->comment)});
    facts.fingerprints = {{words(QT_TRANSLATE_NOOP("EntryFacts", "SHA-256 of the public key")), row->spkiSha256}};
    return facts;
}

std::optional<EntryFacts> requestFacts(const store::Store& store, store::RowId id) {
    const std::optional<store::RequestRow> row = store.request(id);
    if (!row)
        return {};
    const x509::Request request = store.requestObject(id);
    EntryFacts facts;
    const std::optional<bool> isSigned = request.isSignatureValid();
    facts.state = !isSigned ? State::Unknown : *isSigned ? State::Valid : State::Error;
    facts.headline = !isSigned   ? words(QT_TRANSLATE_NOOP("EntryFacts", "Signature not checked: unknown algorithm"))
                     : *isSigned ? words(QT_TRANSLATE_NOOP("EntryFacts", "Signed by its own key"))
                                 : words(QT_TRANSLATE_NOOP("EntryFacts", "Its signature is wrong"));
    facts.title = printable(row->name);
    facts.subtitle = words(QT_TRANSLATE_NOOP("EntryFacts", "Certificate request"));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Subject"), {printable(row->subject)});
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Names"), namesOf(request.subjectAltNames()));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Key"),
             {row->keyId != 0 ? words(QT_TRANSLATE_NOOP("EntryFacts", "%1, in this store")).arg(keyText(row->key))
                              : words(QT_TRANSLATE_NOOP("EntryFacts", "%1, not in this store")).arg(keyText(row->key))},
             row->keyId != 0 ? QStringLiteral("key") : QStringLiteral("nokey"));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Comment"), {printable(row->comment)});
    facts.fingerprints = {{words(QT_TRANSLATE_NOOP("EntryFacts", "SHA-256 fingerprint")), row->sha256}};
    return facts;
}

std::optional<EntryFacts> crlFacts(const store::Store& store, store::RowId id, base::Time now, int warningDays) {
    const std::optional<store::CrlRow> row = store.crl(id);
    if (!row)
        return {};
    EntryFacts facts;
    facts.title = printable(row->name);
    facts.subtitle = words(QT_TRANSLATE_NOOP("EntryFacts", "Certificate revocation list"));
    facts.from = row->thisUpdate;
    facts.until = row->nextUpdate;
    facts.state = row->nextUpdate ? stateByDates(row->thisUpdate, row->nextUpdate, now, warningDays) : State::Info;
    facts.headline =
        !row->nextUpdate ? words(QT_TRANSLATE_NOOP("EntryFacts", "Says no next update"))
        : facts.state == State::Expired
            ? words(QT_TRANSLATE_NOOP("EntryFacts", "Out of date: the next was due %1"))
                  .arg(relativeText(*row->nextUpdate, now))
            : words(QT_TRANSLATE_NOOP("EntryFacts", "Next update %1")).arg(relativeText(*row->nextUpdate, now));
    const auto issuer = row->issuerId != 0 ? store.certificate(row->issuerId) : std::nullopt;
    facts.issuerId = row->issuerId;
    describeIssuer(facts, row->link, printable(issuer ? issuer->name : row->issuer));
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Number"), {printable(row->number)});
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Revoked"), {QLocale().toString(row->revokedCount)});
    addField(facts, QT_TRANSLATE_NOOP("EntryFacts", "Comment"), {printable(row->comment)});
    facts.fingerprints = {{words(QT_TRANSLATE_NOOP("EntryFacts", "SHA-256 fingerprint")), row->sha256}};
    return facts;
}

} // namespace

std::optional<EntryFacts> readEntryFacts(const store::Store& store, store::EntryKind kind, store::RowId id,
                                         base::Time now, int warningDays) {
    std::optional<EntryFacts> facts;
    switch (kind) {
    case store::EntryKind::Certificate:
        facts = certificateFacts(store, id, now, warningDays);
        break;
    case store::EntryKind::Key:
        facts = keyFacts(store, id);
        break;
    case store::EntryKind::Request:
        facts = requestFacts(store, id);
        break;
    case store::EntryKind::Crl:
        facts = crlFacts(store, id, now, warningDays);
        break;
    }
    if (facts) {
        facts->kind = kind;
        facts->id = id;
    }
    return facts;
}

} // namespace certwright::ui
