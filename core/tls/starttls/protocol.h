#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace certwright::tls::starttls {

/// Protocols that begin in plain text and turn to TLS on request.
enum class Protocol { Smtp, Lmtp, Imap, Pop3, Ftp, Ldap, Xmpp, XmppServer, Postgres, Mysql, Sieve, Nntp, Rdp };

/// "smtp", "xmpp-server"...: the names of the command line.
std::string_view toString(Protocol protocol) noexcept;
/// The protocol of such a name, nothing for any other.
std::optional<Protocol> parseProtocol(std::string_view name) noexcept;
/// All of them, in the order in which they are listed to people.
const std::vector<Protocol>& allProtocols();

/// What people call it: "SMTP", "PostgreSQL".
std::string_view titleOf(Protocol protocol) noexcept;
/// The port that is registered for it in plain text (IANA); for SMTP 25, that of mail servers among themselves.
std::uint16_t defaultPort(Protocol protocol) noexcept;
/// Where the same protocol speaks TLS from the first byte on, by custom; 0 where there is no such port.
std::uint16_t implicitTlsPort(Protocol protocol) noexcept;

} // namespace certwright::tls::starttls
