#pragma once

#include "core/base/error.h"
#include "core/base/outcome.h"
#include "core/net/endpoint.h"
#include "core/tls/context.h"
#include "core/tls/engine.h"
#include "core/tls/failure.h"
#include "core/tls/session.h"
#include "core/tls/socket.h"
#include "core/tls/socket_address.h"
#include "core/tls/starttls/prelude.h"

#include <QElapsedTimer>
#include <QMetaType>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

class QSocketNotifier;

namespace certwright::net {

class HostLookup;

/// How far a connection is. Each stands for a phase that can fail by itself. StartTls is all that is said in plain
/// before TLS, to a proxy too.
enum class ConnectionPhase { Idle, LookingUp, Connecting, StartTls, Handshaking, Established, Closing, Finished };

/// "idle", "looking-up"...
std::string_view toString(ConnectionPhase phase) noexcept;

/// Which addresses of a name are tried. One that is given as such is taken as it is.
enum class AddressFamily { Any, Ipv4, Ipv6 };

/// How long the phases took; unset where they did not come to an end.
struct ConnectionTimings {
    std::optional<std::chrono::microseconds> lookUp;
    std::optional<std::chrono::microseconds> connect;
    std::optional<std::chrono::microseconds> startTls; ///< the plain dialogs; unset where there were none
    std::optional<std::chrono::microseconds> handshake;
};

/// A TLS client's connection over a non-blocking socket, driven by the event loop of its thread: looks the name up,
/// tries the addresses in turn, talks to a proxy and asks for TLS where that is wanted, shakes hands, and closes
/// properly, reading on until the peer closed, too, so that session tickets and a refusal of the client's certificate
/// (which TLS 1.3 sends after the handshake) are seen.
///
/// Or a server's: startAccepted() begins with the handshake, as the role of the context has it.
///
/// With Options::keepOpen it stays established after the handshake until close(), cancel() or the peer ends it: plain
/// data go by send() and come with received(). What waits in either direction is bounded: send() refuses what is too
/// much, and while nobody takes what came, nothing more is read from the peer.
///
/// All signals come from the event loop, never from inside a call of OpenSSL or of this class; a receiver may do
/// anything with the connection except delete it directly (deleteLater is right). finished() comes exactly once after
/// start(), also after cancel().
class TlsConnection : public QObject {
    Q_OBJECT

public:
    struct Options {
        Endpoint endpoint;
        std::string serverName;                   ///< SNI; empty: none is sent
        std::chrono::milliseconds timeout{10000}; ///< for everything together, or until it is established
        AddressFamily family = AddressFamily::Any;
        bool keepOpen = false;                           ///< stay established after the handshake
        std::optional<tls::starttls::Protocol> startTls; ///< plain text first; nothing: TLS from the start
        std::optional<tls::starttls::Proxy> proxy;       ///< which then looks the endpoint's name up
        std::optional<tls::Session> session;             ///< to resume
    };

    /// Plain data that may wait to be sent.
    static constexpr std::size_t MaximumToSend = std::size_t{1} << 20U;
    /// Plain data that may wait to be taken before reading stops.
    static constexpr std::size_t MaximumReceived = std::size_t{256} * 1024;

    TlsConnection(std::shared_ptr<const tls::Context> context, Options options, QObject* parent = nullptr);
    ~TlsConnection() override;

    /// To be called once. Nothing fails here: what goes wrong comes with finished().
    void start();
    /// The same for a connection that stands, accepted from a client: name, address and connecting are skipped.
    void startAccepted(tls::Socket socket);
    /// Ends it with an error of kind Cancelled; without effect when it is finished or was never started.
    void cancel();

    /// Queues plain data. False, and nothing of it is sent, when it is not established or too much waits already.
    bool send(base::BytesView data);
    /// What the peer sent since the last call; reading goes on if it had stopped because this was full.
    base::Bytes takeReceived();
    /// Octets of plain data that wait to be sent.
    std::size_t pending() const noexcept { return m_toSend.size(); }
    /// A new handshake in TLS 1.2 and below, a KeyUpdate that asks the peer for one, too, in TLS 1.3. Without effect
    /// unless it is established.
    void renegotiate();
    /// Closes properly once what waits has been sent; finished() follows. Without effect unless it is established.
    void close();

