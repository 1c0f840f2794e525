#include "core/tls/session_facts.h"

#include "core/tls/engine.h"
#include "core/tls/group.h"
#include "core/tls/signature_scheme.h"
#include "core/tls/wire/hello.h"

#include <openssl/ct.h>
#include <openssl/objects.h>

#include <array>
#include <utility>

namespace certwright::tls {

namespace {

constexpr std::size_t RandomSize = 32;

/// The suite of a number, as the linked OpenSSL has it, or by the registry where it lacks it.
CipherSuite suiteOf(SSL* ssl, std::uint16_t id) {
    const std::array<unsigned char, 2> octets{static_cast<unsigned char>(id >> 8U),
                                              static_cast<unsigned char>(id & 0xFFU)};
    if (const SSL_CIPHER* cipher = SSL_CIPHER_find(ssl, octets.data()))
        return cipherSuiteOf(cipher);
    return registeredSuite(id);
}

bool isServer(const Engine& engine) {
    return engine.role() == Context::Role::Server;
}

Direction ofClient(const Engine& engine) {
    return isServer(engine) ? Direction::Received : Direction::Sent;
}

Direction ofServer(const Engine& engine) {
    return isServer(engine) ? Direction::Sent : Direction::Received;
}

void readClientHello(const Engine& engine, SessionFacts& facts) {
    const Message* message = engine.transcript().findLast(ofClient(engine), handshake_type::ClientHello);
    if (message == nullptr)
        return;
    if (const std::optional<wire::ClientHello> hello = wire::parseClientHello(message->bytes)) {
        facts.clientRandom = hello->random;
        for (const std::uint16_t id : hello->cipherSuites)
            facts.offeredCiphers.push_back(suiteOf(engine.native(), id));
    }
}

void readKeyExchange(const Engine& engine, const wire::ServerHello& hello, SessionFacts& facts) {
    const Transcript& transcript = engine.transcript();
    std::optional<std::uint16_t> group = hello.group;
    std::optional<std::uint16_t> scheme;
    if (facts.version == ProtocolVersion::Tls13) {
        if (const Message* verify = transcript.find(ofServer(engine), handshake_type::CertificateVerify))
            scheme = wire::parseCertificateVerify(verify->bytes);
    } else if (const Message* message = transcript.find(ofServer(engine), handshake_type::ServerKeyExchange)) {
        const bool isTls12 = facts.version == ProtocolVersion::Tls12;
        const bool isSigned = facts.cipher && facts.cipher->authentication != "NULL";
        std::optional<wire::KeyExchange> exchange;
        if (facts.cipher && facts.cipher->keyExchange == "ECDHE")
            exchange = wire::parseEcdheKeyExchange(message->bytes, isTls12 && isSigned);
        else if (facts.cipher && facts.cipher->keyExchange == "DHE")
            exchange = wire::parseDheKeyExchange(message->bytes, isTls12 && isSigned);
        if (exchange) {
            group = exchange->group;
            scheme = exchange->signatureScheme;
        }
    }
    if (group)
        facts.group = groupName(*group);
    if (scheme)
        facts.signature = signatureSchemeName(*scheme);
}

/// A server has heard of all that the client has.
void readSharedCiphers(SSL* ssl, SessionFacts& facts) {
    const STACK_OF(SSL_CIPHER)* own = SSL_get_ciphers(ssl);
    for (const CipherSuite& offered : facts.offeredCiphers) {
        for (int i = 0; i < sk_SSL_CIPHER_num(own); ++i) {
            if (SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(own, i)) == offered.id)
                facts.sharedCiphers.push_back(offered);
        }
    }
}

void readServerHello(const Engine& engine, SessionFacts& facts) {
    // After a HelloRetryRequest the second hello is the one that counts; the first has no random of the server.
    const Message* message = engine.transcript().findLast(ofServer(engine), handshake_type::ServerHello);
    if (message == nullptr)
        return;
    const std::optional<wire::ServerHello> hello = wire::parseServerHello(message->bytes);
    if (!hello)
        return;
    facts.version = static_cast<ProtocolVersion>(hello->version);
    facts.cipher = suiteOf(engine.native(), hello->cipherSuite);
    if (isServer(engine))
        readSharedCiphers(engine.native(), facts);
    else
        facts.sharedCiphers.push_back(*facts.cipher); // of what else the server has nothing was heard
    facts.hasExtendedMasterSecret = hello->hasExtendedMasterSecret;
    if (!hello->isHelloRetryRequest)
        facts.serverRandom = hello->random;
    readKeyExchange(engine, *hello, facts);
}

void readSession(const Engine& engine, SessionFacts& facts) {
    SSL* ssl = engine.native();
    const SSL_SESSION* session = SSL_get_session(ssl);
    if (session == nullptr || !facts.cipher)
        return;
    SessionId id;
    unsigned int length = 0;
    const unsigned char* octets = SSL_SESSION_get_id(session, &length);
    id.id.assign(octets, octets + length);
    id.hasTicket = SSL_SESSION_has_ticket(session) == 1;
    id.isResumed = engine.isResumed();
    id.timeout = std::chrono::seconds(SSL_SESSION_get_timeout(session));
    if (isServer(engine))
        id.hasTicket = engine.transcript().find(Direction::Sent, handshake_type::NewSessionTicket) != nullptr;
    else if (id.hasTicket)
        id.ticketLifetime = std::chrono::seconds(SSL_SESSION_get_ticket_lifetime_hint(session));
    facts.session = std::move(id);
    const std::size_t size = SSL_SESSION_get_master_key(session, nullptr, 0);
    base::Secret key(size);
    if (size > 0)
        SSL_SESSION_get_master_key(session, key.data(), size);
    facts.masterKey = std::move(key);
}

void readChain(const Engine& engine, SessionFacts& facts) {
    SSL* ssl = engine.native();
    // On a server OpenSSL leaves the client's own certificate out of its chain.
    if (X509* leaf = isServer(engine) ? SSL_get0_peer_certificate(ssl) : nullptr)
        facts.chain.push_back(x509::Certificate::share(leaf));
    const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; i < sk_X509_num(chain); ++i)
        facts.chain.push_back(x509::Certificate::share(sk_X509_value(chain, i)));
}

