#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace certwright::store {

// The vault's primitives: each a thin, checked call into OpenSSL with secrets kept on the secure heap.

inline constexpr std::size_t NonceSize = 12;
inline constexpr std::size_t TagSize = 16;
inline constexpr std::size_t KeySize = 32;
inline constexpr std::size_t MacSize = 32;

/// 32 random octets from the generator for private values. @throws Error Internal when it is not seeded
base::Secret randomKey();

/// AES-256-GCM (NIST SP 800-38D): a random nonce, the ciphertext and the tag, one after the other.
/// @throws Error Internal
base::Bytes gcmSeal(const base::Secret& key, base::BytesView associatedData, base::BytesView plain);

/// Opens what gcmSeal() made; nothing when the tag does not fit or it is too short. @throws Error Internal
std::optional<base::Secret> gcmOpen(const base::Secret& key, base::BytesView associatedData, base::BytesView sealed);

/// scrypt (RFC 7914) with N = 2^logN; 32 octets. @throws Error Internal when the memory for it cannot be had
base::Secret scryptKey(const base::Secret& passphrase, base::BytesView salt, unsigned logN, std::uint32_t r,
                       std::uint32_t p);

/// HKDF-SHA-256 (RFC 5869), extract and expand; 32 octets. @throws Error Internal
base::Secret hkdfKey(const base::Secret& key, base::BytesView salt, std::string_view info);

/// HMAC-SHA-256 (RFC 2104). @throws Error Internal
base::Bytes hmacSha256(const base::Secret& key, base::BytesView message);

/// Compares in constant time for equal lengths.
bool isSameMac(base::BytesView left, base::BytesView right) noexcept;

} // namespace certwright::store