    ConnectionPhase phase() const noexcept { return m_phase; }
    /// The engine with all it recorded; null before the TCP connection stands.
    const tls::Engine* engine() const noexcept { return m_engine.get(); }
    tls::Engine* engine() noexcept { return m_engine.get(); }
    /// What was said in plain before TLS; null when nothing is to be, or the TCP connection does not stand yet.
    const tls::Prelude* prelude() const noexcept { return m_prelude.get(); }
    /// Why it failed; nothing while it runs and after success.
    const std::optional<tls::Failure>& failure() const noexcept { return m_failure; }
    /// The phase in which it failed, or Finished.
    ConnectionPhase failedPhase() const noexcept { return m_failedPhase; }
    const ConnectionTimings& timings() const noexcept { return m_timings; }
    const std::optional<tls::SocketAddress>& peerAddress() const noexcept { return m_peerAddress; }
    const std::optional<tls::SocketAddress>& localAddress() const noexcept { return m_localAddress; }
    /// When start() or startAccepted() was called, which the times of the record count from.
    std::chrono::sys_time<std::chrono::microseconds> startedAt() const noexcept { return m_startedAt; }
    const Options& options() const noexcept { return m_options; }

Q_SIGNALS:
    void phaseChanged(certwright::net::ConnectionPhase phase);
    /// The engine recorded something more (messages, states): look at its transcript.
    void recorded();
    /// Plain data of the peer wait in takeReceived(). Comes again only after they were taken.
    void received();
    /// Over, well or not: look at failure().
    void finished();

private:
    enum class Flow { GoOn, Wait };

    void onLookedUp(const base::Outcome<std::vector<tls::SocketAddress>>& found);
    void connectToNext();
    void onAttemptFailed(int error);
    void onWritable();
    void onTimeout();
    void onConnected();
    Endpoint nextHop() const;
    void startPrelude();
    void drivePrelude();
    void startHandshake();
    void recordPrelude();
    void feed(base::BytesView bytes);
    void feedEof();
    bool isServer() const noexcept;
    void drive();
    void driveEngine();
    tls::Progress step();
    tls::Progress exchange();
    tls::Progress writeQueued();
    tls::Progress readPlain();
    void establish();
    void beginClosing();
    bool isPaused() const noexcept;
    void reportReceived();
    Flow flushOutput();
    Flow readInput();
    void onStreamError(int error);
    void watch();
    void armTimer();
    void enterPhase(ConnectionPhase phase);
    void reportRecorded();
    void failLate();
    void fail(base::Error error, tls::FailureSide side);
    void finish();
    void releaseSocket();
    std::chrono::microseconds elapsed() const;
    bool isOver() const noexcept { return m_phase == ConnectionPhase::Finished; }

    std::shared_ptr<const tls::Context> m_context;
    Options m_options;
    std::unique_ptr<tls::Prelude> m_prelude;
    std::unique_ptr<tls::Engine> m_engine;
    tls::Socket m_socket;
    QSocketNotifier* m_readNotifier = nullptr;
    QSocketNotifier* m_writeNotifier = nullptr;
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::chrono::sys_time<std::chrono::microseconds> m_startedAt{};
    std::chrono::microseconds m_phaseStart{};
    std::chrono::microseconds m_limit{}; ///< end of this attempt, or of waiting for the peer's closure
    HostLookup* m_lookUp = nullptr;
    std::vector<tls::SocketAddress> m_addresses;
    std::size_t m_nextAddress = 0;
    std::string m_attemptErrors;
    int m_lastAttemptError = 0;
    base::Bytes m_unsent;
    std::size_t m_sent = 0;    ///< of m_unsent
    int m_writeError = 0;      ///< sending failed: what the peer said before it is still to be read
    std::size_t m_records = 0; ///< of the transcript, as last reported
    base::Bytes m_toSend;      ///< plain
    base::Bytes m_received;    ///< plain
    bool m_isReceivedReported = false;
    bool m_wantsRenegotiation = false;
    bool m_wantsClosing = false;
    ConnectionPhase m_phase = ConnectionPhase::Idle;
    ConnectionPhase m_failedPhase = ConnectionPhase::Finished;
    std::optional<tls::Failure> m_failure;
    ConnectionTimings m_timings;
    std::optional<tls::SocketAddress> m_peerAddress;
    std::optional<tls::SocketAddress> m_localAddress;
};

} // namespace certwright::net

Q_DECLARE_METATYPE(certwright::net::ConnectionPhase)
