#include "core/net/scan_runner.h"

#include "core/crypto/random.h"
#include "core/inspect/client_hello.h"
#include "core/net/host_lookup.h"
#include "core/net/probe_connection.h"
#include "core/net/tls_connection.h"
#include "core/tls/context.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;
using inspect::Answer;
using inspect::Probe;

/// A hello makes its random and its session identifier of it.
constexpr std::size_t RandomSize = 64;

/// Everything that the TLS library has: a scan wants to know what works, not what is good.
std::shared_ptr<const tls::Context> contextFor(const Probe& probe) {
    tls::ContextOptions options;
    options.minimumVersion = options.maximumVersion = probe.version;
    options.securityLevel = 0;
    if (probe.version == tls::ProtocolVersion::Tls13)
        options.cipherSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                               "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
    else
        options.ciphers = "ALL:COMPLEMENTOFALL";
    options.alpn = probe.alpn;
    return tls::Context::forClient(options, x509::TrustStore());
}

/// Where the TCP connections go: to the proxy, if there is one.
Endpoint destinationOf(const ScanRunner::Options& options) {
    return options.proxy ? Endpoint{options.proxy->host, options.proxy->port} : options.endpoint;
}

Answer answerOf(const TlsConnection& connection) {
    Answer answer;
    const tls::Engine* engine = connection.engine();
    if (engine != nullptr) {
        answer.hasSpoken = engine->bytesIn() > 0;
        answer.isClientCertificateRequested =
            engine->transcript().find(tls::Direction::Received, tls::handshake_type::CertificateRequest) != nullptr;
    }
    if (const auto& failure = connection.failure(); failure && engine != nullptr) {
        answer.explanation = failure->error.message();
        const auto alert = engine->transcript().alert(tls::Direction::Received);
        if (alert)
            answer.alert = alert->description;
        answer.kind = alert && alert->isFatal() ? Answer::Kind::Refused : Answer::Kind::Broke;
        if (answer.kind == Answer::Kind::Broke)
            answer.reason = failure->side == tls::FailureSide::Ours ? Answer::Break::Ours : Answer::Break::Eof;
        return answer;
    }
    if (engine == nullptr) {
        answer.reason = Answer::Break::Reset;
        if (connection.failure())
            answer.explanation = connection.failure()->error.message();
        return answer;
    }
    answer.kind = Answer::Kind::Accepted;
    SSL* ssl = engine->native();
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    answer.alpn.assign(reinterpret_cast<const char*>(name), size);
    answer.isResumed = SSL_session_reused(ssl) == 1;
    return answer;
}

} // namespace

ScanRunner::ScanRunner(Options options, ConnectionLimit* limit, QObject* parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_limit(limit)
    , m_plan(m_options.choice)
    , m_deadline(this)
    , m_pause(this) {
    m_deadline.setSingleShot(true);
    m_pause.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        fail(Error(ErrorKind::Network,
                   "The scan took longer than " + std::to_string(m_options.deadline.count() / 1000) + " s",
                   "Ask for less at a time, or give it more time."));
    });
    connect(&m_pause, &QTimer::timeout, this, &ScanRunner::pump);
    connect(limit, &ConnectionLimit::available, this, &ScanRunner::pump);
}

ScanRunner::~ScanRunner() {
    for (std::size_t i = 0; i < m_open.size() && m_limit; ++i)
        m_limit->release();
}

void ScanRunner::start() {
    m_clock.start();
    m_deadline.start(m_options.deadline);
    const Endpoint destination = destinationOf(m_options);
    if (const auto address = tls::SocketAddress::fromText(destination.host, destination.port)) {
        onLookedUp({*address});
        return;
    }
    m_lookUp = new HostLookup(this);
    m_lookUp->start(destination.asciiHost(), destination.port, [this, destination](const HostLookup::Addresses& found) {
        if (m_isOver)
            return;
        if (found && !found->empty())
            onLookedUp(*found);
        else
            fail(Error(ErrorKind::Network, "The address of “" + destination.host + "” could not be found",
                       "Check how it is written, and the network connection"));
    });
}

void ScanRunner::cancel() {
    if (m_clock.isValid())
        fail(Error(ErrorKind::Cancelled, "The scan was stopped"));
}

inspect::ScanReport ScanRunner::report() const {
    inspect::ScanReport report = m_plan.report();
    report.connections = m_connections;
    report.duration = m_isOver ? m_duration : std::chrono::milliseconds(m_clock.isValid() ? m_clock.elapsed() : 0);
    return report;
}

void ScanRunner::onLookedUp(std::vector<tls::SocketAddress> addresses) {
    m_address = addresses.front();
    addresses.erase(addresses.begin());
    m_addresses = std::move(addresses);
    QMetaObject::invokeMethod(this, &ScanRunner::pump, Qt::QueuedConnection);
}

/// Opens what may be opened now. The first connection goes alone: it shows whether anybody is there at all.
void ScanRunner::pump() {
    while (!m_isOver && m_address) {
        if (m_plan.isDone() && !m_waiting) {
            explainSilence();
            return;
        }
        const std::size_t allowed = m_hasConnected ? static_cast<std::size_t>(m_options.parallel) : 1;
        if (m_open.size() >= allowed || m_pause.isActive())
            return;
        if (!m_waiting)
            m_waiting = m_plan.next();
        if (!m_waiting || !m_limit || !m_limit->tryTake())
            return;
        const auto task = *std::exchange(m_waiting, std::nullopt);
        ++m_connections;
        if (m_options.delay.count() > 0)
            m_pause.start(m_options.delay);
        open(task);
    }
}

