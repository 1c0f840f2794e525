#include "ui/models/item_description.h"

#include "core/formats/encryption_info.h"
#include "ui/convert.h"
#include "ui/models/certificate_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace certwright::ui {

namespace {

using formats::Item;

QString words(const char* text) {
    return QCoreApplication::translate("ItemDescription", text);
}

QByteArray rawOf(base::BytesView bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()));
}

DetailNode node(const char* label, const QString& value, const QByteArray& raw = {}) {
    return {words(label), value, raw, {}};
}

void addField(EntryFacts& facts, const char* label, const QStringList& values) {
    if (!values.isEmpty() && !(values.size() == 1 && values.first().isEmpty()))
        facts.fields.push_back({words(label), values, {}});
}

QString timeText(const std::optional<base::Time>& time) {
    return time ? dateTimeText(*time) : words(QT_TRANSLATE_NOOP("ItemDescription", "none, or damaged"));
}

QString hexText(base::BytesView bytes) {
    return groupedHex(toQString(base::toHex(bytes)), QLatin1Char(':'));
}

QStringList namesOf(const std::vector<x509::GeneralName>& names) {
    QStringList result;
    for (const x509::GeneralName& name : names)
        result += nameText(name);
    return result;
}

DetailNode nameNode(const char* label, const x509::Name& name) {
    DetailNode result = node(label, printable(name.toRfc2253()), rawOf(name.toDer()));
    for (const x509::Rdn& rdn : name.rdns()) {
        for (const x509::NameAttribute& attribute : rdn) {
            const QString kind = QStringLiteral("%1 (%2)").arg(toQString(x509::attributeLongName(attribute.oid)),
                                                               toQString(attribute.oid));
            result.children.push_back({kind, printable(attribute.value), {}, {}});
        }
    }
    return result;
}

DetailNode keyNode(const crypto::PublicKey& key) {
    const crypto::KeyFacts& facts = key.facts();
    DetailNode result = node(QT_TRANSLATE_NOOP("ItemDescription", "Public key"), keyText(facts), rawOf(key.spkiDer()));
    result.children.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Type"), printable(facts.type)));
    if (facts.bits > 0)
        result.children.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Size"),
                                       words(QT_TRANSLATE_NOOP("ItemDescription", "%1 bits")).arg(facts.bits)));
    if (!facts.curve.empty())
        result.children.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Curve"), printable(facts.curve)));
    result.children.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "SHA-256 of the public key"),
                                   groupedHex(toQString(key.spkiSha256()), QLatin1Char(':'))));
    return result;
}

DetailNode extensionsNode(const std::vector<x509::Extension>& extensions) {
    DetailNode result = node(QT_TRANSLATE_NOOP("ItemDescription", "Extensions"), QLocale().toString(extensions.size()));
    for (const x509::Extension& extension : extensions) {
        QString label = printable(extension.longName());
        if (extension.isCritical())
            label = words(QT_TRANSLATE_NOOP("ItemDescription", "%1, critical")).arg(label);
        const QStringList lines = toQString(extension.text()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        DetailNode entry{
            label, lines.size() == 1 ? printable(lines.first().trimmed()) : QString(), rawOf(extension.value()), {}};
        if (lines.size() > 1) {
            for (const QString& line : lines)
                entry.children.push_back({QString(), printable(line.trimmed()), {}, {}});
        }
        entry.children.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "OID"), toQString(extension.oid())));
        result.children.push_back(std::move(entry));
    }
    return result;
}

