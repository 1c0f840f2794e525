#pragma once

#include "core/crypto/private_key.h"
#include "core/tls/handle.h"
#include "core/tls/protocol_version.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {

/// What connections are to offer or accept. Empty and unset fields leave the library's choice.
struct ContextOptions {
    std::optional<ProtocolVersion> minimumVersion;
    std::optional<ProtocolVersion> maximumVersion;
    std::string ciphers;      ///< OpenSSL's cipher string, TLS 1.2 and below
    std::string cipherSuites; ///< names separated by ':', TLS 1.3
    std::string groups;       ///< names separated by ':'
    std::optional<int> securityLevel;
    std::vector<std::string> alpn; ///< protocol names, most wanted first
};

/// A certificate with its key and the certificates to send after it.
struct Credentials {
    x509::Certificate certificate;
    crypto::PrivateKey key;
    std::vector<x509::Certificate> chain;
};

/// What many connections share: settings, trust, own certificate. Mutable only while it is made; then it may be used
/// for connections of one thread.
class Context {
public:
    enum class Role { Client, Server };

    /// For connections that we open. `trust` is what the peer's chain is checked against; the check never ends the
    /// handshake, what it found is told by the engine.
    /// @throws Error BadInput for a setting that makes no sense, Unsupported for a version, suite or group that the
    /// linked OpenSSL lacks
    static std::shared_ptr<const Context> forClient(const ContextOptions& options, const x509::TrustStore& trust);
    /// For connections that we accept. @throws as forClient; BadInput when the key does not belong to the certificate
    static std::shared_ptr<const Context> forServer(const ContextOptions& options, const Credentials& credentials);

    Role role() const noexcept { return m_role; }
    const ContextOptions& options() const noexcept { return m_options; }
    /// The level in force, the library's own unless one was chosen.
    int securityLevel() const noexcept;

    /// For calls into OpenSSL inside core; no reference is taken.
    SSL_CTX* native() const noexcept { return m_context.get(); }

private:
    Context(Role role, const ContextOptions& options);
    void applyOptions();

    Role m_role;
    ContextOptions m_options;
    std::vector<unsigned char> m_alpn; ///< as it goes over the wire (RFC 7301 3.1)
    base::Handle<SSL_CTX> m_context;
};

} // namespace certwright::tls