void readTemporaryKey(SSL* ssl, SessionFacts& facts) {
    EVP_PKEY* raw = nullptr;
    if (SSL_get_peer_tmp_key(ssl, &raw) != 1)
        return;
    const base::Handle<EVP_PKEY> key(raw);
    try {
        facts.temporaryKey = crypto::PublicKey::share(key.get()).facts();
    } catch (const base::Error&) {
        // A key of the exchange alone need not have an encoding of its own: then its group's name says it all.
        facts.temporaryKey = crypto::KeyFacts{{}, EVP_PKEY_get_bits(key.get()), {}};
    }
}

std::string timestampAlgorithm(const SCT* timestamp) {
    const int nid = SCT_get_signature_nid(timestamp);
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
    return name == nullptr ? std::string() : std::string(name);
}

void readTimestamps(SSL* ssl, SessionFacts& facts) {
    const STACK_OF(SCT)* timestamps = SSL_get0_peer_scts(ssl);
    for (int i = 0; i < sk_SCT_num(timestamps); ++i) {
        const SCT* timestamp = sk_SCT_value(timestamps, i);
        SignedTimestamp facet;
        facet.version = static_cast<int>(SCT_get_version(timestamp)) + 1;
        unsigned char* log = nullptr;
        const std::size_t size = SCT_get0_log_id(timestamp, &log);
        facet.logId.assign(log, log + size);
        facet.timestamp =
            std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(SCT_get_timestamp(timestamp)));
        facet.signatureAlgorithm = timestampAlgorithm(timestamp);
        switch (SCT_get_source(timestamp)) {
        case SCT_SOURCE_X509V3_EXTENSION:
            facet.source = SignedTimestamp::Source::Certificate;
            break;
        case SCT_SOURCE_OCSP_STAPLED_RESPONSE:
            facet.source = SignedTimestamp::Source::OcspResponse;
            break;
        default:
            facet.source = SignedTimestamp::Source::TlsExtension;
            break;
        }
        facts.timestamps.push_back(std::move(facet));
    }
}

