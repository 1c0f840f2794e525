#include "core/formats/der_shape.h"

#include "core/base/der_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace certwright::formats {

using base::BytesView;
namespace der = base::der;

namespace {

constexpr std::size_t MaxChildren = 12;
constexpr int MaxDepth = 40;

struct Header {
    std::uint8_t tag = 0;
    std::size_t size = 0;              ///< octets of identifier and length
    std::optional<std::size_t> length; ///< of the content; nothing when it is indefinite
};

std::optional<Header> headerOf(BytesView bytes) {
    if (bytes.size() < 2 || (bytes[0] & 0x1FU) == 0x1FU)
        return std::nullopt;
    Header header{bytes[0], 2, std::nullopt};
    const std::uint8_t first = bytes[1];
    if (first < 0x80U) {
        header.length = first;
        return header;
    }
    if (first == 0x80U)
        return (header.tag & 0x20U) != 0 ? std::optional(header) : std::nullopt;
    const std::size_t count = first & 0x7FU;
    if (count > sizeof(std::size_t) || bytes.size() < 2 + count)
        return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i)
        length = (length << 8U) | bytes[2 + i];
    header.size += count;
    header.length = length;
    return header;
}

/// Octets of the first element; nothing when it does not fit or goes too deep.
std::optional<std::size_t> elementSize(BytesView bytes) {
    std::size_t position = 0;
    for (int depth = 0;;) {
        const auto header = headerOf(bytes.subspan(position));
        if (!header)
            return std::nullopt;
        if (header->length) {
            if (*header->length > bytes.size() - position - header->size)
                return std::nullopt;
            position += header->size + *header->length;
            const bool isEndOfContents = header->tag == 0 && *header->length == 0;
            if (isEndOfContents && depth > 0)
                --depth;
            if (depth == 0)
                return position;
        } else {
            if (++depth > MaxDepth)
                return std::nullopt;
            position += header->size;
        }
    }
}

struct Child {
    std::uint8_t tag = 0;
    BytesView content;
    BytesView whole;
};

/// The first elements inside a constructed one. Fewer when it is damaged.
std::vector<Child> childrenOf(BytesView whole) {
    std::vector<Child> children;
    const auto outer = headerOf(whole);
    if (!outer)
        return children;
    BytesView rest = whole.subspan(outer->size);
    if (outer->length)
        rest = rest.first(std::min(rest.size(), *outer->length));
    while (!rest.empty() && children.size() < MaxChildren) {
        const auto header = headerOf(rest);
        const auto size = elementSize(rest);
        if (!header || !size || (header->tag == 0 && !outer->length))
            break;
        const BytesView element = rest.first(*size);
        children.push_back({header->tag, element.subspan(header->size), element});
        rest = rest.subspan(*size);
    }
    return children;
}

bool hasTags(const std::vector<Child>& children, std::initializer_list<int> tags) {
    return children.size() >= tags.size() && std::equal(tags.begin(), tags.end(), children.begin(),
                                                        [](int tag, const Child& child) { return tag == child.tag; });
}

bool isInteger(const Child& child, std::uint8_t value) {
    return child.tag == der::Integer && child.content.size() == 1 && child.content[0] == value;
}

bool isTime(const Child& child) {
    return child.tag == der::UtcTime || child.tag == der::GeneralizedTime;
}

bool startsWithOid(const Child& child) {
    return hasTags(childrenOf(child.whole), {der::Oid});
}

/// SIGNED{...}: what is signed, an algorithm, a BIT STRING.
DerKind signedKind(const Child& body) {
    const auto fields = childrenOf(body.whole);
    if (fields.size() == 2 && hasTags(fields, {der::Sequence, der::Ia5String}))
        return DerKind::Spkac;
    if (hasTags(fields, {der::contextConstructed(0), der::Integer}))
        return DerKind::Certificate;
    if (hasTags(fields, {der::Integer, der::Sequence, der::contextConstructed(0)}) && fields.size() >= 6)
        return DerKind::AttributeCertificate;
    if (hasTags(fields, {der::Integer, der::Sequence, der::Sequence})) {
        if (fields.size() == 3 || fields[3].tag == der::contextConstructed(0))
            return DerKind::Request;
        return isTime(fields[3]) ? DerKind::Crl : DerKind::Certificate;
    }
    if (fields.size() >= 3 && hasTags(fields, {der::Sequence, der::Sequence}) && isTime(fields[2]))
        return DerKind::Crl;
    return DerKind::Unknown;
}

DerKind integersKind(const std::vector<Child>& children) {
    const auto firstOther =
        std::find_if(children.begin(), children.end(), [](const Child& child) { return child.tag != der::Integer; });
    const auto count = firstOther - children.begin();
    const bool isOnlyIntegers = firstOther == children.end();
    if (count >= 9 && children[0].content.size() == 1)
        return DerKind::RsaPrivateKey;
    if (count == 6 && isOnlyIntegers && isInteger(children[0], 0))
        return DerKind::DsaPrivateKey;
    if (count == 2 && isOnlyIntegers)
        return DerKind::TwoIntegers;
    if (count == 3 && isOnlyIntegers)
        return DerKind::ThreeIntegers;
    const bool hasValidation = !isOnlyIntegers && children.end() - firstOther == 1 && firstOther->tag == der::Sequence;
    if ((count == 4 && isOnlyIntegers) || ((count == 3 || count == 4) && hasValidation))
        return DerKind::DhParameters;
    return DerKind::Unknown;
}

