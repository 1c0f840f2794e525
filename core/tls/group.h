#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::tls {

/// The registry's name of a key exchange group ("x25519", "secp256r1", "X25519MLKEM768"; IANA TLS Supported Groups),
/// "0x1234" for a number that it does not have.
std::string groupName(std::uint16_t id);

/// The number of a name of the registry, whatever its case; nothing for another.
std::optional<std::uint16_t> groupByName(std::string_view name);

/// All groups of the registry, and the two drafts of hybrids with Kyber that are still met, in the order of their
/// numbers.
std::vector<std::uint16_t> registeredGroups();

} // namespace certwright::tls
