#pragma once

#include "core/base/bytes.h"

#include <optional>
#include <string>

namespace certwright::formats {

/// UTF-8 of bytes that are UTF-16 text, by their byte order mark or because every other octet of the start is zero.
/// Nothing for anything else.
std::optional<std::string> utf8FromUtf16(base::BytesView bytes);

/// The bytes without the UTF-8 byte order mark in front.
base::BytesView withoutByteOrderMark(base::BytesView bytes) noexcept;

} // namespace certwright::formats
