#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"

#include <optional>

namespace certwright::formats {

/// What came out of reading a key store.
struct KeystoreResult {
    KeystoreItem item;
    std::optional<base::Error> error; ///< Unsupported: it holds keys, or is of a kind that is not read at all
};

/// A key store of Java by its first octets: the certificates of JKS and JCEKS are read, with their aliases; their keys
/// stay closed. Nothing when it is none. @throws Error BadInput when it is damaged
std::optional<KeystoreResult> readKeystore(base::BytesView bytes);

} // namespace certwright::formats
