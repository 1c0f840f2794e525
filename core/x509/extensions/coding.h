#pragma once

#include "core/base/bytes.h"
#include "core/base/der_reader.h"
#include "core/x509/general_name.h"
#include "core/x509/serial.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::x509::coding {

// What reading and writing the values of extensions have in common. Readers give nothing for what is damaged.

/// The content of the only element of `value`, if it has this identifier octet.
std::optional<base::BytesView> only(base::BytesView value, std::uint8_t identifier) noexcept;

/// Dotted text of the object identifier that comes next.
std::optional<std::string> readOid(base::DerReader& reader);
/// The integer that comes next, when it is not negative and fits into 63 bits.
std::optional<std::uint64_t> readNumber(base::DerReader& reader) noexcept;
/// The same of an INTEGER's content.
std::optional<std::uint64_t> numberOf(base::BytesView content) noexcept;
/// An INTEGER's content, of any size and sign.
std::optional<Serial> serialOf(base::BytesView content);
/// UTF-8 of the string of any type that comes next.
std::optional<std::string> readString(base::DerReader& reader);
/// The names in the content of a GeneralNames.
std::optional<std::vector<GeneralName>> namesOf(base::BytesView content);
/// The first 32 bits of a BIT STRING's content; bit n is bit n of its definition.
std::optional<unsigned> namedBitsOf(base::BytesView content) noexcept;

/// All that is in `content`, each taken by `read(reader)`, which gives an optional.
template <class Read>
auto listOf(base::BytesView content, Read read) {
    using Element = typename decltype(read(std::declval<base::DerReader&>()))::value_type;
    std::vector<Element> out;
    for (base::DerReader reader(content); !reader.atEnd();) {
        auto element = read(reader);
        if (!element)
            return std::optional<std::vector<Element>>();
        out.push_back(*std::move(element));
    }
    return std::optional(std::move(out));
}

/// The same of a value that is one SEQUENCE OF.
template <class Read>
auto sequenceOf(base::BytesView value, Read read) -> decltype(listOf(value, read)) {
    const auto content = only(value, base::der::Sequence);
    return content ? listOf(*content, read) : std::nullopt;
}

/// Puts `element` behind what is there.
void append(base::Bytes& out, base::BytesView element);
/// OBJECT IDENTIFIER of a dotted text or one of OpenSSL's names. @throws Error BadInput
base::Bytes oidElement(std::string_view type);
/// INTEGER, under another identifier octet where it is tagged.
base::Bytes numberElement(std::uint64_t number, std::uint8_t identifier = base::der::Integer);
base::Bytes serialElement(const Serial& number, std::uint8_t identifier = base::der::Integer);
/// IA5String, under another identifier octet where it is tagged. @throws Error BadInput for text that is not ASCII
base::Bytes ia5Element(std::string_view text, std::uint8_t identifier = base::der::Ia5String);
base::Bytes utf8Element(std::string_view text);
base::Bytes booleanElement(bool value, std::uint8_t identifier = base::der::Boolean);
/// GeneralNames under an identifier octet. @throws Error as generalNamesToDer()
base::Bytes namesElement(const std::vector<GeneralName>& names, std::uint8_t identifier);
/// A BIT STRING that ends with the last bit that is set (X.690 11.2.2).
base::Bytes namedBitsElement(unsigned bits, std::uint8_t identifier = base::der::BitString);

} // namespace certwright::x509::coding
