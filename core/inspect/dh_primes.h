#pragma once

#include "core/base/bytes.h"

namespace certwright::inspect {

/// Bits of a number without zeros in front; 0 for none.
int bitsOf(const base::Bytes& number) noexcept;

/// True for a prime of Diffie-Hellman that many servers have in common: the groups of RFC 2409, RFC 3526 and RFC 7919.
/// Whoever can break one breaks them all, which matters for those of 1024 bits and less (weakdh.org).
/// `prime` is without zeros in front. @throws Error Internal when OpenSSL runs out of memory
bool isCommonDhPrime(const base::Bytes& prime);

} // namespace certwright::inspect
