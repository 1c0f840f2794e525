#include "core/x509/columns.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/crypto/digest.h"
#include "core/x509/extension.h"
#include "core/x509/name.h"

#include <algorithm>

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

/// As Serial writes it: upper-case hexadecimal, two's complement undone, no leading zeros.
std::string serialText(BytesView content) {
    if (content.empty())
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

void readBasicConstraints(BytesView value, CertificateColumns& columns) {
    DerReader outer(value);
    const auto sequence = outer.expect(der::Sequence);
    if (!sequence)
        return;
    DerReader fields(sequence->content);
    columns.hasBasicConstraints = true;
    if (const auto ca = fields.optional(der::Boolean))
        columns.isCa = !ca->content.empty() && ca->content.front() != 0;
    if (const auto length = fields.optional(der::Integer)) {
        if (length->content.size() <= 3 && !length->content.empty() && (length->content.front() & 0x80U) == 0) {
            long number = 0;
            for (const std::uint8_t octet : length->content)
                number = number * 256 + octet;
            columns.pathLength = number;
        }
    }
}

void readKeyUsage(BytesView value, CertificateColumns& columns) {
    DerReader outer(value);
    const auto bits = outer.expect(der::BitString);
    if (!bits || bits->content.empty())
        return;
    columns.keyUsageBits = 0x10000;
    const BytesView octets = bits->content.subspan(1);
    for (unsigned i = 0; i < 9; ++i) {
        if (i / 8 < octets.size() && (octets[i / 8] & (0x80U >> (i % 8))) != 0)
            columns.keyUsageBits |= 1U << i;
    }
}

void readExtendedKeyUsage(BytesView value, CertificateColumns& columns) {
    DerReader outer(value);
    const auto sequence = outer.expect(der::Sequence);
    DerReader purposes(sequence ? sequence->content : BytesView());
    while (!purposes.atEnd()) {
        const auto purpose = purposes.expect(der::Oid);
        const auto text = purpose ? base::oidText(purpose->content) : std::nullopt;
        if (!text)
            return;
        columns.extendedKeyUsageOids.push_back(*text);
    }
}

base::Bytes keyIdentifier(BytesView value, bool isAuthority) {
    DerReader outer(value);
    if (!isAuthority) {
        const auto id = outer.expect(der::OctetString);
        return id ? base::toBytes(id->content) : base::Bytes();
    }
    const auto sequence = outer.expect(der::Sequence);
    DerReader fields(sequence ? sequence->content : BytesView());
    const auto id = fields.optional(der::context(0));
    return id ? base::toBytes(id->content) : base::Bytes();
}

GeneralName altName(const DerElement& element) {
    switch (element.identifier) {
    case der::context(1):
        return {GeneralName::Type::Email, std::string(base::textOf(element.content))};
    case der::context(2):
        return {GeneralName::Type::Dns, std::string(base::textOf(element.content))};
    case der::context(6):
        return {GeneralName::Type::Uri, std::string(base::textOf(element.content))};
    case der::context(7):
        return {GeneralName::Type::Ip, ipAddressText(element.content)};
    case der::context(8):
        return {GeneralName::Type::RegisteredId, base::oidText(element.content).value_or(std::string())};
    case der::contextConstructed(4):
        return {GeneralName::Type::DirectoryName, Name::fromDer(element.content).toRfc2253()};
    default:
        break;
    }
    // Other names and the two that nobody uses are rare: let the full decoder word them.
    base::Bytes single{der::Sequence};
    const std::size_t length = element.whole.size();
    if (length < 0x80) {
        single.push_back(static_cast<std::uint8_t>(length));
    } else {
        single.push_back(0x82);
        single.push_back(static_cast<std::uint8_t>(length >> 8U));
        single.push_back(static_cast<std::uint8_t>(length));
    }
    if (length > 0xFFFF)
        return {GeneralName::Type::OtherName, {}};
    single.insert(single.end(), element.whole.begin(), element.whole.end());
    if (length >= 0x80 && length <= 0xFF) {
        single.erase(single.begin() + 2);
        single[1] = 0x81;
    }
    const auto names = generalNamesFromDer(single);
    return names.empty() ? GeneralName{GeneralName::Type::OtherName, {}} : names.front();
}

void readAltNames(BytesView value, CertificateColumns& columns) {
    DerReader outer(value);
    const auto sequence = outer.expect(der::Sequence);
    DerReader names(sequence ? sequence->content : BytesView());
    try {
        while (const auto element = names.next())
            columns.subjectAltNames.push_back(altName(*element));
    } catch (const Error&) {
        // A damaged list is shown as no list, as Certificate::subjectAltNames() does.
        columns.subjectAltNames.clear();
    }
    if (names.hasFailed())
        columns.subjectAltNames.clear();
}

void readExtension(const DerElement& extension, CertificateColumns& columns) {
    DerReader fields(extension.content);
    const DerElement oid = need(fields.expect(der::Oid), "extensions");
    fields.optional(der::Boolean);
    const DerElement value = need(fields.expect(der::OctetString), "extensions");
    // 2.5.29.n, the only ones wanted here, are the three octets 55 1D n.
    if (oid.content.size() != 3 || oid.content[0] != 0x55 || oid.content[1] != 0x1D)
        return;
    switch (oid.content[2]) {
    case 14:
        columns.subjectKeyId = keyIdentifier(value.content, false);
        break;
    case 15:
        readKeyUsage(value.content, columns);
        break;
    case 17:
        readAltNames(value.content, columns);
        break;
    case 19:
        readBasicConstraints(value.content, columns);
        break;
    case 35:
        columns.authorityKeyId = keyIdentifier(value.content, true);
        break;
    case 37:
        readExtendedKeyUsage(value.content, columns);
        break;
    default:
        break;
    }
}

void readValidity(const DerElement& validity, CertificateColumns& columns) {
    DerReader dates(validity.content);
    const DerElement notBefore = need(dates.next(), "validity");
    const DerElement notAfter = need(dates.next(), "validity");
    columns.notBefore = base::timeOf(notBefore);
    columns.notAfter = base::timeOf(notAfter);
}

void readTbsCertificate(BytesView content, CertificateColumns& columns) {
    DerReader fields(content);
    if (const auto version = fields.optional(der::contextConstructed(0))) {
        DerReader inner(version->content);
        const DerElement number = need(inner.expect(der::Integer), "version");
        columns.version = number.content.size() == 1 ? number.content.front() + 1 : 0;
    }
    columns.serial = serialText(need(fields.expect(der::Integer), "serial number").content);
    need(fields.expect(der::Sequence), "signature algorithm");
    const DerElement issuer = need(fields.expect(der::Sequence), "issuer");
    readValidity(need(fields.expect(der::Sequence), "validity"), columns);
    const DerElement subject = need(fields.expect(der::Sequence), "subject");
    const DerElement spki = need(fields.expect(der::Sequence), "public key");
    columns.issuerDer = base::toBytes(issuer.whole);
    columns.subjectDer = base::toBytes(subject.whole);
    const auto facts = crypto::keyFactsFromSpki(spki.whole);
    if (!facts)
        refuse("public key");
    columns.key = *facts;
    columns.spkiSha256 = base::toHex(crypto::sha256(spki.whole));
    fields.optional(der::context(1)); // issuer and subject unique identifiers (RFC 5280 4.1.2.8)
    fields.optional(der::context(2));
    if (const auto wrapper = fields.optional(der::contextConstructed(3))) {
        DerReader inner(wrapper->content);
        const DerElement list = need(inner.expect(der::Sequence), "extensions");
        DerReader extensions(list.content);
        while (!extensions.atEnd())
            readExtension(need(extensions.expect(der::Sequence), "extensions"), columns);
    }
    if (!fields.atEnd())
        refuse("end");
}

} // namespace