void readStaple(const Engine& engine, base::Time now, SessionFacts& facts) {
    unsigned char* response = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(engine.native(), &response);
    if (response == nullptr || size <= 0 || facts.chain.empty())
        return;
    const std::vector<x509::Certificate>& built = engine.verification().builtChain;
    const x509::Certificate* issuer = x509::issuerAmong(built.empty() ? facts.chain : built, facts.chain.front());
    const x509::OcspInput input{base::Bytes(response, response + size), x509::OcspSource::Stapled};
    facts.staple = x509::checkOcsp(input, facts.chain.front(), issuer, now);
}

void readClientAuthentication(const Engine& engine, SessionFacts& facts) {
    facts.isClientCertificateRequested =
        engine.transcript().find(ofServer(engine), handshake_type::CertificateRequest) != nullptr;
    const STACK_OF(X509_NAME)* names =
        isServer(engine) ? SSL_get_client_CA_list(engine.native()) : SSL_get0_peer_CA_list(engine.native());
    if (!facts.isClientCertificateRequested)
        names = nullptr;
    for (int i = 0; i < sk_X509_NAME_num(names); ++i)
        facts.clientCaNames.push_back(x509::Name::share(sk_X509_NAME_value(names, i)).toRfc2253());
}

void readExtensions(SSL* ssl, SessionFacts& facts) {
    const unsigned char* protocol = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    if (protocol != nullptr)
        facts.alpn = std::string(base::textOf({protocol, length}));
    if (const COMP_METHOD* compression = SSL_get_current_compression(ssl))
        facts.compression = SSL_COMP_get_name(compression);
    facts.hasSecureRenegotiation = SSL_get_secure_renegotiation_support(ssl) == 1;
}

void readPresharedKey(const Engine& engine, SessionFacts& facts) {
    const std::optional<PresharedKey>& key = engine.context().presharedKey();
    if (!key || !facts.cipher)
        return;
    const bool isUsed = facts.version == ProtocolVersion::Tls13
                            ? SSL_session_reused(engine.native()) == 1 && !engine.isResumed()
                            : facts.cipher->keyExchange.find("PSK") != std::string::npos;
    if (isUsed)
        facts.presharedKeyIdentity = key->identity;
}

} // namespace

std::string_view toString(SignedTimestamp::Source source) noexcept {
    switch (source) {
    case SignedTimestamp::Source::TlsExtension:
        return "tls-extension";
    case SignedTimestamp::Source::OcspResponse:
        return "ocsp";
    case SignedTimestamp::Source::Certificate:
        return "certificate";
    }
    return "tls-extension";
}

SessionFacts sessionFacts(const Engine& engine, base::Time now) {
    SSL* ssl = engine.native();
    SessionFacts facts;
    const char* asked = isServer(engine) ? SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) : nullptr;
    facts.serverName = asked != nullptr ? std::string(asked) : engine.serverName();
    facts.securityLevel = SSL_get_security_level(ssl);
    readClientHello(engine, facts);
    readServerHello(engine, facts);
    if (!facts.version)
        return facts;
    readSession(engine, facts);
    readPresharedKey(engine, facts);
    readChain(engine, facts);
    readTemporaryKey(ssl, facts);
    if (!isServer(engine)) {
        readTimestamps(ssl, facts);
        readStaple(engine, now, facts);
    }
    readClientAuthentication(engine, facts);
    readExtensions(ssl, facts);
    return facts;
}

} // namespace certwright::tls
