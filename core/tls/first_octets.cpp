#include "core/tls/first_octets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace certwright::tls {

bool looksLikeTls(base::BytesView first) {
    constexpr std::uint8_t FirstContentType = 20;
    constexpr std::uint8_t LastContentType = 24;
    constexpr std::uint8_t MajorVersion = 3;
    if (first.empty())
        return true;
    if (first[0] < FirstContentType || first[0] > LastContentType)
        return false;
    return first.size() < 2 || first[1] == MajorVersion;
}

std::string excerpt(base::BytesView first) {
    constexpr std::size_t MaximumText = 60;
    constexpr std::size_t MaximumOctets = 8;
    const std::string_view text = base::textOf(first);
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const bool isText =
        !line.empty() && std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (isText)
        return "“" + std::string(line.substr(0, MaximumText)) + (line.size() > MaximumText ? "..." : "") + "”";
    return "the octets " + base::toHex(first.first(std::min(first.size(), MaximumOctets)), ' ');
}

} // namespace certwright::tls
