#pragma once

#include "core/base/secret.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace certwright::tls::starttls {

/// A proxy that leads to the server.
struct Proxy {
    enum class Kind {
        HttpConnect, ///< RFC 9110 9.3.6
        Socks5,      ///< RFC 1928; the proxy looks the server's name up
    };

    Kind kind = Kind::HttpConnect;
    std::string host; ///< name or numeric address without brackets
    std::uint16_t port = 0;
    std::string user;                             ///< empty: none
    std::shared_ptr<const base::Secret> password; ///< null: none. It crosses the wire as it is, whatever the proxy.

    /// The URL without the password.
    std::string toText() const;
};

/// Reads "http://[user[:password]@]host[:port]" and the same with socks5 or socks5h; without a scheme it is HTTP.
/// Octets of user and password may be percent-encoded. Without a port 80 for HTTP, 1080 for SOCKS.
/// @throws Error BadInput saying what is wrong, without the password
Proxy parseProxy(std::string_view url);

} // namespace certwright::tls::starttls