void ScanRunner::open(const inspect::ScanPlan::Task& task) {
    try {
        if (task.probe.kind == Probe::Kind::Handshake)
            openHandshake(task.id, task.probe);
        else
            openRaw(task.id, task.probe);
    } catch (const Error& error) {
        // Nothing was opened: what is asked for is beyond the TLS library at hand.
        --m_connections;
        m_limit->release();
        Answer answer;
        answer.reason = Answer::Break::Ours;
        answer.explanation = error.message();
        take(task.id, answer);
    }
}

void ScanRunner::openRaw(std::size_t id, const Probe& probe) {
    ProbeConnection::Options options{*m_address, {}, {}, m_options.probeTimeout};
    options.prelude.proxy = m_options.proxy;
    options.prelude.protocol = m_options.protocol;
    options.prelude.host = m_options.endpoint.asciiHost();
    options.prelude.port = m_options.endpoint.port;
    options.hello = inspect::clientHello(probe, m_options.serverName, crypto::randomBytes(RandomSize));
    auto* const connection = new ProbeConnection(std::move(options), probe, this);
    m_open[id] = connection;
    connect(connection, &ProbeConnection::finished, this, [this, id, connection] { onProbeOver(id, *connection); });
    connection->start();
}

void ScanRunner::openHandshake(std::size_t id, const Probe& probe) {
    TlsConnection::Options options;
    options.endpoint = m_options.endpoint;
    options.serverName = m_options.serverName;
    options.startTls = m_options.protocol;
    options.proxy = m_options.proxy;
    if (const auto session = m_sessions.find(probe.version); probe.resumes && session != m_sessions.end())
        options.session = session->second;
    options.timeout = 2 * m_options.probeTimeout; // there is much to compute, and a name to look up
    auto* const connection = new TlsConnection(contextFor(probe), std::move(options), this);
    m_open[id] = connection;
    connect(connection, &TlsConnection::finished, this,
            [this, id, probe, connection] { onHandshakeOver(id, probe, *connection); });
    connection->start();
}

void ScanRunner::onProbeOver(std::size_t id, const ProbeConnection& connection) {
    if (m_isOver)
        return;
    m_limit->release();
    m_open.at(id)->deleteLater();
    m_open.erase(id);
    if (connection.failure() && !m_hasConnected) {
        if (connection.isUnreachable() && tryNextAddress(connection)) {
            m_plan.giveBack(id);
            pump();
        } else {
            Error error = *connection.failure();
            if (connection.isUnreachable())
                error = Error(ErrorKind::Network, "Could not connect to " + m_attempts);
            fail(std::move(error));
        }
        return;
    }
    m_hasConnected = true;
    take(id, connection.answer());
}

/// Only the first connection looks for an address that answers.
bool ScanRunner::tryNextAddress(const ProbeConnection& connection) {
    m_attempts += (m_attempts.empty() ? "" : "; ") + m_address->toText() + ": " + connection.failure()->message();
    if (m_addresses.empty())
        return false;
    m_address = m_addresses.front();
    m_addresses.erase(m_addresses.begin());
    return true;
}

void ScanRunner::onHandshakeOver(std::size_t id, const Probe& probe, const TlsConnection& connection) {
    if (m_isOver)
        return;
    m_limit->release();
    m_open.at(id)->deleteLater();
    m_open.erase(id);
    Answer answer = answerOf(connection);
    if (answer.isAccepted() && !probe.resumes) {
        if (const auto session = connection.engine()->session()) {
            answer.hasSession = true;
            m_sessions.insert_or_assign(probe.version, *session);
        }
    }
    take(id, answer);
}

void ScanRunner::take(std::size_t id, const Answer& answer) {
    m_plan.take(id, answer);
    Q_EMIT progressed();
    pump();
}

/// It is over. A server that spoke nothing is no result but a failure, unless it refused in proper TLS.
void ScanRunner::explainSilence() {
    const auto& broke = m_plan.lastBreak();
    if (m_plan.report().hasAnyVersion() || !broke) {
        finish();
        return;
    }
    const bool isOther = broke->reason == Answer::Break::NotTls;
    const bool isSilent = broke->reason == Answer::Break::Timeout && !broke->hasSpoken;
    fail(Error(ErrorKind::Network, "The server " + inspect::describeBreak(*broke),
               isOther    ? "Try another port, or --starttls for a protocol that begins in plain text."
               : isSilent ? "It may not speak TLS on this port, or wait for something else first."
                          : ""));
}

void ScanRunner::fail(Error error) {
    if (m_isOver)
        return;
    m_failure = std::move(error).withContext(m_options.endpoint.toText());
    finish();
}

void ScanRunner::finish() {
    if (std::exchange(m_isOver, true))
        return;
    m_duration = std::chrono::milliseconds(m_clock.elapsed());
    m_deadline.stop();
    m_pause.stop();
    if (m_lookUp != nullptr)
        std::exchange(m_lookUp, nullptr)->deleteLater();
    for (auto& [id, connection] : std::exchange(m_open, {})) {
        connection->disconnect(this);
        connection->deleteLater();
        if (m_limit)
            m_limit->release();
    }
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT finished(); }, Qt::QueuedConnection);
}

} // namespace certwright::net