bool isContentType(BytesView oid) {
    constexpr std::array<std::uint8_t, 8> Pkcs7 = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
    constexpr std::array<std::uint8_t, 10> Smime = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01};
    const auto startsWith = [oid](BytesView prefix) {
        return oid.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), oid.begin());
    };
    return startsWith(Pkcs7) || startsWith(Smime);
}

/// The status of a timestamp that was refused: a number from 2 to 5, then texts and reasons.
bool isRefusal(const Child& status) {
    const auto fields = childrenOf(status.whole);
    return hasTags(fields, {der::Integer}) && fields.size() <= 3 && fields[0].content.size() == 1 &&
           fields[0].content[0] >= 2 && fields[0].content[0] <= 5 &&
           std::all_of(fields.begin() + 1, fields.end(),
                       [](const Child& field) { return field.tag == der::Sequence || field.tag == der::BitString; });
}

/// What a version and the digest of something begin.
bool isTimestampRequest(const std::vector<Child>& children) {
    if (!hasTags(children, {der::Integer, der::Sequence}) || !isInteger(children[0], 1))
        return false;
    const auto imprint = childrenOf(children[1].whole);
    return imprint.size() == 2 && hasTags(imprint, {der::Sequence, der::OctetString}) && startsWithOid(imprint[0]);
}

DerKind sequenceKind(const std::vector<Child>& children) {
    if (children.size() == 3 && hasTags(children, {der::Sequence, der::Sequence, der::BitString}))
        return signedKind(children[0]);
    if (children.size() == 2 && hasTags(children, {der::Sequence, der::BitString}) && startsWithOid(children[0]))
        return DerKind::PublicKey;
    if (children.size() == 2 && hasTags(children, {der::Sequence, der::OctetString}) && startsWithOid(children[0]))
        return DerKind::EncryptedPrivateKey;
    if (hasTags(children, {der::Integer, der::Sequence, der::OctetString}) && startsWithOid(children[1]))
        return DerKind::PrivateKeyInfo;
    if (hasTags(children, {der::Integer, der::OctetString}) && isInteger(children[0], 1))
        return DerKind::EcPrivateKey;
    if (hasTags(children, {der::Integer, der::Sequence}) && isInteger(children[0], 3) && startsWithOid(children[1]))
        return DerKind::Pkcs12;
    if (hasTags(children, {der::Integer, der::Sequence, der::Sequence, der::OctetString, der::Integer}) &&
        isInteger(children[0], 1))
        return DerKind::EcParameters;
    if (hasTags(children, {der::Integer, der::Integer}))
        return integersKind(children);
    if (hasTags(children, {der::Oid}) && children.size() <= 2 && isContentType(children[0].content))
        return DerKind::ContentInfo;
    if (hasTags(children, {der::Enumerated}) && children.size() <= 2)
        return DerKind::OcspResponse;
    if (children.size() == 2 && hasTags(children, {der::Sequence, der::Sequence}) &&
        hasTags(childrenOf(children[0].whole), {der::Integer}) && startsWithOid(children[1]))
        return DerKind::TimestampResponse;
    if (children.size() == 1 && children[0].tag == der::Sequence && isRefusal(children[0]))
        return DerKind::TimestampResponse;
    if (isTimestampRequest(children))
        return DerKind::TimestampRequest;
    return DerKind::Unknown;
}

} // namespace

DerShape shapeOf(BytesView bytes) {
    const auto header = headerOf(bytes);
    if (!header || (header->tag != der::Sequence && header->tag != der::Oid))
        return {};
    const auto size = elementSize(bytes);
    if (!size) {
        // What an indefinite length would come to nobody knows.
        const std::size_t claimed = header->length ? header->size + *header->length : 0;
        return {DerKind::Truncated, claimed};
    }
    if (header->tag == der::Oid)
        return {base::oidText(bytes.subspan(header->size, *header->length)) ? DerKind::EcParameters : DerKind::NotDer,
                *size};
    return {sequenceKind(childrenOf(bytes.first(*size))), *size};
}

std::string_view describe(DerKind kind) noexcept {
    switch (kind) {
    case DerKind::NotDer:
    case DerKind::Truncated:
    case DerKind::Unknown:
        break;
    case DerKind::Certificate:
        return "a certificate";
    case DerKind::Request:
        return "a certificate request";
    case DerKind::Crl:
        return "a revocation list";
    case DerKind::Spkac:
        return "a signed public key and challenge";
    case DerKind::AttributeCertificate:
        return "an attribute certificate";
    case DerKind::PublicKey:
    case DerKind::RsaPublicKey:
        return "a public key";
    case DerKind::PrivateKeyInfo:
    case DerKind::RsaPrivateKey:
    case DerKind::DsaPrivateKey:
    case DerKind::EcPrivateKey:
        return "a private key";
    case DerKind::EncryptedPrivateKey:
        return "an encrypted private key";
    case DerKind::Pkcs12:
        return "a PKCS#12 file";
    case DerKind::ContentInfo:
        return "a PKCS#7 message";
    case DerKind::TwoIntegers:
    case DerKind::ThreeIntegers:
    case DerKind::DhParameters:
        return "DH parameters";
    case DerKind::EcParameters:
        return "EC parameters";
    case DerKind::OcspResponse:
        return "an OCSP response";
    case DerKind::TimestampRequest:
        return "a timestamp request";
    case DerKind::TimestampResponse:
        return "a timestamp response";
    }
    return "something else";
}

} // namespace certwright::formats
