#include "core/x509/extensions/name_constraints.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/extensions/coding.h"

#include <charconv>
#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

/// The octets of an address; none when it is not one.
Bytes addressOctets(std::string_view text) {
    const Handle<ASN1_STRING> octets(a2i_IPADDRESS(std::string(text).c_str()));
    base::clearQueue();
    if (!octets)
        return {};
    const unsigned char* data = ASN1_STRING_get0_data(octets.get());
    return {data, data + ASN1_STRING_length(octets.get())};
}

/// A mask of so many bits; none when the text is no number or too large.
Bytes maskOfBits(std::string_view text, std::size_t octets) {
    std::size_t bits = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || bits > octets * 8)
        return {};
    Bytes out(octets, 0);
    for (std::size_t i = 0; i < bits; ++i)
        out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | (0x80U >> (i % 8)));
    return out;
}

Bytes rangeOctets(const std::string& text) {
    const std::size_t slash = text.find('/');
    Bytes out = addressOctets(std::string_view(text).substr(0, slash));
    const std::string_view after =
        slash == std::string::npos ? std::string_view() : std::string_view(text).substr(slash + 1);
    Bytes mask = maskOfBits(after, out.size());
    if (mask.empty())
        mask = addressOctets(after);
    if (out.empty() || mask.size() != out.size())
        throw Error(ErrorKind::BadInput, "“" + text + "” is not a range of addresses",
                    "Write it as 192.0.2.0/24 or 192.0.2.0/255.255.255.0.");
    coding::append(out, mask);
    return out;
}

/// The element of a GeneralName that stands for a range.
Bytes rangeElement(const GeneralName& name) {
    switch (name.type) {
    case GeneralName::Type::Email:
        return coding::ia5Element(name.value, der::context(1));
    case GeneralName::Type::Dns:
        return coding::ia5Element(name.value, der::context(2));
    case GeneralName::Type::Uri:
        return coding::ia5Element(name.value, der::context(6));
    case GeneralName::Type::Ip:
        return base::derElement(der::context(7), rangeOctets(name.value));
    default:
        return base::toBytes(coding::only(generalNamesToDer({name}), der::Sequence).value());
    }
}

std::optional<GeneralName> rangeOf(const base::DerElement& element) {
    const BytesView octets = element.content;
    if (element.identifier == der::context(7) && (octets.size() == 8 || octets.size() == 32)) {
        const std::size_t half = octets.size() / 2;
        return GeneralName{GeneralName::Type::Ip,
                           ipAddressText(octets.first(half)) + '/' + ipAddressText(octets.subspan(half))};
    }
    auto names = coding::namesOf(element.whole);
    return names && names->size() == 1 ? std::optional(names->front()) : std::nullopt;
}

Bytes subtreesElement(const std::vector<NameSubtree>& subtrees, std::uint8_t identifier) {
    Bytes content;
    for (const NameSubtree& subtree : subtrees) {
        Bytes parts = rangeElement(subtree.base);
        if (subtree.minimum != 0) // X.690 11.5: the default is not written
            coding::append(parts, coding::numberElement(subtree.minimum, der::context(0)));
        if (subtree.maximum)
            coding::append(parts, coding::numberElement(*subtree.maximum, der::context(1)));
        coding::append(content, base::derElement(der::Sequence, parts));
    }
    return base::derElement(identifier, content);
}

std::optional<NameSubtree> readSubtree(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    const auto name = reader.next();
    auto range = name ? rangeOf(*name) : std::nullopt;
    if (!range)
        return std::nullopt;
    NameSubtree out{*std::move(range)};
    if (const auto minimum = reader.optional(der::context(0))) {
        const auto number = coding::numberOf(minimum->content);
        if (!number)
            return std::nullopt;
        out.minimum = *number;
    }
    if (const auto maximum = reader.optional(der::context(1))) {
        out.maximum = coding::numberOf(maximum->content);
        if (!out.maximum)
            return std::nullopt;
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace

Bytes NameConstraints::encode() const {
    if (permitted.empty() && excluded.empty())
        throw Error(ErrorKind::BadInput, "Name constraints need at least one range of names (RFC 5280 4.2.1.10)");
    Bytes content;
    if (!permitted.empty())
        coding::append(content, subtreesElement(permitted, der::contextConstructed(0)));
    if (!excluded.empty())
        coding::append(content, subtreesElement(excluded, der::contextConstructed(1)));
    return base::derElement(der::Sequence, content);
}

std::optional<NameConstraints> NameConstraints::decode(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    NameConstraints out;
    for (const unsigned tag : {0U, 1U}) {
        const auto list = reader.optional(der::contextConstructed(tag));
        if (!list)
            continue;
        auto subtrees = coding::listOf(list->content, readSubtree);
        if (!subtrees)
            return std::nullopt;
        (tag == 0 ? out.permitted : out.excluded) = *std::move(subtrees);
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace certwright::x509
