#include "core/x509/extensions/microsoft.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/extensions/coding.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

constexpr std::string_view OidObjectSid = "1.3.6.1.4.1.311.25.2.1";

/// The whole text as a number.
std::optional<std::uint64_t> numberOfText(std::string_view text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isNumber = !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
    return isNumber ? std::optional(number) : std::nullopt;
}

/// "S-1-", an authority of 48 bits, and up to 15 sub-authorities of 32.
bool isSid(std::string_view text) {
    constexpr std::string_view Head = "S-1-";
    constexpr std::size_t MaximumParts = 16;
    if (!text.starts_with(Head))
        return false;
    text.remove_prefix(Head.size());
    for (std::size_t count = 0; count < MaximumParts; ++count) {
        const std::size_t end = std::min(text.find('-'), text.size());
        const auto number = numberOfText(text.substr(0, end));
        if (!number || *number >> (count == 0 ? 48U : 32U) != 0)
            return false;
        if (end == text.size())
            return count > 0;
        text.remove_prefix(end + 1);
    }
    return false;
}

} // namespace

Bytes MicrosoftTemplateName::encode() const {
    // Only 65,535 characters are in a BMPString, and all of them have at most three octets in UTF-8 (RFC 3629 3).
    const bool isOutside =
        std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
    ASN1_STRING* made = nullptr;
    const int tag = name.empty() || isOutside
                        ? -1
                        : ASN1_mbstring_copy(&made, reinterpret_cast<const unsigned char*>(name.data()),
                                             static_cast<int>(name.size()), MBSTRING_UTF8, B_ASN1_BMPSTRING);
    const base::Handle<ASN1_STRING> string(made);
    base::clearQueue();
    if (tag != V_ASN1_BMPSTRING)
        throw Error(ErrorKind::BadInput, "“" + name + "” is not a name for a template");
    const unsigned char* data = ASN1_STRING_get0_data(made);
    return base::derElement(der::BmpString, {data, static_cast<std::size_t>(ASN1_STRING_length(made))});
}

std::optional<MicrosoftTemplateName> MicrosoftTemplateName::decode(BytesView value) {
    const auto content = coding::only(value, der::BmpString);
    auto name = content ? base::stringText({der::BmpString, *content, value}) : std::nullopt;
    return name ? std::optional(MicrosoftTemplateName{*std::move(name)}) : std::nullopt;
}

MicrosoftTemplate MicrosoftTemplate::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    MicrosoftTemplate out{std::string(text.substr(0, colon))};
    bool isWellFormed = true;
    if (colon != std::string_view::npos) {
        const std::string_view version = text.substr(colon + 1);
        const std::size_t dot = version.find('.');
        out.majorVersion = numberOfText(version.substr(0, dot));
        isWellFormed = out.majorVersion.has_value();
        if (dot != std::string_view::npos) {
            out.minorVersion = numberOfText(version.substr(dot + 1));
            isWellFormed = isWellFormed && out.minorVersion.has_value();
        }
    }
    const bool isOid = out.oid.find_first_not_of("0123456789.") == std::string::npos;
    if (!isWellFormed || !isOid)
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” is not a certificate template",
                    "Write it as OID or OID:major.minor, e.g. 1.3.6.1.4.1.311.21.8.1.2:100.4.");
    coding::oidElement(out.oid); // throws when it is none
    return out;
}

Bytes MicrosoftTemplate::encode() const {
    if (minorVersion && !majorVersion)
        throw Error(ErrorKind::BadInput, "A certificate template has no minor version without a major one");
    Bytes content = coding::oidElement(oid);
    if (majorVersion)
        coding::append(content, coding::numberElement(*majorVersion));
    if (minorVersion)
        coding::append(content, coding::numberElement(*minorVersion));
    return base::derElement(der::Sequence, content);
}

std::optional<MicrosoftTemplate> MicrosoftTemplate::decode(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    auto oid = coding::readOid(reader);
    if (!oid)
        return std::nullopt;
    MicrosoftTemplate out{*std::move(oid)};
    for (auto* version : {&out.majorVersion, &out.minorVersion}) {
        if (reader.peek() != der::Integer)
            break;
        *version = coding::readNumber(reader);
        if (!*version)
            return std::nullopt;
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

Bytes MicrosoftCaVersion::encode() const {
    return coding::numberElement(std::uint64_t{keyIndex} << 16U | certificateIndex);
}

std::optional<MicrosoftCaVersion> MicrosoftCaVersion::decode(BytesView value) {
    const auto content = coding::only(value, der::Integer);
    const auto number = content ? coding::numberOf(*content) : std::nullopt;
    if (!number || *number > 0xFFFFFFFFU)
        return std::nullopt;
    return MicrosoftCaVersion{static_cast<std::uint16_t>(*number & 0xFFFFU),
                              static_cast<std::uint16_t>(*number >> 16U)};
}

/// A GeneralNames with one other name, whose value is an OCTET STRING and not text.
Bytes MicrosoftSid::encode() const {
    if (!isSid(sid))
        throw Error(ErrorKind::BadInput, "“" + sid + "” is not a security identifier",
                    "Write it as Windows shows it, e.g. S-1-5-21-1004336348-1177238915-682003330-512.");
    Bytes name = coding::oidElement(OidObjectSid);
    coding::append(
        name, base::derElement(der::contextConstructed(0), base::derElement(der::OctetString, base::bytesOf(sid))));
    return base::derSequence({base::derElement(der::contextConstructed(0), name)});
}

std::optional<MicrosoftSid> MicrosoftSid::decode(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    const auto name = content ? coding::only(*content, der::contextConstructed(0)) : std::nullopt;
    if (!name)
        return std::nullopt;
    DerReader reader(*name);
    const auto oid = coding::readOid(reader);
    const auto wrapped = reader.expect(der::contextConstructed(0));
    const auto sid = wrapped ? coding::only(wrapped->content, der::OctetString) : std::nullopt;
    auto text = sid ? base::stringText({der::Ia5String, *sid, {}}) : std::nullopt;
    if (oid != OidObjectSid || !text || !reader.atEnd())
        return std::nullopt;
    return MicrosoftSid{*std::move(text)};
}

} // namespace certwright::x509