void describe(ItemDescription& result, const x509::Certificate& certificate, base::Time now, int warningDays) {
    EntryFacts& facts = result.facts;
    result.iconName = purposeIcon(certificate);
    facts.subtitle = purposeText(certificate);
    facts.from = certificate.notBefore();
    facts.until = certificate.notAfter();
    facts.state = stateByDates(facts.from, facts.until, now, warningDays);
    facts.headline = validityText(facts.state, facts.from, facts.until, now);
    const x509::Name subject = certificate.subject();
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Subject"), {printable(subject.toRfc2253())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Names"), namesOf(certificate.subjectAltNames()));
    if (certificate.isSelfSigned())
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Issuer"),
                 {words(QT_TRANSLATE_NOOP("ItemDescription", "Itself (self-signed, signature verified)"))});
    else
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Issuer"), {printable(certificate.issuer().toRfc2253())});
    QStringList usages;
    for (const std::string& usage : certificate.keyUsage())
        usages += keyUsageText(usage);
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Key usage"), {usages.join(QStringLiteral(", "))});
    usages.clear();
    for (const std::string& usage : certificate.extendedKeyUsage())
        usages += extendedKeyUsageText(usage);
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Purposes"), {usages.join(QStringLiteral(", "))});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Key"), {keyText(certificate.publicKey().facts())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Serial"), {printable(certificate.serial())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Valid from"), {timeText(certificate.notBefore())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Valid until"), {timeText(certificate.notAfter())});
    facts.fingerprints = {
        {words(QT_TRANSLATE_NOOP("ItemDescription", "SHA-256 fingerprint")), toQString(certificate.sha256())},
        {words(QT_TRANSLATE_NOOP("ItemDescription", "SHA-1 fingerprint")), toQString(certificate.sha1())}};

    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Version"), QString::number(certificate.version())));
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Serial number"), printable(certificate.serial())));
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Signature algorithm"), printable(certificate.signatureAlgorithm())));
    result.details.push_back(nameNode(QT_TRANSLATE_NOOP("ItemDescription", "Issuer"), certificate.issuer()));
    DetailNode validity = node(QT_TRANSLATE_NOOP("ItemDescription", "Validity"), facts.headline);
    validity.children.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Not before"), timeText(certificate.notBefore())));
    validity.children.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Not after"), timeText(certificate.notAfter())));
    result.details.push_back(std::move(validity));
    result.details.push_back(nameNode(QT_TRANSLATE_NOOP("ItemDescription", "Subject"), subject));
    result.details.push_back(keyNode(certificate.publicKey()));
    result.details.push_back(extensionsNode(certificate.extensions()));
    result.details.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Whole certificate"),
                                  sizeText(qint64(certificate.der().size())), rawOf(certificate.der())));
    result.pem = toQString(certificate.toPem());
}

void describe(ItemDescription& result, const x509::Request& request) {
    EntryFacts& facts = result.facts;
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Certificate request"));
    const std::optional<bool> isSigned = request.isSignatureValid();
    facts.state = !isSigned ? State::Unknown : *isSigned ? State::Valid : State::Error;
    facts.headline = !isSigned ? words(QT_TRANSLATE_NOOP("ItemDescription", "Signature not checked: unknown algorithm"))
                     : *isSigned ? words(QT_TRANSLATE_NOOP("ItemDescription", "Signed by its own key"))
                                 : words(QT_TRANSLATE_NOOP("ItemDescription", "Its signature is wrong"));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Subject"), {printable(request.subject().toRfc2253())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Names"), namesOf(request.subjectAltNames()));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Key"), {keyText(request.publicKey().facts())});
    facts.fingerprints = {
        {words(QT_TRANSLATE_NOOP("ItemDescription", "SHA-256 fingerprint")), toQString(request.sha256())}};
    result.details.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Version"), QString::number(request.version())));
    result.details.push_back(nameNode(QT_TRANSLATE_NOOP("ItemDescription", "Subject"), request.subject()));
    result.details.push_back(keyNode(request.publicKey()));
    DetailNode attributes = node(QT_TRANSLATE_NOOP("ItemDescription", "Attributes"), {});
    for (const x509::RequestAttribute& attribute : request.attributes())
        attributes.children.push_back({printable(attribute.name), printable(attribute.text), {}, {}});
    if (!attributes.children.empty())
        result.details.push_back(std::move(attributes));
    result.details.push_back(extensionsNode(request.extensions()));
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Signature algorithm"), printable(request.signatureAlgorithm())));
    result.details.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Whole request"),
                                  sizeText(qint64(request.der().size())), rawOf(request.der())));
    result.pem = toQString(request.toPem());
}

