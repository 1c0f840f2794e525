#include "core/tls/engine_callbacks.h"

#include "core/base/openssl_check.h"
#include "core/tls/context.h"
#include "core/tls/engine.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace certwright::tls {

namespace {

int engineIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

void useCredentials(SSL* ssl, const Credentials& own) {
    base::check(SSL_use_certificate(ssl, own.certificate.native()), "use the certificate", base::ErrorKind::BadInput);
    base::check(SSL_use_PrivateKey(ssl, own.key.native()), "use the private key", base::ErrorKind::BadInput);
    base::check(static_cast<int>(SSL_clear_chain_certs(ssl)), "send the chain");
    for (const x509::Certificate& certificate : own.chain)
        base::check(static_cast<int>(SSL_add1_chain_cert(ssl, certificate.native())), "add to the chain",
                    base::ErrorKind::BadInput);
}

} // namespace

/// Has access to what the callbacks write, and to what they are to answer.
struct EngineCallbacks {
    static Engine* engineOf(const SSL* ssl) noexcept {
        return static_cast<Engine*>(SSL_get_ex_data(ssl, engineIndex()));
    }

    /// Runs `record` unless an earlier callback failed already; keeps what it throws.
    template <class F>
    static void guarded(Engine* engine, F&& record) noexcept {
        if (engine == nullptr || engine->m_callbackError)
            return;
        try {
            std::forward<F>(record)(*engine);
        } catch (...) {
            engine->m_callbackError = std::current_exception();
        }
    }

    static void onInfo(const SSL* ssl, int where, int returned) noexcept;
    static void onMessage(int isSent, int version, int contentType, const void* buffer, std::size_t length, SSL* ssl,
                          void* argument) noexcept;
    static void onKeyLog(const SSL* ssl, const char* line) noexcept;
    static int onVerify(int isOk, X509_STORE_CTX* storeContext) noexcept;
    static int onCertificate(SSL* ssl) noexcept;
    static int onStatus(SSL* ssl) noexcept;
    static unsigned int onClientKey(SSL* ssl, std::span<char> identity, std::span<unsigned char> key) noexcept;
    static unsigned int onServerKey(SSL* ssl, std::string_view identity, std::span<unsigned char> key) noexcept;

    static void noteFinding(PeerVerification& verification, X509_STORE_CTX* storeContext);
    static bool askApplication(Engine& engine, bool isOk, X509_STORE_CTX* storeContext);

    static bool isEncrypted(Engine& engine, Direction direction, Message::Content content, std::uint8_t type);
};

void EngineCallbacks::onInfo(const SSL* ssl, int where, int returned) noexcept {
    guarded(engineOf(ssl), [ssl, where, returned](Engine& engine) {
        if (const auto& callback = engine.context().infoCallback())
            callback(engine, where, returned);
        StateChange change;
        change.time = engine.m_now;
        if ((where & SSL_CB_ALERT) != 0) {
            change.where =
                (where & SSL_CB_READ) != 0 ? StateChange::Where::AlertReceived : StateChange::Where::AlertSent;
            const auto level = (returned >> 8) == SSL3_AL_WARNING ? Alert::Level::Warning : Alert::Level::Fatal;
            change.alert = Alert{level, static_cast<std::uint8_t>(returned & 0xFF)};
        } else if ((where & SSL_CB_HANDSHAKE_START) != 0) {
            change.where = StateChange::Where::HandshakeStart;
        } else if ((where & SSL_CB_HANDSHAKE_DONE) != 0) {
            change.where = StateChange::Where::HandshakeDone;
        } else if ((where & SSL_CB_LOOP) == 0) {
            return; // SSL_CB_EXIT comes at each return to the caller and says nothing about the peers
        }
        change.state = SSL_state_string_long(ssl);
        engine.m_transcript.add(std::move(change));
    });
}

bool EngineCallbacks::isEncrypted(Engine& engine, Direction direction, Message::Content content, std::uint8_t type) {
    bool& hasChangedCipher = direction == Direction::Sent ? engine.m_hasSentChange : engine.m_hasReceivedChange;
    if (content == Message::Content::ChangeCipherSpec) {
        hasChangedCipher = true; // in TLS 1.3 it is there for middleboxes only (RFC 8446 D.4)
        return false;
    }
    const bool isTls13 = SSL_version(engine.native()) == TLS1_3_VERSION;
    if (!isTls13)
        return hasChangedCipher;
    if (content == Message::Content::Handshake)
        return type != handshake_type::ClientHello && type != handshake_type::ServerHello;
    return engine.m_keyLog.find("SERVER_HANDSHAKE_TRAFFIC_SECRET") != nullptr;
}

