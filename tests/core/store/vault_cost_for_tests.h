#pragma once

#include "core/store/vault.h"

namespace certwright::store {

/// The only door to a weaker key derivation: tests link it, the program cannot.
struct VaultCostForTests {
    /// N = 2^4: microseconds instead of half a second.
    static VaultCost cheap() { return {4, 8, 1}; }
    static VaultCost of(unsigned logN, std::uint32_t r, std::uint32_t p) { return {logN, r, p}; }
};

} // namespace certwright::store
