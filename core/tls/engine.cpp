#include "core/tls/engine.h"

#include "core/base/openssl_check.h"
#include "core/tls/engine_callbacks.h"

#include <openssl/bio.h>

#include <algorithm>
#include <array>
#include <limits>

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;

/// A memory BIO that says "come again" when it is empty, instead of "the end".
base::Handle<BIO> makeBio() {
    base::Handle<BIO> bio(base::check(BIO_new(BIO_s_mem()), "set up the connection"));
    BIO_set_mem_eof_return(bio.get(), -1);
    return bio;
}

} // namespace

Engine::Engine(std::shared_ptr<const Context> context, const std::string& serverName)
    : m_context(std::move(context))
    , m_role(m_context->role())
    , m_serverName(serverName)
    , m_ssl(base::check(SSL_new(m_context->native()), "set up the connection")) {
    base::Handle<BIO> input = makeBio();
    base::Handle<BIO> output = makeBio();
    m_input = input.get();
    m_output = output.get();
    SSL_set_bio(native(), input.release(), output.release());
    registerCallbacks(*this);
    setRole(m_role);
}

Engine::~Engine() = default;

void Engine::setRole(Context::Role role) {
    throwIfBegun();
    m_role = role;
    if (role == Context::Role::Server) {
        SSL_set_accept_state(native());
        return;
    }
    SSL_set_connect_state(native());
    askForProofs(*this);
    if (m_serverName.empty())
        return;
    // What the macro SSL_set_tlsext_host_name() does; the library copies the name.
    const long returned = SSL_ctrl(native(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                   const_cast<char*>(m_serverName.c_str()));
    base::check(static_cast<int>(returned), "ask for the server name “" + m_serverName + "”", ErrorKind::BadInput);
}

void Engine::setSession(const Session& session) {
    throwIfBegun();
    base::check(SSL_set_session(native(), session.native()), "resume the session", ErrorKind::BadInput);
    m_hasSession = true;
}

void Engine::throwIfBegun() const {
    if (m_state != EngineState::Idle)
        throw Error(ErrorKind::NotAllowed, "The handshake has begun already");
}

void Engine::feed(base::BytesView bytes) {
    if (m_eof)
        throw Error(ErrorKind::Internal, "Bytes came after the end of the stream");
    m_bytesIn += bytes.size();
    m_transcript.addTraffic(Direction::Received, m_now, bytes);
    const std::size_t kept = std::min(bytes.size(), KeptFirstInput - m_firstInput.size());
    m_firstInput.insert(m_firstInput.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
    while (!bytes.empty()) {
        std::size_t written = 0;
        base::check(BIO_write_ex(m_input, bytes.data(), bytes.size(), &written), "take in bytes of the peer");
        bytes = bytes.subspan(written);
    }
}

void Engine::feedEof() {
    m_eof = true;
    BIO_set_mem_eof_return(m_input, 0);
}

base::Bytes Engine::takeOutput(std::size_t maximum) {
    base::Bytes bytes(std::min(pendingOutput(), maximum));
    std::size_t size = 0;
    if (!bytes.empty() && BIO_read_ex(m_output, bytes.data(), bytes.size(), &size) != 1)
        size = 0;
    bytes.resize(size);
    m_bytesOut += size;
    m_transcript.addTraffic(Direction::Sent, m_now, bytes);
    return bytes;
}

std::size_t Engine::pendingOutput() const noexcept {
    return BIO_ctrl_pending(m_output);
}

Progress Engine::handshake() {
    throwIfFailed();
    if (m_state == EngineState::Idle)
        move(EngineEvent::HandshakeStarted);
    const bool isAgain = m_state == EngineState::Open && SSL_in_init(native()) != 0;
    if (m_state != EngineState::Handshaking && !isAgain)
        return Progress::Done;
    base::clearQueue();
    const int returned = SSL_do_handshake(native());
    rethrowCallbackError();
    if (returned != 1)
        return resultOf(returned, isAgain ? "renegotiation" : "TLS handshake");
    if (isAgain)
        return Progress::Done;
    move(EngineEvent::HandshakeFinished);
    return Progress::Done;
}

Progress Engine::read(std::span<std::uint8_t> buffer, std::size_t& size) {
    size = 0;
    throwIfFailed();
    if (m_state == EngineState::CloseReceived || m_state == EngineState::Closed)
        return Progress::Closed;
    if (m_state != EngineState::Open && m_state != EngineState::CloseSent)
        throw Error(ErrorKind::NotAllowed, "Nothing can be read before the handshake is complete");
    base::clearQueue();
    const int returned = SSL_read_ex(native(), buffer.data(), buffer.size(), &size);
    rethrowCallbackError();
    if (returned == 1)
        return Progress::Done;
    size = 0;
    return resultOf(returned, "reading from the peer");
}

Progress Engine::write(base::BytesView data, std::size_t& size) {
    size = 0;
    throwIfFailed();
    if (m_state != EngineState::Open && m_state != EngineState::CloseReceived)
        throw Error(ErrorKind::NotAllowed, "Nothing can be sent before the handshake or after closing");
    while (size < data.size()) {
        if (pendingOutput() >= MaximumPendingOutput)
            return Progress::WantOutput;
        const base::BytesView rest = data.subspan(size);
        std::size_t written = 0;
        base::clearQueue();
        const int returned = SSL_write_ex(native(), rest.data(), rest.size(), &written);
        rethrowCallbackError();
        if (returned != 1)
            return resultOf(returned, "sending to the peer");
        size += written;
    }
    return Progress::Done;
}

Progress Engine::shutdown() {
    throwIfFailed();
    if (m_state == EngineState::Closed)
        return Progress::Closed;
    if (m_state == EngineState::Idle || m_state == EngineState::Handshaking)
        throw Error(ErrorKind::NotAllowed, "The handshake is not complete");
    if (m_state == EngineState::Open || m_state == EngineState::CloseReceived) {
        base::clearQueue();
        const int returned = SSL_shutdown(native());
        rethrowCallbackError();
        if (returned < 0)
            return resultOf(returned, "closing the connection");
        move(EngineEvent::CloseNotifySent);
        if (m_state == EngineState::Closed)
            return Progress::Closed;
    }
    // Reads on to the peer's close_notify; SSL_shutdown() itself would fail over data that comes before it.
    std::array<std::uint8_t, 4096> discarded{};
    std::size_t size = 0;
    Progress progress = Progress::Done;
    while (progress == Progress::Done)
        progress = read(discarded, size);
    return progress;
}

void Engine::renegotiate() {
    throwIfFailed();
    if (m_state != EngineState::Open || version() >= ProtocolVersion::Tls13)
        throw Error(ErrorKind::NotAllowed, m_state == EngineState::Open
                                               ? "There is no renegotiation in TLS 1.3, only a change of keys"
                                               : "The connection is not open");
    base::clearQueue();
    // The context forbids it, lest a peer asks for one after the other; this one is ours.
    const std::uint64_t forbidden = SSL_get_options(native()) & SSL_OP_NO_RENEGOTIATION;
    SSL_clear_options(native(), forbidden);
    const int returned = SSL_renegotiate(native());
    SSL_set_options(native(), forbidden);
    base::check(returned, "start a new handshake", ErrorKind::NotAllowed);
    handshakeAgain("renegotiation");
}

void Engine::updateKeys(bool isPeerAsked) {
    throwIfFailed();
    if (m_state != EngineState::Open || version() < ProtocolVersion::Tls13)
        throw Error(ErrorKind::NotAllowed, m_state == EngineState::Open ? "Only TLS 1.3 can change keys by a message"
                                                                        : "The connection is not open");
    base::clearQueue();
    base::check(SSL_key_update(native(), isPeerAsked ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED),
                "change the keys", ErrorKind::NotAllowed);
    handshakeAgain("change of keys");
}

/// Lets OpenSSL make the message it has been told to send; what the peer answers is read()'s part.
void Engine::handshakeAgain(std::string_view what) {
    base::clearQueue();
    const int returned = SSL_do_handshake(native());
    rethrowCallbackError();
    if (returned != 1)
        resultOf(returned, what);
}

ProtocolVersion Engine::version() const noexcept {
    return static_cast<ProtocolVersion>(SSL_version(native()));
}

std::string Engine::stateText() const {
    return SSL_state_string_long(native());
}

ShutdownState Engine::shutdownState() const noexcept {
    return static_cast<ShutdownState>(SSL_get_shutdown(native()));
}

void Engine::setShutdownState(ShutdownState state) {
    throwIfFailed();
    SSL_set_shutdown(native(), static_cast<int>(state));
    if (m_state == EngineState::Idle || m_state == EngineState::Handshaking)
        return;
    // Not by the table: the application may take back what it said, which no peer can.
    const bool isSent = contains(state, ShutdownState::Sent);
    const bool isReceived = contains(state, ShutdownState::Received);
    m_state = isSent && isReceived ? EngineState::Closed
              : isSent             ? EngineState::CloseSent
              : isReceived         ? EngineState::CloseReceived
                                   : EngineState::Open;
}

void Engine::move(EngineEvent event) {
    const std::optional<EngineState> next = nextState(m_state, event);
    if (!next)
        throw Error(ErrorKind::Internal, "A connection in state “" + std::string(toString(m_state)) +
                                             "” met the event “" + std::string(toString(event)) + "”");
    m_state = *next;
}

Progress Engine::resultOf(int returned, std::string_view what) {
    const int sslError = SSL_get_error(native(), returned);
    switch (sslError) {
    case SSL_ERROR_WANT_READ:
        return Progress::WantInput;
    case SSL_ERROR_WANT_WRITE:
        return Progress::WantOutput;
    case SSL_ERROR_WANT_X509_LOOKUP:
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
    case SSL_ERROR_WANT_RETRY_VERIFY:
        return Progress::WantCallback;
    case SSL_ERROR_ZERO_RETURN:
        if (m_state == EngineState::Open || m_state == EngineState::CloseSent) {
            move(EngineEvent::CloseNotifyReceived);
            return Progress::Closed;
        }
        break; // in the middle of the handshake
    default:
        break;
    }
    fail(what);
}

void Engine::fail(std::string_view what) {
    std::vector<base::StackEntry> stack = base::drainQueue();
    if (nextState(m_state, EngineEvent::Failure))
        move(EngineEvent::Failure);
    ErrorKind kind = ErrorKind::Network;
    std::string message = std::string(what) + " failed";
    const std::optional<Alert> alert = m_transcript.alert(Direction::Received);
    if (base::kindOf(stack, ErrorKind::Network) == ErrorKind::Internal) {
        kind = ErrorKind::Internal;
    } else if (alert && alert->isFatal()) {
        kind = ErrorKind::PeerAlert;
        message += ": the peer sent the alert " + alertName(alert->description);
    } else if (!stack.empty()) {
        message += ": " + stack.front().reason;
    } else if (alert) {
        message += ": the peer closed the connection";
    } else {
        message += ": the stream ended";
    }
    m_error = Error(kind, std::move(message), {}, std::move(stack));
    throw *m_error;
}

const PeerVerification& Engine::verification() const {
    noteBuiltChain();
    noteEarlierVerification();
    return m_verification;
}

/// A resumed session brings the peer's certificate and what its check came to; OpenSSL does not check it again.
void Engine::noteEarlierVerification() const {
    X509* const own = isResumed() ? SSL_get0_peer_certificate(native()) : nullptr;
    if (own == nullptr || m_verification.hasRun)
        return;
    m_verification.hasRun = true;
    const long code = SSL_get_verify_result(native());
    if (code == X509_V_OK)
        return;
    const x509::Certificate certificate = x509::Certificate::share(own);
    m_verification.findings.push_back(x509::findingFor(static_cast<int>(code), 0, &certificate));
}

void Engine::noteBuiltChain() const {
    // SSL_get0_verified_chain() has the chain also where verification found errors.
    const STACK_OF(X509)* chain = SSL_get0_verified_chain(native());
    if (chain == nullptr || !m_verification.builtChain.empty())
        return;
    for (int i = 0; i < sk_X509_num(chain); ++i)
        m_verification.builtChain.push_back(x509::Certificate::share(sk_X509_value(chain, i)));
}

void Engine::rethrowCallbackError() {
    if (!m_callbackError)
        return;
    base::clearQueue();
    if (nextState(m_state, EngineEvent::Failure))
        move(EngineEvent::Failure);
    const std::exception_ptr error = std::exchange(m_callbackError, nullptr);
    m_error = Error(ErrorKind::Internal, "Recording the connection failed");
    try {
        std::rethrow_exception(error);
    } catch (const Error& own) {
        m_error = own;
        throw;
    }
}

void Engine::throwIfFailed() const {
    if (m_state == EngineState::Failed)
        throw m_error.value_or(Error(ErrorKind::Internal, "The connection has failed"));
}

} // namespace certwright::tls
