#pragma once

#include "core/base/error.h"
#include "core/inspect/scan_plan.h"
#include "core/net/connection_limit.h"
#include "core/net/endpoint.h"
#include "core/tls/session.h"
#include "core/tls/socket_address.h"
#include "core/tls/starttls/prelude.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {
class Context;
}

namespace certwright::net {

class HostLookup;
class ProbeConnection;
class TlsConnection;

/// Scans one server: runs the probes of a plan, a few at a time, and never more than the limit that it shares with
/// other scans allows. finished() comes exactly once after start(), also after cancel(). Owned by one thread.
class ScanRunner : public QObject {
    Q_OBJECT

public:
    struct Options {
        Endpoint endpoint;
        std::string serverName; ///< SNI; empty: none is sent
        std::optional<tls::starttls::Proxy> proxy;
        std::optional<tls::starttls::Protocol> protocol;
        inspect::ScanChoice choice;
        std::chrono::milliseconds probeTimeout{3000};
        std::chrono::milliseconds deadline{300000}; ///< for everything together
        std::chrono::milliseconds delay{0};         ///< before each connection but the first
        int parallel = 3;                           ///< connections at a time
    };

    /// `limit` outlives it.
    ScanRunner(Options options, ConnectionLimit* limit, QObject* parent = nullptr);
    ~ScanRunner() override;

    void start();
    /// What was found until then is in the report; the failure is of kind Cancelled.
    void cancel();

    const Options& options() const noexcept { return m_options; }
    /// What is known until now.
    inspect::ScanReport report() const;
    /// Why there is no report, or not all of one.
    const std::optional<base::Error>& failure() const noexcept { return m_failure; }
    const std::optional<tls::SocketAddress>& address() const noexcept { return m_address; }

Q_SIGNALS:
    /// Another answer is in the report.
    void progressed();
    void finished();

private:
    void onLookedUp(std::vector<tls::SocketAddress> addresses);
    void pump();
    bool mayOpen();
    void open(const inspect::ScanPlan::Task& task);
    void openRaw(std::size_t id, const inspect::Probe& probe);
    void openHandshake(std::size_t id, const inspect::Probe& probe);
    void onProbeOver(std::size_t id, const ProbeConnection& connection);
    void onHandshakeOver(std::size_t id, const inspect::Probe& probe, const TlsConnection& connection);
    bool tryNextAddress(const ProbeConnection& connection);
    void take(std::size_t id, const inspect::Answer& answer);
    void explainSilence();
    void fail(base::Error error);
    void finish();

    Options m_options;
    QPointer<ConnectionLimit> m_limit;
    inspect::ScanPlan m_plan;
    HostLookup* m_lookUp = nullptr;
    std::vector<tls::SocketAddress> m_addresses; ///< not tried yet
    std::optional<tls::SocketAddress> m_address;
    bool m_hasConnected = false;
    std::string m_attempts; ///< what came of addresses that did not answer
    std::map<std::size_t, QObject*> m_open;
    std::map<tls::ProtocolVersion, tls::Session> m_sessions;
    std::optional<inspect::ScanPlan::Task> m_waiting; ///< to be opened when it may be
    int m_connections = 0;
    QElapsedTimer m_clock;
    std::chrono::milliseconds m_duration{};
    QTimer m_deadline, m_pause;
    std::optional<base::Error> m_failure;
    bool m_isOver = false;
};

} // namespace certwright::net
