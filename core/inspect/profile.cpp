#include "core/inspect/profile.h"

#include <array>

namespace certwright::inspect {

namespace {

using tls::ProtocolVersion;

// https://wiki.mozilla.org/Security/Server_Side_TLS, guidelines 5.7; each profile has the suites of the one before it.
constexpr std::array<std::uint16_t, 29> Suites{// modern
                                               0x1301, 0x1302, 0x1303,
                                               // intermediate
                                               0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xCCAA,
                                               // old
                                               0xC023, 0xC027, 0xC009, 0xC013, 0xC024, 0xC028, 0xC00A, 0xC014, 0x0067,
                                               0x006B, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035, 0x000A};
constexpr std::size_t ModernCount = 3;
constexpr std::size_t IntermediateCount = 12;

constexpr std::span<const std::uint16_t> AllSuites(Suites);
constexpr ProfileRules Modern{ProtocolVersion::Tls13, AllSuites.first(ModernCount), 0};
constexpr ProfileRules Intermediate{ProtocolVersion::Tls12, AllSuites.first(IntermediateCount), 2048};
constexpr ProfileRules Old{ProtocolVersion::Tls10, AllSuites, 1024};

} // namespace

std::string_view toString(Profile profile) noexcept {
    switch (profile) {
    case Profile::Modern:
        return "modern";
    case Profile::Intermediate:
        return "intermediate";
    case Profile::Old:
        return "old";
    }
    return {};
}

std::optional<Profile> findProfile(std::string_view word) noexcept {
    for (const Profile profile : {Profile::Modern, Profile::Intermediate, Profile::Old}) {
        if (toString(profile) == word)
            return profile;
    }
    return std::nullopt;
}

const ProfileRules& rulesOf(Profile profile) noexcept {
    switch (profile) {
    case Profile::Modern:
        return Modern;
    case Profile::Old:
        return Old;
    case Profile::Intermediate:
        break;
    }
    return Intermediate;
}

} // namespace certwright::inspect
