#include "core/net/tls_connection.h"

#include "core/net/host_lookup.h"

#include <QSocketNotifier>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using tls::FailureSide;
using tls::Progress;

/// How long to wait for the peer's close_notify. Few answer late, and nothing depends on it but session tickets.
constexpr milliseconds ClosingTime{1000};
/// The least that one of several addresses gets of the time there is.
constexpr milliseconds LeastAttempt{250};
constexpr std::size_t MaximumAddresses = 16;
constexpr std::size_t ReadSize = 16384;
/// Reads in one go; then others of the thread have their turn. The notifier fires again for what is left.
constexpr int MaximumReads = 32;

std::string systemText(int error) {
    return std::generic_category().message(error);
}

std::string secondsText(milliseconds time) {
    if (time.count() % 1000 == 0)
        return std::to_string(time.count() / 1000) + " s";
    return std::to_string(time.count()) + " ms";
}

} // namespace

std::string_view toString(ConnectionPhase phase) noexcept {
    switch (phase) {
    case ConnectionPhase::Idle:
        return "idle";
    case ConnectionPhase::LookingUp:
        return "looking-up";
    case ConnectionPhase::Connecting:
        return "connecting";
    case ConnectionPhase::StartTls:
        return "starttls";
    case ConnectionPhase::Handshaking:
        return "handshaking";
    case ConnectionPhase::Established:
        return "established";
    case ConnectionPhase::Closing:
        return "closing";
    case ConnectionPhase::Finished:
        return "finished";
    }
    return "idle";
}

TlsConnection::TlsConnection(std::shared_ptr<const tls::Context> context, Options options, QObject* parent)
    : QObject(parent)
    , m_context(std::move(context))
    , m_options(std::move(options))
    , m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &TlsConnection::onTimeout);
}

TlsConnection::~TlsConnection() {
    releaseSocket();
}

void TlsConnection::start() {
    m_clock.start();
    m_startedAt = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
    const Endpoint hop = nextHop();
    const auto address = hop.isUnix() ? tls::SocketAddress::fromUnixPath(hop.socketPath)
                                      : tls::SocketAddress::fromText(hop.host, hop.port);
    if (address) {
        m_addresses.push_back(*address);
        enterPhase(ConnectionPhase::Connecting);
        QMetaObject::invokeMethod(this, &TlsConnection::connectToNext, Qt::QueuedConnection);
    } else {
        enterPhase(ConnectionPhase::LookingUp);
        m_lookUp = new HostLookup(this);
        m_lookUp->start(hop.asciiHost(), hop.port, [this](const HostLookup::Addresses& found) { onLookedUp(found); });
    }
    armTimer();
}

void TlsConnection::startAccepted(tls::Socket socket) {
    m_clock.start();
    m_startedAt = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
    m_socket = std::move(socket);
    m_phase = ConnectionPhase::Connecting; // which is over already
    m_writeNotifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Write, this);
    m_writeNotifier->setEnabled(false);
    connect(m_writeNotifier, &QSocketNotifier::activated, this, &TlsConnection::onWritable);
    onConnected();
    m_timings.connect.reset();
}

bool TlsConnection::isServer() const noexcept {
    return m_context->role() == tls::Context::Role::Server;
}

void TlsConnection::cancel() {
    if (m_phase == ConnectionPhase::Idle || isOver())
        return;
    fail(Error(ErrorKind::Cancelled, "The connection was stopped"), FailureSide::Ours);
}

