#include "core/tls/context.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/tls/engine_callbacks.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace certwright::tls {

namespace {

using base::ErrorKind;

constexpr int MaximumSecurityLevel = 5;
constexpr std::size_t MaximumAlpnName = 255;
constexpr std::size_t MaximumAlpnList = 65535;
#ifdef OPENSSL_NO_SSL3
constexpr bool HasSsl3 = false;
#else
constexpr bool HasSsl3 = true;
#endif

void setVersion(SSL_CTX* context, std::optional<ProtocolVersion> version, bool isMinimum) {
    if (!version)
        return;
    // SSLv2 has no number that OpenSSL 3 would take. SSLv3's number it takes also where it was built without it.
    const int number = static_cast<int>(*version);
    const bool isKnown = *version != ProtocolVersion::Ssl2 && (HasSsl3 || *version != ProtocolVersion::Ssl3);
    const bool isDone = isKnown && (isMinimum ? SSL_CTX_set_min_proto_version(context, number)
                                              : SSL_CTX_set_max_proto_version(context, number)) == 1;
    if (!isDone)
        throw base::Error(ErrorKind::Unsupported, "This OpenSSL does not speak " + toString(*version),
                          "Choose TLSv1.0 or newer", base::drainQueue());
}

/// Throws for a suite of TLS 1.3 that the library does not know: some versions of it skip such names without a word.
void requireKnownSuites(SSL_CTX* context, std::string_view names) {
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context);
    for (std::size_t start = 0; start <= names.size();) {
        const std::size_t end = std::min(names.find(':', start), names.size());
        const std::string_view name = names.substr(start, end - start);
        bool isKnown = false;
        for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
            isKnown = isKnown || name == SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i));
        if (!isKnown)
            throw base::Error(ErrorKind::BadInput, "“" + std::string(name) + "” is no cipher suite of TLS 1.3 here",
                              "Suites are named as in TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256");
        start = end + 1;
    }
}

std::vector<unsigned char> encodeAlpn(const std::vector<std::string>& names) {
    std::vector<unsigned char> wire;
    for (const std::string& name : names) {
        if (name.empty() || name.size() > MaximumAlpnName)
            throw base::Error(ErrorKind::BadInput, "The ALPN name “" + name + "” is empty or longer than 255 octets");
        wire.push_back(static_cast<unsigned char>(name.size()));
        wire.insert(wire.end(), name.begin(), name.end());
    }
    if (wire.size() > MaximumAlpnList)
        throw base::Error(ErrorKind::BadInput, "The list of ALPN names is too long");
    return wire;
}

/// Chooses the first of the server's protocols that the client offers, too (RFC 7301 3.2).
int selectAlpn(SSL* /*ssl*/, const unsigned char** out, unsigned char* outLength, const unsigned char* offered,
               unsigned int offeredLength, void* argument) {
    const auto* own = static_cast<const std::vector<unsigned char>*>(argument);
    unsigned char* selected = nullptr;
    if (SSL_select_next_proto(&selected, outLength, own->data(), static_cast<unsigned int>(own->size()), offered,
                              offeredLength) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = selected;
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

Context::Context(Role role, const ContextOptions& options)
    : m_role(role)
    , m_options(options)
    , m_context(
          base::check(SSL_CTX_new(role == Role::Client ? TLS_client_method() : TLS_server_method()), "set up TLS")) {
    applyOptions();
    registerCallbacks(*this);
}

void Context::applyOptions() {
    SSL_CTX* context = native();
    setVersion(context, m_options.minimumVersion, true);
    setVersion(context, m_options.maximumVersion, false);
    if (!m_options.ciphers.empty())
        base::check(SSL_CTX_set_cipher_list(context, m_options.ciphers.c_str()),
                    "use the cipher list “" + m_options.ciphers + "”", ErrorKind::BadInput);
    if (m_options.securityLevel) {
        if (*m_options.securityLevel < 0 || *m_options.securityLevel > MaximumSecurityLevel)
            throw base::Error(ErrorKind::BadInput, "The security level goes from 0 to 5");
        SSL_CTX_set_security_level(context, *m_options.securityLevel);
    }
    if (!m_options.cipherSuites.empty()) {
        base::check(SSL_CTX_set_ciphersuites(context, m_options.cipherSuites.c_str()),
                    "use the TLS 1.3 suites “" + m_options.cipherSuites + "”", ErrorKind::BadInput);
        requireKnownSuites(context, m_options.cipherSuites);
    }
    if (!m_options.groups.empty())
        base::check(static_cast<int>(SSL_CTX_set1_groups_list(context, m_options.groups.c_str())),
                    "use the groups “" + m_options.groups + "”", ErrorKind::BadInput);
    m_alpn = encodeAlpn(m_options.alpn);
    // Inspecting is asking, not trusting: servers without RFC 5746 are shown, with the fact that they lack it, and a
    // second handshake over the first would only blur what the first one agreed upon.
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

std::shared_ptr<const Context> Context::forClient(const ContextOptions& options, const x509::TrustStore& trust) {
    const std::shared_ptr<Context> context(new Context(Role::Client, options));
    SSL_CTX_set1_cert_store(context->native(), trust.native());
    if (!context->m_alpn.empty() && SSL_CTX_set_alpn_protos(context->native(), context->m_alpn.data(),
                                                            static_cast<unsigned int>(context->m_alpn.size())) != 0)
        base::throwFromQueue("offer the ALPN names", ErrorKind::BadInput);
    return context;
}

std::shared_ptr<const Context> Context::forServer(const ContextOptions& options, const Credentials& credentials) {
    const std::shared_ptr<Context> context(new Context(Role::Server, options));
    SSL_CTX* native = context->native();
    base::check(SSL_CTX_use_certificate(native, credentials.certificate.native()), "use the certificate",
                ErrorKind::BadInput);
    base::check(SSL_CTX_use_PrivateKey(native, credentials.key.native()), "use the private key", ErrorKind::BadInput);
    base::check(SSL_CTX_check_private_key(native), "use this key with this certificate", ErrorKind::BadInput);
    for (const x509::Certificate& certificate : credentials.chain)
        base::check(static_cast<int>(SSL_CTX_add1_chain_cert(native, certificate.native())), "add to the chain",
                    ErrorKind::BadInput);
    base::check(static_cast<int>(SSL_CTX_set_dh_auto(native, 1)), "set up Diffie-Hellman");
    if (!context->m_alpn.empty())
        SSL_CTX_set_alpn_select_cb(native, selectAlpn, &context->m_alpn);
    return context;
}

int Context::securityLevel() const noexcept {
    return SSL_CTX_get_security_level(native());
}

} // namespace certwright::tls
