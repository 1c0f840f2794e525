#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::tls {

/// Versions of the protocol by their number on the wire (RFC 8446 4.1.2, 4.2.1). SSL 2.0 is told, never spoken.
enum class ProtocolVersion : std::uint16_t {
    Ssl2 = 0x0002,
    Ssl3 = 0x0300,
    Tls10 = 0x0301,
    Tls11 = 0x0302,
    Tls12 = 0x0303,
    Tls13 = 0x0304,
};

/// "TLSv1.3", as the command line writes it; "0x7f1c" for a number that is none of the known ones.
std::string toString(ProtocolVersion version);

/// The version of a name ("TLSv1.2", also "TLS 1.2", "tls1.2", "1.2"); nothing for another text.
std::optional<ProtocolVersion> parseProtocolVersion(std::string_view text);

} // namespace certwright::tls