void TlsConnection::onLookedUp(const HostLookup::Addresses& found) {
    if (m_phase != ConnectionPhase::LookingUp)
        return;
    const std::string host = nextHop().host;
    if (found ? found->empty() : found.error().kind() == ErrorKind::NotFound) {
        fail(Error(ErrorKind::Network, "There is no host “" + host + "”", "Check how it is written"),
             FailureSide::Transport);
        return;
    }
    if (!found) {
        fail(Error(ErrorKind::Network, "The address of “" + host + "” could not be found: " + found.error().message(),
                   "Check the network connection"),
             FailureSide::Transport);
        return;
    }
    m_timings.lookUp = elapsed() - m_phaseStart;
    m_addresses = *found;
    if (m_options.family != AddressFamily::Any) {
        const bool wantsIpv6 = m_options.family == AddressFamily::Ipv6;
        std::erase_if(m_addresses,
                      [wantsIpv6](const tls::SocketAddress& address) { return address.isIpv6() != wantsIpv6; });
        if (m_addresses.empty()) {
            fail(Error(ErrorKind::Network, "“" + host + "” has no address of IPv" + (wantsIpv6 ? "6" : "4"),
                       "Allow addresses of the other kind, too"),
                 FailureSide::Ours);
            return;
        }
    }
    if (m_addresses.size() > MaximumAddresses)
        m_addresses.erase(m_addresses.begin() + MaximumAddresses, m_addresses.end());
    enterPhase(ConnectionPhase::Connecting);
    connectToNext();
}

void TlsConnection::connectToNext() {
    while (m_phase == ConnectionPhase::Connecting) {
        releaseSocket();
        if (m_nextAddress >= m_addresses.size()) {
            fail(Error(ErrorKind::Network,
                       (m_options.proxy ? "Could not connect to the proxy at " : "Could not connect to ") +
                           m_attemptErrors,
                       m_lastAttemptError == ECONNREFUSED ? "Nothing listens there; check port or path" : ""),
                 FailureSide::Transport);
            return;
        }
        const std::size_t left = m_addresses.size() - m_nextAddress;
        const tls::SocketAddress& address = m_addresses[m_nextAddress++];
        int error = 0;
        m_socket = tls::Socket::connectTo(address, error);
        if (error != 0) {
            onAttemptFailed(error);
            continue;
        }
        const microseconds rest = microseconds(m_options.timeout) - elapsed();
        m_limit = elapsed() + std::max<microseconds>(rest / static_cast<microseconds::rep>(left), LeastAttempt);
        armTimer();
        // The outcome of connect(), good or bad, shows as writability.
        m_writeNotifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Write, this);
        connect(m_writeNotifier, &QSocketNotifier::activated, this, &TlsConnection::onWritable);
        return;
    }
}

void TlsConnection::onAttemptFailed(int error) {
    if (!m_attemptErrors.empty())
        m_attemptErrors += "; ";
    m_attemptErrors += m_addresses[m_nextAddress - 1].toText() + ": " + systemText(error);
    m_lastAttemptError = error;
}

void TlsConnection::onWritable() {
    if (m_phase != ConnectionPhase::Connecting) {
        drive();
        return;
    }
    if (const int error = m_socket.takeError(); error != 0) {
        onAttemptFailed(error);
        connectToNext();
        return;
    }
    onConnected();
}

void TlsConnection::onConnected() {
    m_timings.connect = elapsed() - m_phaseStart;
    m_peerAddress = m_socket.peerAddress();
    m_localAddress = m_socket.localAddress();
    m_readNotifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Read, this);
    connect(m_readNotifier, &QSocketNotifier::activated, this, &TlsConnection::drive);
    if (m_options.startTls || m_options.proxy)
        startPrelude();
    else
        startHandshake();
}

void TlsConnection::drive() {
    if (m_phase == ConnectionPhase::StartTls)
        drivePrelude();
    if (m_engine == nullptr || isOver())
        return;
    try {
        driveEngine();
    } catch (const Error& error) {
        flushOutput(); // an alert may wait to be sent
        const tls::Failure failure = tls::explainFailure(*m_engine, error);
        if (m_phase == ConnectionPhase::Closing && failure.error.kind() == ErrorKind::Network)
            finish(); // a peer that just hangs up after the handshake has told all we came for
        else
            fail(failure.error, failure.side);
    } catch (const std::exception& other) {
        fail(Error(ErrorKind::Internal, other.what()), FailureSide::Ours);
    }
    reportRecorded();
    reportReceived();
    if (!isOver())
        watch();
}