void describe(ItemDescription& result, const x509::Crl& crl, base::Time now, int warningDays) {
    EntryFacts& facts = result.facts;
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Certificate revocation list"));
    facts.from = crl.thisUpdate();
    facts.until = crl.nextUpdate();
    if (facts.until) {
        facts.state = stateByDates(facts.from, facts.until, now, warningDays);
        facts.headline = (facts.state == State::Expired
                              ? words(QT_TRANSLATE_NOOP("ItemDescription", "Out of date: the next was due %1"))
                              : words(QT_TRANSLATE_NOOP("ItemDescription", "Next update %1")))
                             .arg(relativeText(*facts.until, now));
    } else {
        facts.state = State::Info;
        facts.headline = words(QT_TRANSLATE_NOOP("ItemDescription", "Says no next update"));
    }
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Issuer"), {printable(crl.issuer().toRfc2253())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Number"), {printable(crl.number())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Revoked"), {QLocale().toString(crl.revokedCount())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Issued"), {timeText(crl.thisUpdate())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Next update"), {timeText(crl.nextUpdate())});
    facts.fingerprints = {
        {words(QT_TRANSLATE_NOOP("ItemDescription", "SHA-256 fingerprint")), toQString(crl.sha256())}};
    result.details.push_back(nameNode(QT_TRANSLATE_NOOP("ItemDescription", "Issuer"), crl.issuer()));
    result.details.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Issued"), timeText(crl.thisUpdate())));
    result.details.push_back(node(QT_TRANSLATE_NOOP("ItemDescription", "Next update"), timeText(crl.nextUpdate())));
    // A list of a large CA has hundreds of thousands of entries; the first ones are enough to look at.
    constexpr std::size_t mostEntries = 5000;
    DetailNode revoked =
        node(QT_TRANSLATE_NOOP("ItemDescription", "Revoked certificates"), QLocale().toString(crl.revokedCount()));
    const std::vector<x509::RevokedEntry> entries = crl.entries();
    for (std::size_t i = 0; i < std::min(entries.size(), mostEntries); ++i)
        revoked.children.push_back(
            {printable(entries[i].serial.toHex()),
             QStringLiteral("%1, %2").arg(dateTimeText(entries[i].date), toQString(x509::toString(entries[i].reason))),
             {},
             {}});
    if (entries.size() > mostEntries)
        revoked.children.push_back(
            node(QT_TRANSLATE_NOOP("ItemDescription", "Not shown"), QLocale().toString(entries.size() - mostEntries)));
    result.details.push_back(std::move(revoked));
    result.details.push_back(extensionsNode(crl.extensions()));
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Signature algorithm"), printable(crl.signatureAlgorithm())));
    result.pem = toQString(crl.toPem());
}

void describePublic(ItemDescription& result, const crypto::PublicKey& key) {
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Type"), {keyText(key.facts())});
    result.facts.fingerprints = {
        {words(QT_TRANSLATE_NOOP("ItemDescription", "SHA-256 of the public key")), toQString(key.spkiSha256())}};
    result.details.push_back(keyNode(key));
    result.pem = toQString(key.toPem());
}

void describe(ItemDescription& result, const formats::PrivateKeyItem& item) {
    EntryFacts& facts = result.facts;
    result.isLocked = item.isLocked();
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Private key, %1")).arg(printable(item.format));
    if (item.isLocked()) {
        facts.state = State::Info;
        facts.headline = words(QT_TRANSLATE_NOOP("ItemDescription", "Encrypted: give its passphrase to look at it"));
    } else if (item.isEncrypted()) {
        facts.state = State::Valid;
        facts.headline = words(QT_TRANSLATE_NOOP("ItemDescription", "Encrypted in the file, opened here"));
    } else {
        facts.state = State::Warning;
        facts.headline = words(QT_TRANSLATE_NOOP("ItemDescription", "Not encrypted in the file"));
    }
    if (item.encryption)
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Encryption"),
                 {printable(formats::displayText(*item.encryption))});
    if (item.key) {
        describePublic(result, item.key->publicKey());
        result.isPemOfPublicHalf = true;
    } else if (item.facts) {
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Type"), {keyText(*item.facts)});
    }
}

void describe(ItemDescription& result, const formats::Pkcs12Item& item) {
    EntryFacts& facts = result.facts;
    result.isLocked = item.isLocked;
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "PKCS#12 file"));
    facts.state = item.isLocked ? State::Info : State::Valid;
    facts.headline = item.isLocked ? words(QT_TRANSLATE_NOOP("ItemDescription", "Encrypted: give its passphrase"))
                                   : words(QT_TRANSLATE_NOOP("ItemDescription", "Opened"));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Items"), {QLocale().toString(item.items.size())});
    QStringList encryption;
    for (const formats::EncryptionInfo& info : item.encryption)
        encryption += printable(formats::displayText(info));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Encryption"), encryption);
    if (item.mac)
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Integrity"),
                 {words(QT_TRANSLATE_NOOP("ItemDescription", "%1, %2 iterations"))
                      .arg(printable(item.mac->algorithm), QLocale().toString(item.mac->iterations)),
                  item.mac->isVerified ? words(QT_TRANSLATE_NOOP("ItemDescription", "checked"))
                                       : words(QT_TRANSLATE_NOOP("ItemDescription", "not checked yet"))});
    else
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Integrity"),
                 {words(QT_TRANSLATE_NOOP("ItemDescription", "none in this file"))});
}

void describeImprint(EntryFacts& facts, const x509::MessageImprint& imprint) {
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Stamped digest"),
             {printable(imprint.digest), hexText(imprint.value)});
}

