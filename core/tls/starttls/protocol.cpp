#include "core/tls/starttls/protocol.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace certwright::tls::starttls {

namespace {

struct Row {
    Protocol protocol;
    std::string_view name;
    std::string_view title;
    std::uint16_t port;
    std::uint16_t implicitPort;
};

// In the order of the enumeration. Ports by IANA's registry of service names; LMTP has none, 24 is "any private mail
// system" and what its servers are given.
constexpr std::array<Row, 13> Rows{{
    {Protocol::Smtp, "smtp", "SMTP", 25, 465},
    {Protocol::Lmtp, "lmtp", "LMTP", 24, 0},
    {Protocol::Imap, "imap", "IMAP", 143, 993},
    {Protocol::Pop3, "pop3", "POP3", 110, 995},
    {Protocol::Ftp, "ftp", "FTP", 21, 990},
    {Protocol::Ldap, "ldap", "LDAP", 389, 636},
    {Protocol::Xmpp, "xmpp", "XMPP", 5222, 5223},
    {Protocol::XmppServer, "xmpp-server", "XMPP (between servers)", 5269, 5270},
    {Protocol::Postgres, "postgres", "PostgreSQL", 5432, 0},
    {Protocol::Mysql, "mysql", "MySQL", 3306, 0},
    {Protocol::Sieve, "sieve", "ManageSieve", 4190, 0},
    {Protocol::Nntp, "nntp", "NNTP", 119, 563},
    {Protocol::Rdp, "rdp", "RDP", 3389, 0},
}};

const Row& rowOf(Protocol protocol) noexcept {
    return Rows[static_cast<std::size_t>(protocol)];
}

} // namespace

std::string_view toString(Protocol protocol) noexcept {
    return rowOf(protocol).name;
}

std::optional<Protocol> parseProtocol(std::string_view name) noexcept {
    const auto* found = std::find_if(Rows.begin(), Rows.end(), [name](const Row& row) { return row.name == name; });
    return found == Rows.end() ? std::nullopt : std::optional<Protocol>(found->protocol);
}

const std::vector<Protocol>& allProtocols() {
    static const std::vector<Protocol> all = [] {
        std::vector<Protocol> list;
        for (const Row& row : Rows)
            list.push_back(row.protocol);
        return list;
    }();
    return all;
}

std::string_view titleOf(Protocol protocol) noexcept {
    return rowOf(protocol).title;
}

std::uint16_t defaultPort(Protocol protocol) noexcept {
    return rowOf(protocol).port;
}

std::uint16_t implicitTlsPort(Protocol protocol) noexcept {
    return rowOf(protocol).implicitPort;
}

} // namespace certwright::tls::starttls
