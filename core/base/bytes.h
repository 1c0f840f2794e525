#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::base {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// The bytes of a text, without a terminating zero. The view is valid as long as the text is.
BytesView bytesOf(std::string_view text) noexcept;

/// The same bytes seen as text; nothing is checked. The view is valid as long as the bytes are.
std::string_view textOf(BytesView bytes) noexcept;

/// An owned copy of a view.
Bytes toBytes(BytesView view);

/// Upper-case hexadecimal digits, with `separator` between octets unless it is '\0'.
std::string toHex(BytesView bytes, char separator = '\0');

/// Bytes of hexadecimal text; colons and white space between octets are skipped. Nothing for any other character or
/// for half an octet.
std::optional<Bytes> fromHex(std::string_view text);

/// Base64 in one line (RFC 4648 4).
std::string toBase64(BytesView bytes);

/// Bytes of base64 text (RFC 4648 4), white space skipped, padding required. Nothing for any other character.
std::optional<Bytes> fromBase64(std::string_view text);

} // namespace certwright::base