void describeTimestamp(EntryFacts& facts, const x509::TimestampInfo& info) {
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Stamped at"), {printable(x509::timeText(info))});
    if (info.tsa)
        addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "TSA"), {printable(info.tsa->value)});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Policy"), {printable(info.policy)});
    describeImprint(facts, info.imprint);
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Serial number"), {printable(info.serial)});
}

void describe(ItemDescription& result, const formats::TimestampResponseItem& item) {
    EntryFacts& facts = result.facts;
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Timestamp response"));
    QStringList texts = {printable(x509::statusName(item.response.status))};
    for (const auto& list : {item.response.failures, item.response.text}) {
        for (const std::string& text : list)
            texts += printable(text);
    }
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Answer"), texts);
}

void describe(ItemDescription& result, const x509::TimestampRequest& request) {
    result.facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Timestamp request"));
    describeImprint(result.facts, request.imprint);
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Policy"), {printable(request.policy)});
}

void describe(ItemDescription& result, const formats::Pkcs7Item& item) {
    EntryFacts& facts = result.facts;
    facts.subtitle = item.timestamp ? words(QT_TRANSLATE_NOOP("ItemDescription", "Timestamp"))
                                    : words(QT_TRANSLATE_NOOP("ItemDescription", "PKCS#7 message"));
    if (item.timestamp)
        describeTimestamp(facts, *item.timestamp);
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Content"), {printable(item.typeName)});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Items"), {QLocale().toString(item.items.size())});
    QStringList signers;
    for (const formats::Pkcs7Signer& signer : item.signers)
        signers += QStringLiteral("%1 %2").arg(signer.issuer.empty() ? printable(signer.subjectKeyId)
                                                                     : printable(signer.issuer),
                                               printable(signer.digest));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Signed by"), signers);
}

void describe(ItemDescription& result, const formats::Spkac& item) {
    EntryFacts& facts = result.facts;
    facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Signed public key and challenge (SPKAC)"));
    const std::optional<bool> isSigned = item.isSignatureValid();
    facts.state = !isSigned ? State::Unknown : *isSigned ? State::Valid : State::Error;
    facts.headline = isSigned && *isSigned ? words(QT_TRANSLATE_NOOP("ItemDescription", "Signed by its own key"))
                     : isSigned            ? words(QT_TRANSLATE_NOOP("ItemDescription", "Its signature is wrong"))
                                           : words(QT_TRANSLATE_NOOP("ItemDescription", "Signature not checked"));
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Challenge"), {printable(item.challenge())});
    addField(facts, QT_TRANSLATE_NOOP("ItemDescription", "Signature"), {printable(item.signatureAlgorithm())});
    describePublic(result, item.publicKey());
}

void describe(ItemDescription& result, const formats::ParametersItem& item) {
    using Kind = formats::ParametersItem::Kind;
    result.facts.subtitle =
        item.kind == Kind::Dh    ? words(QT_TRANSLATE_NOOP("ItemDescription", "Diffie-Hellman parameters"))
        : item.kind == Kind::Dsa ? words(QT_TRANSLATE_NOOP("ItemDescription", "DSA parameters"))
                                 : words(QT_TRANSLATE_NOOP("ItemDescription", "Elliptic curve parameters"));
    if (item.bits > 0)
        addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Size"),
                 {words(QT_TRANSLATE_NOOP("ItemDescription", "%1 bits")).arg(item.bits)});
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Curve"), {printable(item.curve)});
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Parameters"), hexText(item.der), rawOf(item.der)));
}

void describe(ItemDescription& result, const formats::KeystoreItem& item) {
    result.facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "%1 key store")).arg(printable(item.type));
    if (item.type == "BKS" || item.type == "UBER") {
        result.facts.state = State::Info;
        result.facts.headline = words(QT_TRANSLATE_NOOP(
            "ItemDescription", "Not read by this program. keytool -importkeystore turns it into PKCS#12"));
    }
    if (item.isIntact)
        addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Integrity"),
                 {*item.isIntact ? words(QT_TRANSLATE_NOOP("ItemDescription", "checked"))
                                 : words(QT_TRANSLATE_NOOP("ItemDescription", "not proved by this passphrase"))});
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Version"), {QString::number(item.version)});
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Entries"), {QLocale().toString(item.entryCount)});
}

void describe(ItemDescription& result, const formats::UnknownItem& item) {
    result.facts.subtitle =
        words(QT_TRANSLATE_NOOP("ItemDescription", "Unknown content: %1")).arg(printable(item.type));
    result.facts.state = State::Info;
    addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Size"), {sizeText(qint64(item.der.size()))});
    result.details.push_back(
        node(QT_TRANSLATE_NOOP("ItemDescription", "Bytes"), sizeText(qint64(item.der.size())), rawOf(item.der)));
}

} // namespace

