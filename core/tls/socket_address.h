#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace certwright::tls {

/// An IPv4 or IPv6 address with a port, or the path of a Unix socket.
class SocketAddress {
public:
    /// From a numeric address, IPv6 with an optional zone ("fe80::1%eth0"). Nothing for anything else.
    static std::optional<SocketAddress> fromText(const std::string& address, std::uint16_t port);
    /// A Unix socket in the file system, or with '@' in front in Linux's abstract namespace. Nothing when it is empty
    /// or too long for the system.
    static std::optional<SocketAddress> fromUnixPath(const std::string& path);
    /// All addresses of a host, in the order in which they are to be tried (RFC 6724). Blocks, for half a minute when
    /// the name server is dead. `host` in ASCII. @throws Error NotFound when there is no such host, else Network
    static std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port);
    static SocketAddress fromNative(const sockaddr_storage& storage, socklen_t length) noexcept;

    /// "192.0.2.1:443", "[2001:db8::1]:443", "unix:/path", "unix:" for the unnamed end of a Unix socket.
    std::string toText() const;
    /// The address alone, the path for a Unix socket.
    std::string addressText() const;
    std::uint16_t port() const noexcept;
    bool isIpv6() const noexcept { return m_storage.ss_family == AF_INET6; }
    bool isUnix() const noexcept { return m_storage.ss_family == AF_UNIX; }

    const sockaddr* native() const noexcept { return reinterpret_cast<const sockaddr*>(&m_storage); }
    socklen_t nativeLength() const noexcept { return m_length; }

private:
    sockaddr_storage m_storage{};
    socklen_t m_length = 0;
};

} // namespace certwright::tls
