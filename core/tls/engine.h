#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/tls/context.h"
#include "core/tls/engine_state.h"
#include "core/tls/handle.h"
#include "core/tls/key_log.h"
#include "core/tls/peer_verification.h"
#include "core/tls/progress.h"
#include "core/tls/protocol_version.h"
#include "core/tls/session.h"
#include "core/tls/shutdown_state.h"
#include "core/tls/transcript.h"

#include <any>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace certwright::tls {

/// One TLS connection without any input or output of its own: bytes of the peer go in by feed(), bytes for the peer
/// come out by takeOutput(). No descriptor, no clock, no thread. Everything that happens is recorded: messages, states,
/// secrets, findings about the peer's chain. Owned by one thread.
///
/// Every step throws an Error when the connection failed, and the engine stays in the state Failed; what was recorded
/// until then can still be read. After a failure there may be an alert to send: ask takeOutput() once more.
class Engine {
public:
    /// Bytes that may wait to be sent before write() asks for WantOutput.
    static constexpr std::size_t MaximumPendingOutput = std::size_t{256} * 1024;
    /// Of the peer's very first bytes as many are kept, to tell what it speaks if it is not TLS.
    static constexpr std::size_t KeptFirstInput = 128;

    /// `serverName` is offered as SNI (RFC 6066 3) by a client, unless it is empty; a server does not use it.
    /// @throws Error BadInput when it is too long for a name
    explicit Engine(std::shared_ptr<const Context> context, const std::string& serverName = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Makes a client or a server of it, which it is by its context at first. @throws Error NotAllowed after the
    /// handshake began
    void setRole(Context::Role role);
    Context::Role role() const noexcept { return m_role; }
    /// A client's session to resume; the server need not. @throws Error NotAllowed after the handshake began
    void setSession(const Session& session);
    /// What a later connection can be resumed by; nothing when there is no such thing (yet).
    std::optional<Session> session() const { return Session::of(native()); }
    /// True when the handshake resumed an earlier session. (OpenSSL says so of an external PSK, too.)
    bool isResumed() const noexcept {
        return SSL_session_reused(native()) == 1 && (m_role == Context::Role::Client ? m_hasSession : !m_hasGivenKey);
    }

    /// The time that records get from now on, since the start of the connection.
    void setTime(Elapsed now) noexcept { m_now = now; }

    /// For the record alone: bytes that went or came in plain before TLS (STARTTLS, the answer of a proxy).
    void recordPrelude(Direction direction, base::BytesView bytes) {
        m_transcript.addTraffic(direction, m_now, bytes, true);
    }
    /// Bytes of the peer, as they came.
    void feed(base::BytesView bytes);
    /// The peer's end of the stream came: no feed() after this.
    void feedEof();
    /// Bytes for the peer, at most so many, which count as sent; empty when there are none.
    base::Bytes takeOutput(std::size_t maximum = SIZE_MAX);
    std::size_t pendingOutput() const noexcept;

    /// Goes on with the first handshake, or with one over it that renegotiate() began; Done at once when it is over.
    /// @throws Error PeerAlert, Network, BadInput, Unsupported
    Progress handshake();
    /// Reads plain data into `buffer`; `size` is how much came and is 0 unless Done. Closed: the peer closes properly.
    /// Works after shutdown(), too, as long as the peer has not closed. @throws Error as handshake(); Network when the
    /// peer's stream ended without close_notify
    Progress read(std::span<std::uint8_t> buffer, std::size_t& size);
    /// Takes plain data to send; `size` is how much of it was taken. @throws Error as handshake(); NotAllowed before
    /// the handshake and after shutdown()
    Progress write(base::BytesView data, std::size_t& size);
    /// Sends close_notify, then waits for the peer's: Closed once it came, until then WantInput. What the peer still
    /// sends before it is discarded; use read() to get it. @throws Error as handshake();
    /// NotAllowed before the handshake is complete
    Progress shutdown();
    /// Starts a new handshake on the open connection, in TLS 1.2 and below (RFC 5246 7.4.1.1, RFC 5746): its first
    /// message waits to be sent afterwards, and read() carries out the rest. Where the peer does not want one, a later
    /// step fails. @throws Error NotAllowed in TLS 1.3 and while the connection is not open; as handshake()
    void renegotiate();
    /// Sends a KeyUpdate (RFC 8446 4.6.3): what we send from now on goes under new keys, and what the peer sends, too,
    /// if it is asked. @throws Error NotAllowed in TLS 1.2 and below and while the connection is not open; as
    /// handshake()
    void updateKeys(bool isPeerAsked);

    /// Which close_notify were exchanged; before the handshake what setShutdownState() said.
    ShutdownState shutdownState() const noexcept;
    /// Makes the connection believe that they were: with Sent nothing more is sent, with Received nothing more is
    /// expected. The handshake forgets it. @throws Error when the connection has failed
    void setShutdownState(ShutdownState state);

    /// Anything of the application's, so that a callback finds what the connection belongs to.
    void setAppData(std::any data) { m_appData = std::move(data); }
    const std::any& appData() const noexcept { return m_appData; }

    EngineState state() const noexcept { return m_state; }
    /// The version in use; before it is agreed upon, the highest that is offered.
    ProtocolVersion version() const noexcept;
    /// OpenSSL's long text of its state, "SSL negotiation finished successfully" in the end.
    std::string stateText() const;
    const Context& context() const noexcept { return *m_context; }
    const std::shared_ptr<const Context>& sharedContext() const noexcept { return m_context; }
    const std::string& serverName() const noexcept { return m_serverName; }

    const Transcript& transcript() const noexcept { return m_transcript; }
    const KeyLog& keyLog() const noexcept { return m_keyLog; }
    /// For somebody who outlives the engine, at the end; the engine's own are empty afterwards.
    Transcript takeTranscript() noexcept { return std::move(m_transcript); }
    KeyLog takeKeyLog() noexcept { return std::move(m_keyLog); }
    /// The built chain is read when it is first asked for: to make values of its certificates costs as much as a part
    /// of the handshake itself. @throws Error Internal
    const PeerVerification& verification() const;
    base::BytesView firstInput() const noexcept { return m_firstInput; }
    bool hasSeenEof() const noexcept { return m_eof; }
    std::uint64_t bytesIn() const noexcept { return m_bytesIn; }
    std::uint64_t bytesOut() const noexcept { return m_bytesOut; }

    /// For calls into OpenSSL inside core; no reference is taken.
    SSL* native() const noexcept { return m_ssl.get(); }

private:
    friend struct EngineCallbacks;

    void move(EngineEvent event);
    Progress resultOf(int returned, std::string_view what);
    [[noreturn]] void fail(std::string_view what);
    void rethrowCallbackError();
    void throwIfFailed() const;
    void throwIfBegun() const;
    void noteBuiltChain() const;
    void noteEarlierVerification() const;
    void handshakeAgain(std::string_view what);

    std::shared_ptr<const Context> m_context;
    Context::Role m_role;
    std::string m_serverName;
    base::Handle<SSL> m_ssl;
    BIO* m_input = nullptr;  ///< owned by m_ssl
    BIO* m_output = nullptr; ///< owned by m_ssl
    EngineState m_state = EngineState::Idle;
    Elapsed m_now{};
    bool m_eof = false;
    bool m_hasSession = false;    ///< one to resume was given
    bool m_hasGivenKey = false;   ///< the context's preshared key, to the client that named it
    bool m_hasSentChange = false; ///< ChangeCipherSpec went out
    bool m_hasReceivedChange = false;
    std::uint64_t m_bytesIn = 0;
    std::uint64_t m_bytesOut = 0;
    base::Bytes m_firstInput;
    Transcript m_transcript;
    KeyLog m_keyLog;
    mutable PeerVerification m_verification; ///< its chain is filled in by verification()
    std::optional<base::Error> m_error;
    std::exception_ptr m_callbackError;
    std::any m_appData;
};

} // namespace certwright::tls