/// The one loop: step, send, receive, until there is nothing to do but wait.
void TlsConnection::driveEngine() {
    for (int reads = 0; !isOver() && reads < MaximumReads;) {
        m_engine->setTime(elapsed());
        const Progress progress = step();
        if (isOver())
            return;
        const Flow sending = flushOutput();
        // Who waits for an echo's end before reading it, while the echo waits for its reader, waits for ever.
        if (sending == Flow::Wait && m_phase != ConnectionPhase::Established)
            return;
        if (progress == Progress::Done || (progress == Progress::WantOutput && sending == Flow::GoOn))
            continue; // on to the next phase, or to what found no room before
        if (isPaused() || readInput() == Flow::Wait)
            return;
        ++reads;
    }
}

Progress TlsConnection::step() {
    if (m_phase == ConnectionPhase::Handshaking) {
        const Progress progress = m_engine->handshake();
        if (progress == Progress::Done) {
            m_timings.handshake = elapsed() - m_phaseStart;
            if (m_options.keepOpen)
                establish();
            else
                beginClosing();
        }
        return progress;
    }
    if (m_phase == ConnectionPhase::Established)
        return exchange();
    const Progress progress = m_engine->shutdown();
    if (progress == Progress::Closed) {
        flushOutput();
        finish();
    }
    return progress;
}

void TlsConnection::beginClosing() {
    enterPhase(ConnectionPhase::Closing);
    // Counted from here: an established connection has outlived the time it had to come about.
    m_limit = elapsed() + ClosingTime;
    armTimer();
}

TlsConnection::Flow TlsConnection::flushOutput() {
    for (;;) {
        if (m_sent == m_unsent.size()) {
            m_unsent = m_engine != nullptr ? m_engine->takeOutput() : m_prelude->takeOutput();
            m_sent = 0;
        }
        if (m_unsent.empty() || m_writeError != 0) {
            m_unsent.clear();
            m_sent = 0;
            return Flow::GoOn;
        }
        std::size_t size = 0;
        switch (m_socket.write(base::BytesView(m_unsent).subspan(m_sent), size)) {
        case tls::Socket::Result::Done:
            m_sent += size;
            break;
        case tls::Socket::Result::WouldBlock:
            return Flow::Wait;
        case tls::Socket::Result::Eof:
        case tls::Socket::Result::Failed:
            // The peer is gone, but what it said before (an alert, perhaps) may still wait to be read.
            m_writeError = m_socket.lastError();
            break;
        }
    }
}

TlsConnection::Flow TlsConnection::readInput() {
    std::array<std::uint8_t, ReadSize> buffer{};
    std::size_t size = 0;
    switch (m_socket.read(buffer, size)) {
    case tls::Socket::Result::Done:
        feed(base::BytesView(buffer).first(size));
        return Flow::GoOn;
    case tls::Socket::Result::WouldBlock:
        return Flow::Wait;
    case tls::Socket::Result::Eof:
        if (m_phase == ConnectionPhase::Closing || m_phase == ConnectionPhase::Established) {
            finish(); // without close_notify, which nothing depends on here: the engine need not fail over it
            return Flow::Wait;
        }
        feedEof();
        return Flow::GoOn;
    case tls::Socket::Result::Failed:
        onStreamError(m_socket.lastError());
        return Flow::Wait;
    }
    return Flow::Wait;
}

void TlsConnection::onStreamError(int error) {
    if (m_phase == ConnectionPhase::Closing) {
        finish();
        return;
    }
    const bool isHandshaking = m_phase == ConnectionPhase::Handshaking;
    fail(Error(ErrorKind::Network,
               (isHandshaking ? "The connection broke in the middle of the handshake: " : "The connection broke: ") +
                   systemText(error),
               isHandshaking && error == ECONNRESET && !isServer()
                   ? "The server, or something on the way to it, does not want this connection"
                   : ""),
         FailureSide::Transport);
}

void TlsConnection::watch() {
    if (m_readNotifier != nullptr)
        m_readNotifier->setEnabled(m_engine == nullptr || (!m_engine->hasSeenEof() && !isPaused()));
    if (m_writeNotifier != nullptr)
        m_writeNotifier->setEnabled(m_sent < m_unsent.size());
}

