#pragma once

#include "core/base/progress.h"
#include "core/crypto/private_key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::crypto {

/// What key to make.
struct KeySpec {
    std::string type = "EC"; ///< as in KeyFacts
    int bits = 0;            ///< RSA, RSA-PSS, DSA, DH
    std::string curve{};     ///< EC: OpenSSL's short name
    /// RSA, RSA-PSS: odd and above 1; 0 stands for 65537. Not a part of the text.
    std::uint64_t publicExponent = 0;
    /// RSA-PSS: what the key restricts its signatures to (RFC 4055 3.1); nothing: no restriction. Not a part of the
    /// text.
    std::optional<PssParameters> pss{};

    /// "ec:prime256v1", "rsa:3072", "ed25519": the form that parse() reads.
    std::string toText() const;
    /// Reads "rsa:3072", "rsa-pss:3072", "dsa:2048", "ec:P-256", "ed25519", "ml-dsa-65"...: case does not matter, NIST
    /// curve names are taken, "rsa" alone means 3072 bits and "ec" alone P-256.
    /// @throws Error BadInput naming what is wrong, Unsupported when the linked OpenSSL does not offer it
    static KeySpec parse(std::string_view text);
};

/// Makes a new key. DH of 2048, 3072, 4096, 6144 and 8192 bits uses the groups of RFC 7919. RSA and DSA report progress
/// (total unknown) and stop within one prime test when told to.
/// @throws Error Cancelled, BadInput for a size outside 1024 to 16384, Unsupported
PrivateKey generateKey(const KeySpec& spec, const base::JobControl& control = {});

/// Every type that the providers of the linked OpenSSL can make, in the form KeySpec::parse() reads, commonest first.
std::vector<std::string> availableKeyTypes();

/// Short names of the curves that the linked OpenSSL can make keys on.
std::vector<std::string> availableCurves();

/// Bits of the order of a curve's group, by OpenSSL's short name; 0 for a name that is none.
int curveBits(const std::string& curve);

} // namespace certwright::crypto