void EngineCallbacks::onMessage(int isSent, int /*version*/, int contentType, const void* buffer, std::size_t length,
                                SSL* ssl, void* /*argument*/) noexcept {
    base::BytesView bytes(static_cast<const std::uint8_t*>(buffer), length);
    // OpenSSL does not show a ChangeCipherSpec that it got, only the head of its record.
    static constexpr std::array<std::uint8_t, 1> ChangeCipherSpec{1};
    if (contentType == SSL3_RT_HEADER && isSent == 0 && !bytes.empty() && bytes.front() == SSL3_RT_CHANGE_CIPHER_SPEC) {
        contentType = SSL3_RT_CHANGE_CIPHER_SPEC;
        bytes = ChangeCipherSpec;
    }
    if (contentType != SSL3_RT_HANDSHAKE && contentType != SSL3_RT_ALERT && contentType != SSL3_RT_CHANGE_CIPHER_SPEC)
        return; // other heads of records and the like
    guarded(engineOf(ssl), [isSent, contentType, bytes](Engine& engine) {
        Message message;
        message.time = engine.m_now;
        message.direction = isSent != 0 ? Direction::Sent : Direction::Received;
        message.content = static_cast<Message::Content>(contentType);
        if (message.content == Message::Content::Handshake && !bytes.empty())
            message.type = bytes.front();
        message.length = bytes.size();
        message.isEncrypted = isEncrypted(engine, message.direction, message.content, message.type);
        message.bytes = base::toBytes(bytes);
        engine.m_transcript.add(std::move(message));
    });
}

void EngineCallbacks::onKeyLog(const SSL* ssl, const char* line) noexcept {
    guarded(engineOf(ssl), [line](Engine& engine) { engine.m_keyLog.addLine(line); });
}

void EngineCallbacks::noteFinding(PeerVerification& verification, X509_STORE_CTX* storeContext) {
    const int code = X509_STORE_CTX_get_error(storeContext);
    const int depth = X509_STORE_CTX_get_error_depth(storeContext);
    const bool isKnown = std::any_of(
        verification.findings.begin(), verification.findings.end(),
        [code, depth](const x509::Finding& found) { return found.opensslCode == code && found.depth == depth; });
    // That the leaf can't be checked only repeats that its issuer is missing.
    const bool isRepetition = code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE && !verification.findings.empty();
    if (isKnown || isRepetition)
        return;
    std::optional<x509::Certificate> certificate;
    if (X509* current = X509_STORE_CTX_get_current_cert(storeContext))
        certificate = x509::Certificate::share(current);
    verification.findings.push_back(x509::findingFor(code, depth, certificate ? &*certificate : nullptr));
}

bool EngineCallbacks::askApplication(Engine& engine, bool isOk, X509_STORE_CTX* storeContext) {
    const Context::VerifyCallback& callback = engine.context().verifyCallback();
    if (!callback)
        return isOk;
    X509* current = X509_STORE_CTX_get_current_cert(storeContext);
    if (current == nullptr)
        current = X509_STORE_CTX_get0_cert(storeContext);
    if (current == nullptr)
        return isOk;
    // A chain that is good reports no error for this certificate, but may remember that of another one.
    const int code = isOk ? X509_V_OK : X509_STORE_CTX_get_error(storeContext);
    return callback(engine, x509::Certificate::share(current), code, X509_STORE_CTX_get_error_depth(storeContext),
                    isOk);
}

int EngineCallbacks::onVerify(int isOk, X509_STORE_CTX* storeContext) noexcept {
    const auto* ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(storeContext, SSL_get_ex_data_X509_STORE_CTX_idx()));
    Engine* engine = ssl == nullptr ? nullptr : engineOf(ssl);
    bool answer = isOk == 1;
    guarded(engine, [&answer, storeContext](Engine& self) {
        self.m_verification.hasRun = true;
        if (!answer)
            noteFinding(self.m_verification, storeContext);
        answer = askApplication(self, answer, storeContext);
    });
    return answer && (engine == nullptr || !engine->m_callbackError) ? 1 : 0;
}

int EngineCallbacks::onCertificate(SSL* ssl) noexcept {
    constexpr int Failed = 0;
    constexpr int GoOn = 1;
    constexpr int AskAgain = -1;
    Engine* engine = engineOf(ssl);
    int result = GoOn;
    guarded(engine, [ssl, &result](Engine& self) {
        const Context::CertificateSelector& selector = self.context().certificateSelector();
        if (!selector)
            return;
        const CertificateChoice choice = selector(self);
        if (choice.isLater())
            result = AskAgain;
        else if (const std::optional<Credentials>& own = choice.credentials())
            useCredentials(ssl, *own);
    });
    return engine == nullptr || !engine->m_callbackError ? result : Failed;
}

