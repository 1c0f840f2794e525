#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <cstddef>
#include <cstdint>

namespace certwright::formats {

/// The key derivation of OpenSSH's private keys, bcrypt_pbkdf(3) of OpenBSD: PBKDF2 with bcrypt over SHA-512 for its
/// function, and the octets of the blocks interleaved. A round takes some milliseconds for 32 octets.
base::Secret bcryptPbkdf(const base::Secret& passphrase, base::BytesView salt, std::uint32_t rounds, std::size_t size);

} // namespace certwright::formats
