#pragma once

#include "core/base/bytes.h"
#include "core/base/progress.h"
#include "core/crypto/public_key.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::crypto {

/// Something that makes a key weaker than its kind promises.
struct KeyWeakness {
    std::string id;        ///< stable, for scripts: "rsa-small", "rsa-roca"...
    bool isBroken = false; ///< nobody should trust it any more; else it is worth a change when there is an occasion
    std::string message;   ///< what and why, a sentence
    std::string fix;       ///< what to do about it, a sentence
    std::string_view reference; ///< the standard or publication
};

/// What is weak about a key by its public half: small sizes, bad exponents, the fingerprint of Infineon's generator
/// (CVE-2017-15361, "ROCA"), curves that are small or not named. Keys of Debian's broken generator of 2008 are not
/// looked for: that needs its lists of keys. Never throws for damaged keys.
std::vector<KeyWeakness> keyWeaknesses(const PublicKey& key);

/// The numbers of an RSA key (RFC 8017 A.1.1), big-endian, without leading zeros.
struct RsaNumbers {
    base::Bytes modulus;
    base::Bytes exponent;
};

/// The numbers of an RSA or RSA-PSS SubjectPublicKeyInfo; nothing for other keys and damaged ones.
std::optional<RsaNumbers> rsaNumbers(base::BytesView spkiDer);

/// True when a modulus was made as Infineon's library made them until 2017: modulo each small prime it is a power of
/// 65537 (Nemec et al., "The Return of Coppersmith's Attack", 2017, 3). By chance one in some hundred millions is.
bool hasRocaFingerprint(base::BytesView modulus);

/// A modulus that has a prime in common with another one: anybody who has both can calculate both private keys.
struct SharedPrime {
    std::size_t index = 0;           ///< in the list that was given
    std::vector<std::size_t> others; ///< those that share a prime with it, rising
    base::Bytes factor;              ///< what it has in common with the first of them, big-endian
};

/// All moduli (big-endian) that share a prime with another one, found by Bernstein's batch GCD (product tree and
/// remainder tree; Heninger et al., "Mining Your Ps and Qs", 2012, 3.2), in little more than linear time: 0.2 s for a
/// thousand of 2048 bits, 3 s for ten thousand. Who shares with whom is then found pair by pair among those that share.
/// Equal moduli are one key and not reported. Zero and one are passed over. @throws Error Cancelled
std::vector<SharedPrime> sharedPrimes(const std::vector<base::Bytes>& moduli, const base::JobControl& control = {});

} // namespace certwright::crypto