int EngineCallbacks::onStatus(SSL* ssl) noexcept {
    if (SSL_is_server(ssl) == 0)
        return 1; // a client's: the response is there to be looked at, and ends no handshake
    int result = SSL_TLSEXT_ERR_NOACK;
    guarded(engineOf(ssl), [ssl, &result](Engine& self) {
        const base::Bytes& staple = self.context().staple();
        if (staple.empty())
            return;
        void* copy = base::check(OPENSSL_memdup(staple.data(), staple.size()), "staple the response");
        SSL_set_tlsext_status_ocsp_resp(ssl, copy, base::longSize(staple.size())); // takes it over
        result = SSL_TLSEXT_ERR_OK;
    });
    return result;
}

unsigned int EngineCallbacks::onClientKey(SSL* ssl, std::span<char> identity, std::span<unsigned char> key) noexcept {
    unsigned int size = 0;
    guarded(engineOf(ssl), [identity, key, &size](Engine& self) {
        const std::optional<PresharedKey>& own = self.context().presharedKey();
        // With the terminating zero that OpenSSL looks for.
        if (!own || own->identity.size() + 1 > identity.size() || own->key->size() > key.size())
            return;
        std::copy_n(own->identity.c_str(), own->identity.size() + 1, identity.begin());
        std::copy_n(own->key->data(), own->key->size(), key.begin());
        size = static_cast<unsigned int>(own->key->size());
    });
    return size;
}

unsigned int EngineCallbacks::onServerKey(SSL* ssl, std::string_view identity, std::span<unsigned char> key) noexcept {
    unsigned int size = 0;
    guarded(engineOf(ssl), [identity, key, &size](Engine& self) {
        const std::optional<PresharedKey>& own = self.context().presharedKey();
        if (!own || own->identity != identity || own->key->size() > key.size())
            return;
        std::copy_n(own->key->data(), own->key->size(), key.begin());
        self.m_hasGivenKey = true;
        size = static_cast<unsigned int>(own->key->size());
    });
    return size;
}

namespace {

// OpenSSL asks for functions with C linkage in theory only; these stand between so that the members may stay private.
void infoCallback(const SSL* ssl, int where, int returned) {
    EngineCallbacks::onInfo(ssl, where, returned);
}
void messageCallback(int isSent, int version, int contentType, const void* buffer, std::size_t length, SSL* ssl,
                     void* argument) {
    EngineCallbacks::onMessage(isSent, version, contentType, buffer, length, ssl, argument);
}
void keyLogCallback(const SSL* ssl, const char* line) {
    EngineCallbacks::onKeyLog(ssl, line);
}
int verifyCallback(int isOk, X509_STORE_CTX* storeContext) {
    return EngineCallbacks::onVerify(isOk, storeContext);
}
int certificateCallback(SSL* ssl, void* /*argument*/) {
    return EngineCallbacks::onCertificate(ssl);
}
int statusCallback(SSL* ssl, void* /*argument*/) {
    return EngineCallbacks::onStatus(ssl);
}
unsigned int clientKeyCallback(SSL* ssl, const char* /*hint*/, char* identity, unsigned int identitySize,
                               unsigned char* key, unsigned int keySize) {
    return EngineCallbacks::onClientKey(ssl, {identity, identitySize}, {key, keySize});
}
unsigned int serverKeyCallback(SSL* ssl, const char* identity, unsigned char* key, unsigned int keySize) {
    return EngineCallbacks::onServerKey(ssl, identity == nullptr ? "" : identity, {key, keySize});
}
int acceptTimestamps(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*timestamps*/, void* /*argument*/) {
    return 1; // they are shown; whether there are enough of them is for others to judge
}

} // namespace

void registerCallbacks(const Context& context) {
    SSL_CTX* native = context.native();
    SSL_CTX_set_keylog_callback(native, keyLogCallback);
    SSL_CTX_set_verify(native, SSL_VERIFY_NONE, verifyCallback);
    SSL_CTX_set_cert_cb(native, certificateCallback, nullptr);
    // What the macro SSL_CTX_set_tlsext_status_cb() does.
    SSL_CTX_callback_ctrl(native, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, reinterpret_cast<void (*)()>(statusCallback));
}

void registerPresharedKeyCallbacks(const Context& context) {
    SSL_CTX_set_psk_client_callback(context.native(), clientKeyCallback);
    SSL_CTX_set_psk_server_callback(context.native(), serverKeyCallback);
}

void registerCallbacks(Engine& engine) {
    SSL* ssl = engine.native();
    base::check(SSL_set_ex_data(ssl, engineIndex(), &engine), "set up the connection");
    SSL_set_info_callback(ssl, infoCallback);
    SSL_set_msg_callback(ssl, messageCallback);
}

void askForProofs(Engine& engine) {
    SSL* ssl = engine.native();
    // Asks for timestamps and, with them, for a stapled OCSP response (RFC 6962 3.3, RFC 6066 8).
    base::check(SSL_set_ct_validation_callback(ssl, acceptTimestamps, nullptr), "ask for certificate timestamps");
    base::check(static_cast<int>(SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp)),
                "ask for a stapled response");
}

} // namespace certwright::tls
