#include "core/store/name_key.h"

#include "core/base/der_reader.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <string>
#include <vector>

namespace certwright::store {

namespace {

bool isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// As OpenSSL's canonical encoding: no white space at the ends, one space for a run of it, ASCII in lower case.
std::string folded(std::string_view text) {
    std::string result;
    bool hasGap = false;
    for (const char c : text) {
        if (isSpace(c)) {
            hasGap = !result.empty();
            continue;
        }
        if (hasGap)
            result += ' ';
        hasGap = false;
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

void appendField(std::string& out, char mark, std::string_view field) {
    out += mark;
    out += std::to_string(field.size());
    out += ':';
    out += field;
}

std::string foldedAttribute(const base::DerElement& attribute) {
    base::DerReader fields(attribute.content);
    const auto type = fields.expect(base::der::Oid);
    const auto value = fields.next();
    std::string out;
    if (!type || !value)
        return out;
    appendField(out, 't', base::textOf(type->content));
    const auto text = base::stringText(*value);
    if (text)
        appendField(out, 's', folded(*text));
    else
        appendField(out, 'r', base::textOf(value->whole));
    return out;
}

} // namespace

std::int64_t leadingInt64(base::BytesView digest) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8 && i < digest.size(); ++i)
        number = (number << 8U) | digest[i];
    return static_cast<std::int64_t>(number);
}

std::int64_t nameKey(base::BytesView nameDer) {
    std::string canonical;
    base::DerReader outer(nameDer);
    if (const auto name = outer.expect(base::der::Sequence)) {
        base::DerReader rdns(name->content);
        while (const auto rdn = rdns.optional(base::der::Set)) {
            // Attributes of one RDN are a set: their order means nothing.
            std::vector<std::string> attributes;
            base::DerReader members(rdn->content);
            while (const auto attribute = members.optional(base::der::Sequence))
                attributes.push_back(foldedAttribute(*attribute));
            std::sort(attributes.begin(), attributes.end());
            canonical += '/';
            for (const std::string& attribute : attributes)
                canonical += attribute;
        }
    }
    return leadingInt64(crypto::sha256(base::bytesOf(canonical)));
}

} // namespace certwright::store
