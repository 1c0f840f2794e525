#pragma once

#include "core/base/bytes.h"

#include <string_view>

namespace certwright::crypto {

/// The digest of `data` by any name OpenSSL knows ("SHA256", "sha-1", "MD5").
/// @throws Error Unsupported when there is no such digest here
base::Bytes digest(std::string_view name, base::BytesView data);

/// SHA-256, without a look-up by name.
base::Bytes sha256(base::BytesView data);

/// SHA-1; for fingerprints only.
base::Bytes sha1(base::BytesView data);

} // namespace certwright::crypto
