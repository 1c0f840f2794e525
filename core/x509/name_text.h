#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// The text forms of names; Name::parse() and its counterparts are the doors to it.

/// One "type=value" of a name's text, escapes undone.
struct ParsedAttribute {
    std::string type;
    std::string value; ///< UTF-8; when `isHex`, '#' and the hexadecimal DER
    bool isHex = false;
    bool joinsPrevious = false; ///< it belongs to the RDN of the one before
    std::size_t position = 0;   ///< characters in front of it
};

/// The attributes of a text as Name::parse() takes it, in encoding order. @throws Error BadInput with the position
std::vector<ParsedAttribute> parseNameText(std::string_view text);

/// The character of an UTF-8 text that begins at this octet.
std::string_view characterAt(std::string_view text, std::size_t octet) noexcept;

/// " (at character 5)", as the messages about a text end; `octets` stand in front of the place.
std::string placeIn(std::string_view text, std::size_t octets);

/// UTF-8 of an attribute's value; nothing when it is no string or its octets are not valid for its type.
std::optional<std::string> stringValue(const ASN1_STRING* value);

/// '#' and the hexadecimal DER of a value (RFC 4514 2.4).
std::string hexValue(const ASN1_STRING* value);

/// The DER of what hexValue() wrote; nothing when it is something else.
std::optional<base::Bytes> derOfHexValue(std::string_view text);

/// As Name::toRfc2253() and Name::toOneLine().
std::string rfc2253Text(const X509_NAME* name);
std::string oneLineText(const X509_NAME* name);

} // namespace certwright::x509
