#include "core/tls/context.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/tls/engine_callbacks.h"

#include <algorithm>
#include <array>
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

void setVersion(SSL_CTX* context, ProtocolVersion version, bool isMinimum) {
    // SSLv2 has no number that OpenSSL 3 would take. SSLv3's number it takes also where it was built without it.
    const int number = static_cast<int>(version);
    const bool isKnown = version != ProtocolVersion::Ssl2 && (HasSsl3 || version != ProtocolVersion::Ssl3);
    const bool isDone = isKnown && (isMinimum ? SSL_CTX_set_min_proto_version(context, number)
                                              : SSL_CTX_set_max_proto_version(context, number)) == 1;
    if (!isDone)
        throw base::Error(ErrorKind::Unsupported, "This OpenSSL does not speak " + toString(version),
                          "Choose TLSv1.0 or newer; the scan finds servers that speak it all the same",
                          base::drainQueue());
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

/// The versions of a method; nothing for the best that both sides have.
std::optional<ProtocolVersion> versionOf(Method method) {
    switch (method) {
    case Method::Ssl2:
        return ProtocolVersion::Ssl2;
    case Method::Ssl3:
        return ProtocolVersion::Ssl3;
    case Method::Best:
        break;
    case Method::Tls10:
        return ProtocolVersion::Tls10;
    case Method::Tls11:
        return ProtocolVersion::Tls11;
    case Method::Tls12:
        return ProtocolVersion::Tls12;
    case Method::Tls13:
        return ProtocolVersion::Tls13;
    }
    return std::nullopt;
}

struct OptionBits {
    Option option;
    std::uint64_t native;
};

constexpr std::array<OptionBits, 13> OptionTable{{
    {Option::SingleDhUse, SSL_OP_SINGLE_DH_USE},
    {Option::EphemeralRsa, SSL_OP_EPHEMERAL_RSA},
    {Option::NoSsl2, SSL_OP_NO_SSLv2},
    {Option::NoSsl3, SSL_OP_NO_SSLv3},
    {Option::NoTls10, SSL_OP_NO_TLSv1},
    {Option::NoTls11, SSL_OP_NO_TLSv1_1},
    {Option::NoTls12, SSL_OP_NO_TLSv1_2},
    {Option::NoTls13, SSL_OP_NO_TLSv1_3},
    {Option::NoTicket, SSL_OP_NO_TICKET},
    {Option::NoRenegotiation, SSL_OP_NO_RENEGOTIATION},
    {Option::AllowClientRenegotiation, SSL_OP_ALLOW_CLIENT_RENEGOTIATION},
    {Option::LegacyServerConnect, SSL_OP_LEGACY_SERVER_CONNECT},
    {Option::ServerPreference, SSL_OP_CIPHER_SERVER_PREFERENCE},
}};

bool acceptAnything(const Engine& /*connection*/, const x509::Certificate& /*certificate*/, int /*errorNumber*/,
                    int /*depth*/, bool /*isOk*/) {
    return true; // looking is not trusting: the engine tells what was found
}

constexpr long ServedSessions = 1024; ///< a test server needs no more, and each costs some kilobytes

} // namespace

