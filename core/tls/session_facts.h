#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/crypto/public_key.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/protocol_version.h"
#include "core/x509/certificate.h"
#include "core/x509/ocsp/check.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {

class Engine;

/// A signed certificate timestamp (RFC 6962 3.2).
struct SignedTimestamp {
    enum class Source { TlsExtension, OcspResponse, Certificate };

    int version = 1;
    base::Bytes logId;
    std::chrono::sys_time<std::chrono::milliseconds> timestamp{};
    std::string signatureAlgorithm;
    Source source = Source::TlsExtension;
};

/// "tls-extension", "ocsp", "certificate".
std::string_view toString(SignedTimestamp::Source source) noexcept;

/// A session (RFC 5246 7.4.1.2, RFC 8446 4.6.1).
struct SessionId {
    base::Bytes id;
    bool hasTicket = false;
    bool isResumed = false;
    std::chrono::seconds timeout{};
    std::chrono::seconds ticketLifetime{}; ///< as the server hinted; 0 when there is no ticket
};

/// What two peers agreed upon. A field that the handshake did not come to is unset or empty: a failed connection has
/// all that was learnt until then.
struct SessionFacts {
    std::optional<ProtocolVersion> version;
    std::optional<CipherSuite> cipher;
    std::string group; ///< name of the registry ("x25519"); empty without one, also for finite-field DH in TLS 1.2
    std::optional<crypto::KeyFacts> temporaryKey; ///< the peer's key of the exchange
    std::string signature; ///< the server's signature scheme, name of the registry ("ecdsa_secp256r1_sha256")
    std::string alpn;
    std::string serverName; ///< the SNI that was sent, or that came from a client
    std::optional<SessionId> session;
    std::string presharedKeyIdentity; ///< of an external PSK that was used; else empty
    base::Bytes clientRandom;         ///< 32 octets, or empty before the hello
    base::Bytes serverRandom;
    base::Secret masterKey; ///< TLS 1.2: 48 octets; TLS 1.3: empty until a ticket came, then that of the ticket
    std::vector<CipherSuite> offeredCiphers;
    std::vector<CipherSuite> sharedCiphers; ///< those that both are known to have
    std::vector<x509::Certificate> chain;   ///< as the peer sent it, in its order
    std::optional<x509::OcspReport> staple; ///< what the stapled OCSP response came to (RFC 6066 8)
    std::vector<SignedTimestamp> timestamps;
    bool isClientCertificateRequested = false;
    std::vector<std::string> clientCaNames; ///< RFC 2253
    std::string compression;                ///< empty: none
    bool hasSecureRenegotiation = false;
    bool hasExtendedMasterSecret = false;
    int securityLevel = 0;
};

/// The facts of a client's or a server's connection as it stands now. `now` is for the times of a stapled response.
/// @throws Error Internal when the secure heap is full
SessionFacts sessionFacts(const Engine& engine, base::Time now);

} // namespace certwright::tls
