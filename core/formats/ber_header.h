#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace certwright::formats {

/// Identifier and length octets of one element of BER (X.690 8.1).
struct BerHeader {
    std::uint64_t tag = 0;  ///< tag number
    std::size_t size = 0;   ///< octets of identifier and length
    std::size_t length = 0; ///< content octets as the header says, 0 when it does not; nothing checks that they exist
    std::uint8_t tagClass = 0; ///< 0 universal, 1 application, 2 context-specific, 3 private
    bool isConstructed = false;
    bool isIndefinite = false; ///< an end-of-contents element ends the content
    bool isShortest = true;    ///< tag number and length stand in their shortest form, as DER wants it
    const char* problem = "";  ///< why there is no header, as the rest of a sentence; empty when there is one

    bool isValid() const noexcept { return *problem == '\0'; }
};

/// The header at the start of `bytes`, which are not empty: tag numbers of any size up to 2^63, definite lengths up to
/// 2^63 in any form, the indefinite one for constructed elements. Never reads outside `bytes`, never throws.
BerHeader readBerHeader(base::BytesView bytes) noexcept;

} // namespace certwright::formats
