#include "core/tls/engine_callbacks.h"

#include "core/base/openssl_check.h"
#include "core/tls/context.h"
#include "core/tls/engine.h"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

namespace certwright::tls {

namespace {

int engineIndex() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

} // namespace

/// Has access to what the callbacks write.
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

    static bool isEncrypted(Engine& engine, Direction direction, Message::Content content, std::uint8_t type);
};

void EngineCallbacks::onInfo(const SSL* ssl, int where, int returned) noexcept {
    guarded(engineOf(ssl), [ssl, where, returned](Engine& engine) {
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

int EngineCallbacks::onVerify(int isOk, X509_STORE_CTX* storeContext) noexcept {
    const auto* ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(storeContext, SSL_get_ex_data_X509_STORE_CTX_idx()));
    Engine* engine = ssl == nullptr ? nullptr : engineOf(ssl);
    guarded(engine, [isOk, storeContext](Engine& self) {
        PeerVerification& verification = self.m_verification;
        verification.hasRun = true;
        if (isOk == 1)
            return;
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
    });
    // Always on: the inspector looks at what the peer does, and tells what it found. Only a failure of this program
    // itself stops the handshake.
    return engine == nullptr || !engine->m_callbackError ? 1 : 0;
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
int acceptTimestamps(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*timestamps*/, void* /*argument*/) {
    return 1; // they are shown; whether there are enough of them is for others to judge
}

} // namespace

void registerCallbacks(const Context& context) {
    SSL_CTX_set_keylog_callback(context.native(), keyLogCallback);
    if (context.role() == Context::Role::Client)
        SSL_CTX_set_verify(context.native(), SSL_VERIFY_PEER, verifyCallback);
}

void registerCallbacks(Engine& engine) {
    SSL* ssl = engine.native();
    base::check(SSL_set_ex_data(ssl, engineIndex(), &engine), "set up the connection");
    SSL_set_info_callback(ssl, infoCallback);
    SSL_set_msg_callback(ssl, messageCallback);
    if (engine.context().role() != Context::Role::Client)
        return;
    // Asks for timestamps and, with them, for a stapled OCSP response (RFC 6962 3.3, RFC 6066 8).
    base::check(SSL_set_ct_validation_callback(ssl, acceptTimestamps, nullptr), "ask for certificate timestamps");
    base::check(static_cast<int>(SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp)),
                "ask for a stapled response");
}

} // namespace certwright::tls
