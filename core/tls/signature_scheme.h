#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace certwright::tls {

/// The registry's name of a signature scheme ("ecdsa_secp256r1_sha256", RFC 8446 4.2.3; for the pairs of RFC
/// 5246 7.4.1.4.1 that it names), "0x1234" for a number that has none.
std::string signatureSchemeName(std::uint16_t id);

/// All that have a name, in the order of their numbers.
std::vector<std::uint16_t> namedSignatureSchemes();

} // namespace certwright::tls
