#include "core/x509/extensions/directory_attributes.h"

#include "core/base/clock.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/name.h"

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

/// RFC 3739 3.2.2, which OpenSSL names by their ASN.1 identifiers alone.
constexpr std::pair<std::string_view, std::string_view> AttributeNames[] = {
    {"1.3.6.1.5.5.7.9.1", "Date of birth"},
    {"1.3.6.1.5.5.7.9.2", "Place of birth"},
    {"1.3.6.1.5.5.7.9.3", "Gender"},
    {"1.3.6.1.5.5.7.9.4", "Country of citizenship"},
    {"1.3.6.1.5.5.7.9.5", "Country of residence"},
};

std::string attributeName(const std::string& oid) {
    const auto* found = std::find_if(std::begin(AttributeNames), std::end(AttributeNames),
                                     [&oid](const auto& row) { return row.first == oid; });
    return found == std::end(AttributeNames) ? attributeLongName(oid) : std::string(found->second);
}

std::string valueText(const Bytes& value) {
    base::DerReader reader(value);
    const auto element = reader.next();
    if (element) {
        if (auto text = base::stringText(*element))
            return *std::move(text);
        if (const auto time = base::timeOf(*element))
            return base::toRfc3339(*time);
        if (const auto oid = element->identifier == der::Oid ? base::oidText(element->content) : std::nullopt)
            return attributeLongName(*oid);
    }
    return '#' + base::toHex(value);
}

std::optional<DirectoryAttribute> readAttribute(base::DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    base::DerReader reader(sequence->content);
    auto oid = coding::readOid(reader);
    const auto set = reader.expect(der::Set);
    if (!oid || !set || !reader.atEnd())
        return std::nullopt;
    auto values = coding::listOf(set->content, [](base::DerReader& elements) -> std::optional<Bytes> {
        const auto element = elements.next();
        return element ? std::optional(base::toBytes(element->whole)) : std::nullopt;
    });
    return values ? std::optional(DirectoryAttribute{*std::move(oid), *std::move(values)}) : std::nullopt;
}

} // namespace

DirectoryAttribute DirectoryAttribute::ofText(std::string_view oid, std::string_view text) {
    return {std::string(oid), {coding::utf8Element(text)}};
}

Bytes SubjectDirectoryAttributes::encode() const {
    if (attributes.empty())
        throw Error(ErrorKind::BadInput, "Directory attributes need at least one (RFC 5280 4.2.1.8)");
    Bytes content;
    for (const DirectoryAttribute& attribute : attributes) {
        if (attribute.values.empty())
            throw Error(ErrorKind::BadInput, "The directory attribute " + attribute.oid + " has no value");
        std::vector<Bytes> sorted = attribute.values;
        std::sort(sorted.begin(), sorted.end()); // X.690 11.6
        Bytes values;
        for (const Bytes& value : sorted)
            coding::append(values, value);
        coding::append(content,
                       base::derSequence({coding::oidElement(attribute.oid), base::derElement(der::Set, values)}));
    }
    return base::derElement(der::Sequence, content);
}

std::optional<SubjectDirectoryAttributes> SubjectDirectoryAttributes::decode(base::BytesView value) {
    auto attributes = coding::sequenceOf(value, readAttribute);
    return attributes ? std::optional(SubjectDirectoryAttributes{*std::move(attributes)}) : std::nullopt;
}

std::string SubjectDirectoryAttributes::text() const {
    std::string out;
    for (const DirectoryAttribute& attribute : attributes) {
        out += (out.empty() ? "" : "\n") + attributeName(attribute.oid) + ": ";
        for (std::size_t i = 0; i < attribute.values.size(); ++i)
            out += (i == 0 ? "" : ", ") + valueText(attribute.values[i]);
    }
    return out;
}

} // namespace certwright::x509