CertificateColumns columnsFromDer(BytesView bytes) {
    DerReader outer(bytes);
    const DerElement certificate = need(outer.expect(der::Sequence), "outer sequence");
    if (!outer.atEnd())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the certificate");
    DerReader parts(certificate.content);
    const DerElement tbs = need(parts.expect(der::Sequence), "content");
    const DerElement algorithm = need(parts.expect(der::Sequence), "signature algorithm");
    need(parts.expect(der::BitString), "signature");
    if (!parts.atEnd())
        refuse("end");

    CertificateColumns columns;
    readTbsCertificate(tbs.content, columns);
    DerReader inner(algorithm.content);
    columns.signatureOid =
        base::oidText(need(inner.expect(der::Oid), "signature algorithm").content).value_or(std::string());
    const Name subject = Name::fromDer(columns.subjectDer);
    columns.subject = subject.toRfc2253();
    columns.commonName = subject.displayName();
    columns.issuer =
        columns.issuerDer == columns.subjectDer ? columns.subject : Name::fromDer(columns.issuerDer).toRfc2253();
    // As Certificate::isCa(): version 1 has no basic constraints, and a self-issued one has always been taken for a
    // root.
    if (columns.version == 1 && columns.issuerDer == columns.subjectDer)
        columns.isCa = true;
    columns.sha256 = base::toHex(crypto::sha256(bytes));
    columns.sha1 = base::toHex(crypto::sha1(bytes));
    return columns;
}

} // namespace certwright::x509
