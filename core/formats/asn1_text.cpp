#include "core/base/clock.h"
#include "core/base/der_reader.h"
#include "core/formats/asn1_view.h"
#include "core/x509/name.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <optional>

// The words of an Asn1View.
namespace certwright::formats {

using base::BytesView;

namespace {

/// Names of the universal types by tag number (X.680 8.4), as OpenSSL writes those that it has.
constexpr std::array<const char*, 37> TypeNames = {"EOC",
                                                   "BOOLEAN",
                                                   "INTEGER",
                                                   "BIT STRING",
                                                   "OCTET STRING",
                                                   "NULL",
                                                   "OBJECT",
                                                   "OBJECT DESCRIPTOR",
                                                   "EXTERNAL",
                                                   "REAL",
                                                   "ENUMERATED",
                                                   "EMBEDDED PDV",
                                                   "UTF8STRING",
                                                   "RELATIVE-OID",
                                                   "TIME",
                                                   nullptr,
                                                   "SEQUENCE",
                                                   "SET",
                                                   "NUMERICSTRING",
                                                   "PRINTABLESTRING",
                                                   "T61STRING",
                                                   "VIDEOTEXSTRING",
                                                   "IA5STRING",
                                                   "UTCTIME",
                                                   "GENERALIZEDTIME",
                                                   "GRAPHICSTRING",
                                                   "VISIBLESTRING",
                                                   "GENERALSTRING",
                                                   "UNIVERSALSTRING",
                                                   "CHARACTER STRING",
                                                   "BMPSTRING",
                                                   "DATE",
                                                   "TIME-OF-DAY",
                                                   "DATE-TIME",
                                                   "DURATION",
                                                   "OID-IRI",
                                                   "RELATIVE-OID-IRI"};

std::string hexText(BytesView content, std::size_t maxOctets) {
    if (content.size() <= maxOctets)
        return base::toHex(content);
    return base::toHex(content.first(maxOctets)) + "...";
}

/// Decimal up to eight octets, longer numbers in hexadecimal with their sign.
std::string integerText(BytesView content, std::size_t maxOctets) {
    if (content.empty())
        return {};
    const bool isNegative = (content[0] & 0x80U) != 0;
    if (content.size() <= 8) {
        std::uint64_t number = isNegative ? ~std::uint64_t{0} : 0;
        for (const std::uint8_t octet : content)
            number = (number << 8U) | octet;
        return std::to_string(static_cast<std::int64_t>(number));
    }
    if (!isNegative)
        return "0x" + hexText(content[0] == 0 ? content.subspan(1) : content, maxOctets);
    base::Bytes magnitude = base::toBytes(content);
    unsigned carry = 1;
    for (std::size_t i = magnitude.size(); i-- > 0;) {
        const unsigned sum = (~unsigned{magnitude[i]} & 0xFFU) + carry;
        magnitude[i] = static_cast<std::uint8_t>(sum & 0xFFU);
        carry = sum >> 8U;
    }
    return "-0x" + hexText(magnitude, maxOctets);
}

std::string bitStringText(BytesView content, std::size_t maxOctets) {
    if (content.empty())
        return {};
    const std::string unused = content[0] == 0 ? std::string() : " (" + std::to_string(content[0]) + " bits unused)";
    return hexText(content.subspan(1), maxOctets) + unused;
}

bool isPrintable(BytesView content) noexcept {
    return !content.empty() && std::all_of(content.begin(), content.end(),
                                           [](std::uint8_t octet) { return octet >= 0x20 && octet < 0x7F; });
}

/// Text where it is some, else hexadecimal.
std::string textOrHex(BytesView content, std::size_t maxOctets) {
    return isPrintable(content) ? std::string(base::textOf(content)) : hexText(content, maxOctets);
}

std::string timeText(const base::DerElement& element) {
    const std::string written(base::textOf(element.content));
    const auto time = base::timeOf(element);
    return time ? base::toRfc3339(*time) : written + " (no time as certificates have them)";
}

} // namespace

std::string Asn1View::typeName(const Asn1Element& element) {
    const std::string number = std::to_string(element.tag);
    switch (element.tagClass) {
    case 0:
        return element.tag < TypeNames.size() && TypeNames[element.tag] != nullptr ? TypeNames[element.tag]
                                                                                   : "universal " + number;
    case 1:
        return "[APPLICATION " + number + "]";
    case 2:
        return "[" + number + "]";
    default:
        return "[PRIVATE " + number + "]";
    }
}

std::string Asn1View::oidName(const Asn1Element& element) const {
    if (element.tagClass != 0 || element.tag != base::der::Oid || element.isConstructed)
        return {};
    const auto dotted = base::oidText(content(element));
    if (!dotted)
        return {};
    const int nid = OBJ_txt2nid(dotted->c_str());
    if (nid != NID_undef)
        return OBJ_nid2sn(nid);
    const std::string name = x509::attributeShortName(*dotted);
    return name == *dotted ? std::string() : name;
}

std::string Asn1View::value(const Asn1Element& element, std::size_t maxOctets) const {
    if (element.isOpened || element.isConstructed)
        return {};
    const BytesView octets = content(element);
    if (element.isCut)
        return hexText(octets, maxOctets);
    if (element.tagClass != 0)
        return textOrHex(octets, maxOctets);
    base::DerElement plain;
    plain.identifier = static_cast<std::uint8_t>(element.tag);
    plain.content = octets;
    switch (element.tag) {
    case base::der::Boolean:
        if (octets.size() == 1 && (octets[0] == 0 || octets[0] == 0xFF))
            return octets[0] == 0 ? "FALSE" : "TRUE";
        return hexText(octets, maxOctets);
    case base::der::Integer:
    case base::der::Enumerated:
        return integerText(octets, maxOctets);
    case base::der::BitString:
        return bitStringText(octets, maxOctets);
    case base::der::Oid:
        return base::oidText(octets).value_or(hexText(octets, maxOctets));
    case base::der::UtcTime:
    case base::der::GeneralizedTime:
        return timeText(plain);
    case base::der::OctetString:
        return textOrHex(octets, maxOctets);
    default:
        break;
    }
    if (element.tag > 0x1E)
        return textOrHex(octets, maxOctets);
    const auto text = base::stringText(plain);
    return text ? *text : textOrHex(octets, maxOctets);
}

} // namespace certwright::formats
