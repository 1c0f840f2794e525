#pragma once

#include "core/tls/protocol_version.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace certwright::inspect {

/// A named bar that servers are held against: Mozilla's "Server Side TLS", guidelines 5.7.
enum class Profile { Modern, Intermediate, Old };

/// "modern", "intermediate", "old".
std::string_view toString(Profile profile) noexcept;
/// Nothing for another word.
std::optional<Profile> findProfile(std::string_view word) noexcept;

/// What a profile allows.
struct ProfileRules {
    tls::ProtocolVersion oldestVersion;
    std::span<const std::uint16_t> suites; ///< of all versions together
    int leastDhBits = 0;                   ///< 0: no finite-field Diffie-Hellman at all
};

const ProfileRules& rulesOf(Profile profile) noexcept;

} // namespace certwright::inspect
