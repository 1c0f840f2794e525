#pragma once

#include <cstdint>
#include <string>

namespace certwright::tls {

/// The registry's name of a key exchange group ("x25519", "secp256r1", "X25519MLKEM768"; IANA TLS Supported Groups),
/// "0x1234" for a number that it does not have.
std::string groupName(std::uint16_t id);

} // namespace certwright::tls
