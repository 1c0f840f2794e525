#pragma once

#include "core/base/bytes.h"

#include <cstdint>

namespace certwright::store {

/// A number that is equal for encoded names that RFC 5280 7.1 calls equal (ASCII case and white space folded, string
/// types disregarded), and, but for 1 in 2^64, for no others. An index by it finds the certificates with a name; it
/// proves nothing.
std::int64_t nameKey(base::BytesView nameDer);

/// The first eight octets of a digest as a number, for indexes.
std::int64_t leadingInt64(base::BytesView digest);

} // namespace certwright::store
