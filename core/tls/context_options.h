#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/tls/protocol_version.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {

/// A certificate with its key and the certificates to send after it.
struct Credentials {
    x509::Certificate certificate;
    crypto::PrivateKey key;
    std::vector<x509::Certificate> chain;
};

/// A key that both peers know already (RFC 4279, RFC 8446 2.2), for all versions. With TLS 1.3 it is used with SHA-256.
struct PresharedKey {
    std::string identity; ///< at most 256 octets
    std::shared_ptr<const base::Secret> key;
};

/// What connections are to offer or accept. Empty and unset fields leave the library's choice.
struct ContextOptions {
    std::optional<ProtocolVersion> minimumVersion;
    std::optional<ProtocolVersion> maximumVersion;
    std::string ciphers;      ///< OpenSSL's cipher string, TLS 1.2 and below
    std::string cipherSuites; ///< names separated by ':', TLS 1.3
    std::string groups;       ///< names separated by ':'
    std::optional<int> securityLevel;
    std::vector<std::string> alpn;          ///< protocol names, most wanted first
    std::optional<Credentials> credentials; ///< a client's own, sent when a server asks for it; not for servers
    std::optional<PresharedKey> presharedKey;
    bool offersTickets = true; ///< a client asks for tickets (RFC 5077); without them TLS 1.2 resumes by id
};

/// How a server treats its clients' certificates.
enum class ClientAuthentication {
    None,    ///< It asks for none.
    Request, ///< It asks, and takes what comes or does not come; the engine tells what the check found.
    Require, ///< Clients without one are refused, and by default those whose chain is not trusted.
};

/// What a server has besides.
struct ServerOptions {
    std::optional<Credentials> credentials; ///< may be missing only where there is a preshared key
    ClientAuthentication clientAuthentication = ClientAuthentication::None;
    bool refusesUntrusted = true;             ///< with Require; else the engine only tells what the check found
    std::vector<x509::Certificate> clientCas; ///< trusted for clients, and named to them
    base::Bytes staple;                       ///< DER of an OCSP response for clients that ask; empty: none
    bool hasTickets = true;                   ///< without: TLS 1.2 resumes by session id
    bool allowsClientRenegotiation = false;   ///< TLS 1.2 and below
};

} // namespace certwright::tls
