#pragma once

#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/item.h"

#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// The keys of a JSON Web Key or of a set of them (RFC 7517): RSA, EC (RFC 7518 6) and OKP (RFC 8037), private ones as
/// PrivateKeyItem; `kid` is the label. Empty when the text is neither.
/// @throws Error BadInput, Unsupported for symmetric keys, unknown curves and RSA keys without their primes
std::vector<Item> readJwk(std::string_view text);

/// One JSON object in a line. @throws Error Unsupported for a key that RFC 7518 and RFC 8037 do not know
std::string toJwk(const crypto::PublicKey& key, std::string_view keyId = {});
/// The same with the private members. @throws Error Unsupported
base::Secret toJwk(const crypto::PrivateKey& key, std::string_view keyId = {});

} // namespace certwright::formats
