#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <cstddef>

namespace certwright::crypto {

/// `count` bytes from OpenSSL's generator. @throws Error Internal when it is not seeded
base::Bytes randomBytes(std::size_t count);

/// `count` bytes that nobody may see, from the generator that OpenSSL keeps for those. @throws Error Internal when it
/// is not seeded or the secure heap is full
base::Secret randomSecret(std::size_t count);

/// True when the generator is seeded (the manual's rand.status).
bool isRandomSeeded() noexcept;

} // namespace certwright::crypto