void TlsConnection::armTimer() {
    microseconds end = m_options.timeout;
    if (m_phase == ConnectionPhase::Closing)
        end = m_options.keepOpen ? m_limit : std::min(end, m_limit);
    else if (m_phase == ConnectionPhase::Connecting)
        end = m_limit > microseconds::zero() ? std::min(end, m_limit) : end;
    const microseconds rest = std::max(end - elapsed(), microseconds::zero());
    m_timer.start(std::chrono::ceil<milliseconds>(rest));
}

void TlsConnection::onTimeout() {
    const microseconds now = elapsed();
    const bool isLate = now >= microseconds(m_options.timeout);
    if (m_phase == ConnectionPhase::Closing && (isLate || now >= m_limit)) {
        finish();
    } else if (isLate) {
        failLate();
    } else if (m_phase == ConnectionPhase::Connecting && m_limit > microseconds::zero() && now >= m_limit) {
        onAttemptFailed(ETIMEDOUT);
        connectToNext();
    } else if (!isOver()) {
        armTimer();
    }
}

void TlsConnection::failLate() {
    const std::string within = " within " + secondsText(m_options.timeout);
    std::string message;
    std::string hint;
    if (m_phase == ConnectionPhase::LookingUp) {
        message = "The address of “" + nextHop().host + "” was not found" + within;
        hint = "Check the network connection";
    } else if (m_phase == ConnectionPhase::Connecting) {
        message = "Could not connect to " + nextHop().toText() + within;
        hint = "A firewall may drop what is sent there, or the host is down";
    } else if (m_phase == ConnectionPhase::StartTls) {
        fail(m_prelude->lateness(within), FailureSide::Transport);
        return;
    } else if (isServer()) {
        message = m_engine == nullptr || m_engine->bytesIn() == 0
                      ? "The client connected but said nothing" + within
                      : "The client stopped answering in the middle of the handshake" + within;
    } else if (m_engine == nullptr || m_engine->bytesIn() == 0) {
        message = "The server took the connection but did not answer" + within;
        hint = "It may not speak TLS on this port, or wait for something else first";
    } else {
        message = "The server stopped answering in the middle of the handshake" + within;
    }
    fail(Error(ErrorKind::Network, std::move(message), std::move(hint)), FailureSide::Transport);
}

void TlsConnection::enterPhase(ConnectionPhase phase) {
    m_phase = phase;
    m_phaseStart = elapsed();
    QMetaObject::invokeMethod(
        this, [this, phase] { Q_EMIT phaseChanged(phase); }, Qt::QueuedConnection);
}

void TlsConnection::reportRecorded() {
    const std::size_t records = m_engine->transcript().messages().size() + m_engine->transcript().states().size();
    if (records == m_records)
        return;
    m_records = records;
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT recorded(); }, Qt::QueuedConnection);
}

void TlsConnection::fail(Error error, FailureSide side) {
    if (isOver())
        return;
    m_failure = tls::Failure{error.withContext(m_options.endpoint.toText()), side};
    m_failedPhase = m_phase;
    finish();
}

void TlsConnection::finish() {
    if (isOver())
        return;
    m_timer.stop();
    reportReceived();
    if (m_lookUp != nullptr)
        std::exchange(m_lookUp, nullptr)->deleteLater();
    releaseSocket();
    enterPhase(ConnectionPhase::Finished);
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT finished(); }, Qt::QueuedConnection);
}

/// Notifiers are disabled and deleted later, for this may be called from their own signal.
void TlsConnection::releaseSocket() {
    for (QSocketNotifier** notifier : {&m_readNotifier, &m_writeNotifier}) {
        if (*notifier == nullptr)
            continue;
        (*notifier)->setEnabled(false);
        (*notifier)->deleteLater();
        *notifier = nullptr;
    }
    m_socket.close();
}

microseconds TlsConnection::elapsed() const {
    return duration_cast<microseconds>(std::chrono::nanoseconds(m_clock.nsecsElapsed()));
}

} // namespace certwright::net
