#pragma once

#include "core/base/bytes.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace certwright::tls::wire {

/// What this program reads of a ClientHello (RFC 8446 4.1.2).
struct ClientHello {
    base::Bytes random;
    base::Bytes sessionId;
    std::vector<std::uint16_t> cipherSuites; ///< as offered, signalling values (RFC 5746, RFC 7507, GREASE) left out
};

/// What this program reads of a ServerHello or HelloRetryRequest (RFC 8446 4.1.3, RFC 5246 7.4.1.3).
struct ServerHello {
    std::uint16_t version = 0; ///< supported_versions where it is there (RFC 8446 4.2.1), else the old field
    base::Bytes random;
    base::Bytes sessionId;
    std::uint16_t cipherSuite = 0;
    std::uint8_t compression = 0;
    std::optional<std::uint16_t> group; ///< of its key share (RFC 8446 4.2.8)
    bool isHelloRetryRequest = false;
    bool hasExtendedMasterSecret = false; ///< RFC 7627 5.1
};

/// What this program reads of the messages that carry the server's ephemeral key and its signature.
struct KeyExchange {
    std::optional<std::uint16_t> group;
    std::optional<std::uint16_t> signatureScheme;
};

// All of these take a whole handshake message with its header of four octets, and give nothing for one that is cut
// short or whose lengths lie.
std::optional<ClientHello> parseClientHello(base::BytesView message);
std::optional<ServerHello> parseServerHello(base::BytesView message);

/// A ServerHello whose random says that it is a HelloRetryRequest, also when the rest of it is damaged.
bool isHelloRetryRequest(base::BytesView message);

/// ServerKeyExchange of TLS 1.2 with an ephemeral elliptic curve (RFC 8422 5.4); other versions have no scheme in it.
std::optional<KeyExchange> parseEcdheKeyExchange(base::BytesView message, bool isTls12);
/// ServerKeyExchange of TLS 1.2 with ephemeral finite-field Diffie-Hellman (RFC 5246 7.4.3): the scheme only.
std::optional<KeyExchange> parseDheKeyExchange(base::BytesView message, bool isTls12);
/// CertificateVerify of TLS 1.3 (RFC 8446 4.4.3).
std::optional<std::uint16_t> parseCertificateVerify(base::BytesView message);

} // namespace certwright::tls::wire
