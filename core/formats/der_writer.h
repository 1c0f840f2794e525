#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace certwright::formats {

// DER in the making (X.690 10.1), for the few structures that are put together by hand. All throw nothing but
// std::bad_alloc.

/// An element of this identifier octet around `content`.
base::Bytes derElement(std::uint8_t identifier, base::BytesView content);
/// SEQUENCE of complete elements.
base::Bytes derSequence(std::initializer_list<base::BytesView> elements);
/// INTEGER that is not negative, of a big-endian number; leading zeros do not matter.
base::Bytes derUnsigned(base::BytesView number);
/// BIT STRING without unused bits.
base::Bytes derBitString(base::BytesView content);
/// OBJECT IDENTIFIER of a dotted text, which must be well formed: constants of this program.
base::Bytes derOid(std::string_view dotted);

} // namespace certwright::formats