ItemDescription describeItem(const Item& item, base::Time now, int warningDays) {
    ItemDescription result;
    result.iconName = itemIconName(item);
    result.facts.title = itemTitle(item);
    if (const auto* certificate = item.as<x509::Certificate>())
        describe(result, *certificate, now, warningDays);
    else if (const auto* request = item.as<x509::Request>())
        describe(result, *request);
    else if (const auto* crl = item.as<x509::Crl>())
        describe(result, *crl, now, warningDays);
    else if (const auto* privateKey = item.as<formats::PrivateKeyItem>())
        describe(result, *privateKey);
    else if (const auto* publicKey = item.as<crypto::PublicKey>()) {
        result.facts.subtitle = words(QT_TRANSLATE_NOOP("ItemDescription", "Public key"));
        describePublic(result, *publicKey);
    } else if (const auto* pkcs12 = item.as<formats::Pkcs12Item>())
        describe(result, *pkcs12);
    else if (const auto* pkcs7 = item.as<formats::Pkcs7Item>())
        describe(result, *pkcs7);
    else if (const auto* spkac = item.as<formats::Spkac>())
        describe(result, *spkac);
    else if (const auto* parameters = item.as<formats::ParametersItem>())
        describe(result, *parameters);
    else if (const auto* keystore = item.as<formats::KeystoreItem>())
        describe(result, *keystore);
    else if (const auto* response = item.as<formats::TimestampResponseItem>())
        describe(result, *response);
    else if (const auto* timestampRequest = item.as<x509::TimestampRequest>())
        describe(result, *timestampRequest);
    else if (const auto* unknown = item.as<formats::UnknownItem>())
        describe(result, *unknown);
    if (!item.label.empty())
        addField(result.facts, QT_TRANSLATE_NOOP("ItemDescription", "Friendly name"), {printable(item.label)});
    return result;
}

QString itemTitle(const Item& item) {
    QString title;
    if (const auto* certificate = item.as<x509::Certificate>())
        title = printable(certificate->subject().displayName());
    else if (const auto* request = item.as<x509::Request>())
        title = printable(request->subject().displayName());
    else if (const auto* crl = item.as<x509::Crl>())
        title = printable(crl->issuer().displayName());
    if (title.isEmpty())
        title = printable(item.label);
    return title.isEmpty() ? itemKindText(item) : title;
}

QString itemKindText(const Item& item) {
    if (const auto* certificate = item.as<x509::Certificate>())
        return certificate->isCa() ? words(QT_TRANSLATE_NOOP("ItemDescription", "CA certificate"))
                                   : words(QT_TRANSLATE_NOOP("ItemDescription", "Certificate"));
    if (item.as<x509::Request>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Request"));
    if (item.as<x509::Crl>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Revocation list"));
    if (item.as<formats::PrivateKeyItem>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Private key"));
    if (item.as<crypto::PublicKey>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Public key"));
    if (item.as<formats::Pkcs12Item>() != nullptr)
        return QStringLiteral("PKCS#12");
    if (item.as<formats::Pkcs7Item>() != nullptr)
        return QStringLiteral("PKCS#7");
    if (item.as<formats::Spkac>() != nullptr)
        return QStringLiteral("SPKAC");
    if (item.as<formats::ParametersItem>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Parameters"));
    if (item.as<formats::KeystoreItem>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Key store"));
    if (item.as<formats::TimestampResponseItem>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Timestamp response"));
    if (item.as<x509::TimestampRequest>() != nullptr)
        return words(QT_TRANSLATE_NOOP("ItemDescription", "Timestamp request"));
    return words(QT_TRANSLATE_NOOP("ItemDescription", "Unknown"));
}

QString itemIconName(const Item& item) {
    if (const auto* certificate = item.as<x509::Certificate>())
        return !certificate->isCa()                              ? QStringLiteral("cert")
               : certificate->subject() == certificate->issuer() ? QStringLiteral("ca")
                                                                 : QStringLiteral("subca");
    if (item.as<x509::Request>() != nullptr || item.as<formats::Spkac>() != nullptr)
        return QStringLiteral("req");
    if (item.as<x509::Crl>() != nullptr)
        return QStringLiteral("crl");
    if (item.as<formats::PrivateKeyItem>() != nullptr || item.as<crypto::PublicKey>() != nullptr)
        return QStringLiteral("key");
    if (item.as<formats::Pkcs12Item>() != nullptr || item.as<formats::KeystoreItem>() != nullptr)
        return QStringLiteral("lock");
    return QStringLiteral("file");
}

} // namespace certwright::ui
