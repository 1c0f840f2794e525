#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::net {

/// A host and a port to connect to, or a Unix socket.
struct Endpoint {
    std::string host; ///< name as the user wrote it, or a numeric address without brackets
    std::uint16_t port = 0;
    std::string socketPath; ///< of a Unix socket; then there is neither host nor port

    /// "host:port", with brackets around an IPv6 address; "unix:/path".
    std::string toText() const;
    /// The name for look-up and SNI: A-labels of an international one (RFC 5891); unchanged for an address.
    std::string asciiHost() const;
    bool isAddress() const;
    bool isUnix() const noexcept { return !socketPath.empty(); }

    bool operator==(const Endpoint&) const = default;
};

/// Reads "host:port", "192.0.2.1:443", "[2001:db8::1]:443", a URL ("https://host/path": port by its scheme), or
/// "unix:/path". Without
/// a port it takes `defaultPort`. @throws Error BadInput saying what is wrong: no host, no or a bad port
Endpoint parseEndpoint(std::string_view text, std::optional<std::uint16_t> defaultPort = std::nullopt);

} // namespace certwright::net
