#pragma once

#include <cstdint>
#include <string>

namespace certwright::tls {

/// An alert (RFC 8446 6, RFC 5246 7.2).
struct Alert {
    enum class Level : std::uint8_t { Warning = 1, Fatal = 2 };

    Level level = Level::Fatal;
    std::uint8_t description = 0;

    bool isFatal() const noexcept { return level == Level::Fatal; }

    bool operator==(const Alert&) const = default;
};

/// The registry's name of an alert ("handshake_failure"), "alert_N" where the registry has none.
std::string alertName(std::uint8_t description);

/// What an alert says about the reason of its sender, "it", as a clause in lower case; empty where the name says all.
std::string alertMeaning(std::uint8_t description);

} // namespace certwright::tls
