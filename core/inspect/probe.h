#pragma once

#include "core/base/bytes.h"
#include "core/tls/protocol_version.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace certwright::inspect {

/// One connection of a scan: what is offered on it, and how far it goes.
struct Probe {
    enum class Kind {
        Hello,     ///< a ClientHello of our own, answered by the server's first flight; nothing is computed
        Ssl2Hello, ///< the hello of SSL 2.0
        Handshake, ///< a whole handshake by the TLS library
    };

    Kind kind = Kind::Hello;
    tls::ProtocolVersion version = tls::ProtocolVersion::Tls12;
    std::vector<std::uint16_t> suites;
    std::vector<std::uint16_t> groups{};  ///< no extension is sent when it is empty
    std::vector<std::uint16_t> schemes{}; ///< signature schemes, from TLS 1.2 on
    bool isFallback = false;              ///< with TLS_FALLBACK_SCSV (RFC 7507)
    std::vector<std::string> alpn{};      ///< of a handshake
    bool resumes = false;                 ///< a handshake that tries to resume the one before it of the same version
};

/// What came of a probe. Refusing is an answer; breaking is none, and says nothing about what was offered.
struct Answer {
    enum class Kind { Accepted, Refused, Broke };
    enum class Break {
        None,
        Eof,
        Reset,
        Timeout,
        Alert,     ///< one that tells of a defect, such as internal_error
        NotTls,    ///< bytes of another protocol
        Malformed, ///< lengths that lie, messages that make no sense
        Ours,      ///< the TLS library at hand could not
    };

    Kind kind = Kind::Broke;
    Break reason = Break::None;
    std::optional<std::uint8_t> alert; ///< that ended it
    base::Bytes firstBytes;            ///< of what is not TLS, as many as are worth showing
    bool hasSpoken = false;            ///< at least one octet came

    // Of a hello that was accepted.
    std::uint16_t version = 0;
    std::uint16_t suite = 0;
    std::uint8_t compression = 0;
    std::optional<std::uint16_t> group;
    std::optional<std::uint16_t> scheme;
    base::Bytes dhPrime; ///< of finite-field Diffie-Hellman, without zeros in front
    bool isRetryRequest = false;
    bool hasRenegotiationInfo = false;
    bool hasExtendedMasterSecret = false;
    bool isClientCertificateRequested = false;
    std::vector<std::uint32_t> ssl2Kinds; ///< cipher kinds of an SSL 2.0 server (three octets each)

    // Of a handshake.
    std::string alpn;
    bool hasSession = false; ///< one that could be resumed
    bool isResumed = false;
    std::string explanation; ///< why it failed, in words

    bool isAccepted() const noexcept { return kind == Kind::Accepted; }
};

/// What an answer is that broke, as the end of "it ...": "closed the connection".
std::string describeBreak(const Answer& answer);

} // namespace certwright::inspect
