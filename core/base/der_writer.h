#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace certwright::base {

// DER in the making (X.690 10.1), for the few structures that are put together by hand. All throw nothing but
// std::bad_alloc.

/// An element of this identifier octet around `content`.
Bytes derElement(std::uint8_t identifier, BytesView content);
/// SEQUENCE of complete elements.
Bytes derSequence(std::initializer_list<BytesView> elements);
/// INTEGER that is not negative, of a big-endian number; leading zeros do not matter.
Bytes derUnsigned(BytesView number);
/// BIT STRING without unused bits.
Bytes derBitString(BytesView content);
/// OBJECT IDENTIFIER of a dotted text, which must be well formed: constants of this program.
Bytes derOid(std::string_view dotted);

} // namespace certwright::base