Context::Context(Method method, Role role)
    : m_role(role)
    , m_context(base::check(SSL_CTX_new(TLS_method()), "set up TLS")) {
    if (const std::optional<ProtocolVersion> version = versionOf(method)) {
        setMinimumVersion(*version);
        setMaximumVersion(*version);
    }
    SSL_CTX_set1_cert_store(native(), m_trust.native());
    SSL_CTX_set_mode(native(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_sess_set_cache_size(native(), ServedSessions);
    setTimeout(DefaultTimeout);
    registerCallbacks(*this);
}

Context::~Context() = default;

void Context::apply(const ContextOptions& options) {
    if (options.minimumVersion)
        setMinimumVersion(*options.minimumVersion);
    if (options.maximumVersion)
        setMaximumVersion(*options.maximumVersion);
    if (!options.ciphers.empty())
        setCipherList(options.ciphers);
    if (options.securityLevel)
        setSecurityLevel(*options.securityLevel);
    if (!options.cipherSuites.empty())
        setCipherSuites(options.cipherSuites);
    if (!options.groups.empty())
        setGroups(options.groups);
    if (!options.alpn.empty())
        setAlpn(options.alpn);
    if (options.presharedKey)
        setPresharedKey(*options.presharedKey);
    if (!options.offersTickets)
        addOptions(Option::NoTicket);
    // Inspecting is asking, not trusting: servers without RFC 5746 are shown, with the fact that they lack it, and a
    // second handshake over the first would only blur what the first one agreed upon.
    addOptions(Option::LegacyServerConnect | Option::NoRenegotiation);
    // What is sent is what was given, not what the trusted certificates would make of it.
    SSL_CTX_set_mode(native(), SSL_MODE_NO_AUTO_CHAIN);
}

std::shared_ptr<const Context> Context::forClient(const ContextOptions& options, const x509::TrustStore& trust) {
    auto context = std::make_shared<Context>(Method::Best, Role::Client);
    context->apply(options);
    SSL_CTX_set_session_cache_mode(context->native(), SSL_SESS_CACHE_OFF);
    context->m_trust = trust.shared();
    SSL_CTX_set1_cert_store(context->native(), trust.native());
    context->setVerify(VerifyMode::Peer, acceptAnything);
    if (options.credentials)
        context->useCredentials(*options.credentials);
    return context;
}

std::shared_ptr<const Context> Context::forServer(const ContextOptions& options, const ServerOptions& server) {
    auto context = std::make_shared<Context>(Method::Best, Role::Server);
    context->apply(options);
    if (server.credentials)
        context->useCredentials(*server.credentials);
    else if (!options.presharedKey)
        throw base::Error(ErrorKind::BadInput, "A server needs a certificate with its key, or a preshared key");
    context->setTemporaryDhAuto(true);
    context->setStaple(server.staple);
    context->setSessionId("certwright");
    if (!server.hasTickets)
        context->addOptions(Option::NoTicket);
    if (server.allowsClientRenegotiation) {
        SSL_CTX_clear_options(context->native(), SSL_OP_NO_RENEGOTIATION);
        context->addOptions(Option::AllowClientRenegotiation);
    }
    for (const x509::Certificate& certificate : server.clientCas)
        context->certificateStore().addTrusted(certificate);
    context->setClientCas(server.clientCas);
    const bool isRequired = server.clientAuthentication == ClientAuthentication::Require;
    if (server.clientAuthentication != ClientAuthentication::None)
        context->setVerify(isRequired ? VerifyMode::Peer | VerifyMode::FailIfNoPeerCertificate : VerifyMode::Peer,
                           isRequired && server.refusesUntrusted ? VerifyCallback() : acceptAnything);
    return context;
}

std::shared_ptr<const Context> Context::forServer(const ContextOptions& options, const Credentials& credentials) {
    ServerOptions server;
    server.credentials = credentials;
    return forServer(options, server);
}

void Context::setMinimumVersion(ProtocolVersion version) {
    setVersion(native(), version, true);
}

void Context::setMaximumVersion(ProtocolVersion version) {
    setVersion(native(), version, false);
}

Option Context::addOptions(Option options) {
    std::uint64_t bits = 0;
    for (const OptionBits& entry : OptionTable) {
        if (contains(options, entry.option))
            bits |= entry.native;
    }
    SSL_CTX_set_options(native(), bits);
    m_addedOptions = m_addedOptions | options;
    return m_addedOptions;
}

void Context::setCipherList(const std::string& ciphers) {
    base::check(SSL_CTX_set_cipher_list(native(), ciphers.c_str()), "use the cipher list “" + ciphers + "”",
                ErrorKind::BadInput);
}

void Context::setCipherSuites(const std::string& names) {
    base::check(SSL_CTX_set_ciphersuites(native(), names.c_str()), "use the TLS 1.3 suites “" + names + "”",
                ErrorKind::BadInput);
    requireKnownSuites(native(), names);
}

void Context::setGroups(const std::string& names) {
    base::check(static_cast<int>(SSL_CTX_set1_groups_list(native(), names.c_str())), "use the groups “" + names + "”",
                ErrorKind::BadInput);
}

void Context::setSecurityLevel(int level) {
    if (level < 0 || level > MaximumSecurityLevel)
        throw base::Error(ErrorKind::BadInput, "The security level goes from 0 to 5");
    SSL_CTX_set_security_level(native(), level);
}

int Context::securityLevel() const noexcept {
    return SSL_CTX_get_security_level(native());
}

bool Context::isSecurityLevelLowered() const noexcept {
    static const int libraryLevel = [] {
        const base::Handle<SSL_CTX> fresh(SSL_CTX_new(TLS_method()));
        return fresh ? SSL_CTX_get_security_level(fresh.get()) : 1;
    }();
    return securityLevel() < libraryLevel;
}

void Context::setAlpn(const std::vector<std::string>& names) {
    m_alpn = encodeAlpn(names);
    if (SSL_CTX_set_alpn_protos(native(), m_alpn.data(), static_cast<unsigned int>(m_alpn.size())) != 0)
        base::throwFromQueue("offer the ALPN names", ErrorKind::BadInput);
    SSL_CTX_set_alpn_select_cb(native(), m_alpn.empty() ? nullptr : selectAlpn, &m_alpn);
}

void Context::setVerify(VerifyMode mode, VerifyCallback callback) {
    m_verify = std::move(callback);
    SSL_CTX_set_verify(native(), static_cast<int>(mode), SSL_CTX_get_verify_callback(native()));
}

VerifyMode Context::verifyMode() const noexcept {
    return static_cast<VerifyMode>(SSL_CTX_get_verify_mode(native()));
}

void Context::setVerifyDepth(int depth) noexcept {
    SSL_CTX_set_verify_depth(native(), depth);
}

int Context::verifyDepth() const noexcept {
    return SSL_CTX_get_verify_depth(native());
}

void Context::setSessionId(std::string_view name) {
    if (name.size() > SSL_MAX_SID_CTX_LENGTH)
        throw base::Error(ErrorKind::BadInput, "The name of the sessions is longer than 32 octets");
    const base::BytesView octets = base::bytesOf(name);
    base::check(SSL_CTX_set_session_id_context(native(), octets.data(), static_cast<unsigned int>(octets.size())),
                "name the sessions", ErrorKind::BadInput);
}

void Context::setTimeout(std::chrono::seconds timeout) noexcept {
    SSL_CTX_set_timeout(native(), static_cast<long>(timeout.count()));
}

std::chrono::seconds Context::timeout() const noexcept {
    return std::chrono::seconds(SSL_CTX_get_timeout(native()));
}

} // namespace certwright::tls
