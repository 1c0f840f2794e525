#include "core/x509/columns.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/outcome.h"
#include "core/crypto/digest.h"
#include "core/x509/certificate.h"
#include "core/x509/extension.h"
#include "core/x509/extension_values.h"
#include "core/x509/name.h"
#include "core/x509/name_attributes.h"
#include "core/x509/native_text.h"

#include <array>
#include <utility>

namespace certwright::x509 {

using base::BytesView;
using base::DerElement;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

[[noreturn]] void refuse(const char* part) {
    throw Error(ErrorKind::BadInput, std::string("This is not a certificate: its ") + part + " cannot be read");
}

DerElement need(std::optional<DerElement> element, const char* part) {
    if (!element)
        refuse(part);
    return *element;
}

constexpr unsigned KeyUsageIsThere = 0x10000;

void setBasicConstraints(CertificateColumns& columns, const std::optional<BasicConstraints>& constraints) {
    columns.hasBasicConstraints = constraints.has_value();
    columns.isCa = constraints && constraints->isCa;
    columns.pathLength = constraints ? constraints->pathLength : std::nullopt;
}

// What is not as it should be is left to OpenSSL's decoder.

/// X.690 8.3.2: not empty, and no octet more than it takes.
bool isSoundInteger(BytesView content) noexcept {
    if (content.size() < 2)
        return !content.empty();
    const bool isNegative = (content[1] & 0x80U) != 0;
    return content[0] != (isNegative ? 0xFF : 0x00);
}

/// X.690 8.19: every arc ends and none begins with a padding octet.
bool isSoundOid(BytesView content) noexcept {
    bool isArcStart = true;
    for (const std::uint8_t octet : content) {
        if (isArcStart && octet == 0x80)
            return false;
        isArcStart = (octet & 0x80U) == 0;
    }
    return !content.empty() && isArcStart;
}

bool isSoundBitString(BytesView content) noexcept {
    return !content.empty() && content.front() <= 7;
}

/// The parameters of an algorithm, of the types that those have.
bool isSoundParameter(const DerElement& parameter) noexcept {
    switch (parameter.identifier) {
    case der::Null:
        return parameter.content.empty();
    case der::Oid:
        return isSoundOid(parameter.content);
    default:
        return parameter.identifier == der::Sequence || parameter.identifier == der::OctetString;
    }
}

/// The OID's content of an AlgorithmIdentifier.
BytesView algorithmOf(const DerElement& algorithm) {
    DerReader fields(algorithm.content);
    const DerElement oid = need(fields.expect(der::Oid), "algorithm");
    const auto parameter = fields.next();
    if (!isSoundOid(oid.content) || (parameter && !isSoundParameter(*parameter)) || !fields.atEnd())
        refuse("algorithm");
    return oid.content;
}

int versionOf(BytesView content) {
    if (content.size() != 1 || content.front() > 2)
        refuse("version");
    return content.front() + 1;
}

/// As Serial writes it: upper-case hexadecimal, two's complement undone, no leading zeros.
std::string serialText(BytesView content) {
    if (!isSoundInteger(content))
        refuse("serial number");
    const bool isNegative = (content.front() & 0x80U) != 0;
    base::Bytes magnitude = base::toBytes(content);
    if (isNegative) {
        unsigned carry = 1;
        for (std::size_t i = magnitude.size(); i-- > 0;) {
            const unsigned octet = static_cast<unsigned>(static_cast<std::uint8_t>(~magnitude[i])) + carry;
            magnitude[i] = static_cast<std::uint8_t>(octet);
            carry = octet >> 8U;
        }
    }
    const std::string digits = base::toHex(magnitude);
    const std::size_t first = digits.find_first_not_of('0');
    if (first == std::string::npos)
        return "0";
    return (isNegative ? "-" : "") + digits.substr(first);
}

std::vector<GeneralName> altNames(BytesView value) {
    // A damaged list is shown as no list, as Certificate::subjectAltNames() does.
    auto names = base::outcomeOf([value] { return generalNamesFromDer(value); });
    return names ? std::move(*names) : std::vector<GeneralName>();
}

/// What extensions were met; of one that stands there twice, the first counts, as in Certificate::extension().
using Seen = std::array<bool, 256>;

void readExtension(const DerElement& extension, CertificateColumns& columns, Seen& seen) {
    DerReader fields(extension.content);
    const DerElement oid = need(fields.expect(der::Oid), "extensions");
    if (const auto critical = fields.optional(der::Boolean); critical && critical->content.size() != 1)
        refuse("extensions");
    const DerElement value = need(fields.expect(der::OctetString), "extensions");
    if (!fields.atEnd() || !isSoundOid(oid.content))
        refuse("extensions");
    // 2.5.29.n, the only ones wanted here, are the three octets 55 1D n.
    if (oid.content.size() != 3 || oid.content[0] != 0x55 || oid.content[1] != 0x1D || seen[oid.content[2]])
        return;
    seen[oid.content[2]] = true;
    switch (oid.content[2]) {
    case 14:
        columns.subjectKeyId = readSubjectKeyId(value.content).value_or(base::Bytes());
        break;
    case 15:
        if (const auto bits = readKeyUsage(value.content))
            columns.keyUsageBits = KeyUsageIsThere | *bits;
        break;
    case 17:
        columns.subjectAltNames = altNames(value.content);
        break;
    case 19:
        setBasicConstraints(columns, readBasicConstraints(value.content));
        break;
    case 35:
        columns.authorityKeyId = readAuthorityKeyId(value.content).value_or(base::Bytes());
        break;
    case 37:
        columns.extendedKeyUsageOids = readExtendedKeyUsage(value.content).value_or(std::vector<std::string>());
        break;
    default:
        break;
    }
}

DerElement needTime(DerReader& dates) {
    const DerElement time = need(dates.next(), "validity");
    if (time.identifier != der::UtcTime && time.identifier != der::GeneralizedTime)
        refuse("validity");
    return time;
}

void readValidity(const DerElement& validity, CertificateColumns& columns) {
    DerReader dates(validity.content);
    columns.notBefore = base::timeOf(needTime(dates));
    columns.notAfter = base::timeOf(needTime(dates));
    if (!dates.atEnd())
        refuse("validity");
}

void readExtensions(const DerElement& wrapper, CertificateColumns& columns) {
    DerReader inner(wrapper.content);
    const DerElement list = need(inner.expect(der::Sequence), "extensions");
    if (!inner.atEnd())
        refuse("extensions");
    DerReader extensions(list.content);
    Seen seen{};
    while (!extensions.atEnd())
        readExtension(need(extensions.expect(der::Sequence), "extensions"), columns, seen);
}

void readKey(const DerElement& spki, CertificateColumns& columns) {
    DerReader fields(spki.content);
    algorithmOf(need(fields.expect(der::Sequence), "public key"));
    const DerElement bits = need(fields.expect(der::BitString), "public key");
    const auto facts = crypto::keyFactsFromSpki(spki.whole);
    // OpenSSL clears the unused bits of the last octet, of which no key has any, and so hashes another encoding.
    if (!facts || bits.content.empty() || bits.content.front() != 0)
        refuse("public key");
    columns.key = *facts;
    columns.spkiSha256 = base::toHex(crypto::sha256(spki.whole));
}

void readTbsCertificate(BytesView content, CertificateColumns& columns) {
    DerReader fields(content);
    if (const auto version = fields.optional(der::contextConstructed(0))) {
        DerReader inner(version->content);
        columns.version = versionOf(need(inner.expect(der::Integer), "version").content);
        if (!inner.atEnd())
            refuse("version");
    }
    columns.serial = serialText(need(fields.expect(der::Integer), "serial number").content);
    algorithmOf(need(fields.expect(der::Sequence), "signature algorithm"));
    const DerElement issuer = need(fields.expect(der::Sequence), "issuer");
    readValidity(need(fields.expect(der::Sequence), "validity"), columns);
    const DerElement subject = need(fields.expect(der::Sequence), "subject");
    const DerElement spki = need(fields.expect(der::Sequence), "public key");
    columns.issuerDer = base::toBytes(issuer.whole);
    columns.subjectDer = base::toBytes(subject.whole);
    readKey(spki, columns);
    for (unsigned i : {1U, 2U}) { // issuer and subject unique identifiers (RFC 5280 4.1.2.8)
        if (const auto id = fields.optional(der::context(i)); id && !isSoundBitString(id->content))
            refuse("unique identifier");
    }
    if (const auto wrapper = fields.optional(der::contextConstructed(3)))
        readExtensions(*wrapper, columns);
    if (!fields.atEnd())
        refuse("end");
}

void setNames(CertificateColumns& columns) {
    const Name subject = Name::fromDer(columns.subjectDer);
    columns.subject = subject.toRfc2253();
    columns.commonName = subject.displayName();
    const bool isSame = columns.issuerDer == columns.subjectDer;
    const Name issuer = isSame ? subject : Name::fromDer(columns.issuerDer);
    columns.issuer = isSame ? columns.subject : issuer.toRfc2253();
    // As Certificate::isCa(): version 1 has no basic constraints, and a self-issued one has always been taken for a
    // root.
    if (columns.version == 1 && !columns.hasBasicConstraints)
        columns.isCa = subject.matches(issuer);
}

/// Of DER as nearly every certificate is. @throws Error for anything else, also for what OpenSSL would take
CertificateColumns columnsOfPlainDer(BytesView bytes) {
    DerReader outer(bytes);
    const DerElement certificate = need(outer.expect(der::Sequence), "outer sequence");
    if (!outer.atEnd())
        refuse("end");
    DerReader parts(certificate.content);
    const DerElement tbs = need(parts.expect(der::Sequence), "content");
    const BytesView algorithm = algorithmOf(need(parts.expect(der::Sequence), "signature algorithm"));
    const DerElement signature = need(parts.expect(der::BitString), "signature");
    if (!parts.atEnd() || !isSoundBitString(signature.content))
        refuse("signature");
    CertificateColumns columns;
    readTbsCertificate(tbs.content, columns);
    const auto oid = base::oidText(algorithm);
    if (!oid)
        refuse("signature algorithm");
    columns.signatureOid = *oid;
    setNames(columns);
    columns.sha256 = base::toHex(crypto::sha256(bytes));
    columns.sha1 = base::toHex(crypto::sha1(bytes));
    return columns;
}

/// Of a certificate that OpenSSL has read: one in BER, or with something in it that nobody expects there.
CertificateColumns columnsOf(const Certificate& certificate) {
    CertificateColumns columns;
    columns.version = certificate.version();
    columns.serial = certificate.serial();
    columns.subjectDer = certificate.subject().toDer();
    columns.issuerDer = certificate.issuer().toDer();
    columns.notBefore = certificate.notBefore();
    columns.notAfter = certificate.notAfter();
    columns.key = certificate.publicKey().facts();
    columns.spkiSha256 = certificate.publicKey().spkiSha256();
    columns.sha256 = certificate.sha256();
    columns.sha1 = certificate.sha1();
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, certificate.native());
    columns.signatureOid = dottedOid(algorithm->algorithm);
    columns.subjectAltNames = certificate.subjectAltNames();
    columns.subjectKeyId = certificate.subjectKeyId();
    columns.authorityKeyId = certificate.authorityKeyId();
    const auto valueOf = [&certificate](std::string_view oid) {
        const Extension* extension = certificate.extension(oid);
        return extension == nullptr ? std::optional<BytesView>() : BytesView(extension->value());
    };
    if (const auto value = valueOf(oids::BasicConstraints))
        setBasicConstraints(columns, readBasicConstraints(*value));
    if (const auto value = valueOf(oids::KeyUsage)) {
        if (const auto bits = readKeyUsage(*value))
            columns.keyUsageBits = KeyUsageIsThere | *bits;
    }
    if (const auto value = valueOf(oids::ExtendedKeyUsage))
        columns.extendedKeyUsageOids = readExtendedKeyUsage(*value).value_or(std::vector<std::string>());
    setNames(columns);
    return columns;
}

} // namespace

CertificateColumns columnsFromDer(BytesView bytes) {
    const auto plain = base::outcomeOf([bytes] { return columnsOfPlainDer(bytes); });
    return plain ? *plain : columnsOf(Certificate::fromDer(bytes));
}

} // namespace certwright::x509
