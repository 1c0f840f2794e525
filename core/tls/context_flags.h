#pragma once

#include <cstdint>

namespace certwright::tls {

/// Which versions a Context speaks: the method constants of OpenSSL's old interface.
enum class Method {
    Ssl2,  ///< no OpenSSL 3 has it: making a Context fails
    Ssl3,  ///< the same unless OpenSSL was built with it
    Best,  ///< the best version that both sides have ("SSLv23")
    Tls10, ///< exactly TLS 1.0, and so on
    Tls11,
    Tls12,
    Tls13,
};

/// How a peer's certificate is asked for and checked; may be combined with |.
enum class VerifyMode : unsigned {
    None = 0,                    ///< A server asks for no certificate; a client checks, and goes on whatever comes out.
    Peer = 1,                    ///< A server asks for one; a check that fails ends the handshake.
    FailIfNoPeerCertificate = 2, ///< With Peer, of a server: a client without one is refused.
    ClientOnce = 4,              ///< With Peer, of a server: not asked again when renegotiating.
};

constexpr VerifyMode operator|(VerifyMode a, VerifyMode b) noexcept {
    return static_cast<VerifyMode>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(VerifyMode all, VerifyMode one) noexcept {
    return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) == static_cast<unsigned>(one);
}

/// What a Context does otherwise than usual; may be combined with |.
enum class Option : std::uint32_t {
    None = 0,
    SingleDhUse = 1U << 0U,  ///< A new Diffie-Hellman key for each connection: OpenSSL 3 does so anyway.
    EphemeralRsa = 1U << 1U, ///< A temporary RSA key: without effect, only export suites ever had one.
    NoSsl2 = 1U << 2U,       ///< Without effect: nothing speaks it.
    NoSsl3 = 1U << 3U,
    NoTls10 = 1U << 4U,
    NoTls11 = 1U << 5U,
    NoTls12 = 1U << 6U,
    NoTls13 = 1U << 7U,
    NoTicket = 1U << 8U, ///< TLS 1.2: sessions by id alone; TLS 1.3: tickets that stand for a stored session.
    NoRenegotiation = 1U << 9U,
    AllowClientRenegotiation = 1U << 10U, ///< A server lets its clients renegotiate (TLS 1.2 and below).
    LegacyServerConnect = 1U << 11U,      ///< A client talks to servers without secure renegotiation (RFC 5746), too.
    ServerPreference = 1U << 12U,         ///< A server chooses the suite by its own order.
};

constexpr Option operator|(Option a, Option b) noexcept {
    return static_cast<Option>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr bool contains(Option all, Option one) noexcept {
    return (static_cast<std::uint32_t>(all) & static_cast<std::uint32_t>(one)) == static_cast<std::uint32_t>(one);
}

} // namespace certwright::tls
