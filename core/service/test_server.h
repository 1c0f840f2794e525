#pragma once

#include "core/base/error.h"
#include "core/service/inspecting.h"
#include "core/tls/context_options.h"

#include <QMetaType>
#include <QObject>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::service {

class NetworkThread;
class ServerTask;

/// What a test server says to those who have shaken hands with it.
enum class ServerResponse {
    Echo,   ///< all that comes goes back
    Page,   ///< a fixed page, to each HTTP request
    Status, ///< what was agreed upon in the handshake, to each HTTP request
    Close,  ///< nothing: it closes properly
};

/// "echo", "page", "status", "close".
std::string_view toString(ServerResponse response) noexcept;
std::optional<ServerResponse> parseServerResponse(std::string_view text) noexcept;

/// What a test server is to be. A value that may cross threads.
struct ServerRequest {
    static constexpr std::uint16_t DefaultPort = 4433;

    std::string address = "127.0.0.1";
    std::uint16_t port = DefaultPort; ///< 0: any free one
    tls::ContextOptions tls;
    std::optional<tls::Credentials> credentials; ///< nothing: a temporary certificate is made
    tls::ClientAuthentication clientAuthentication = tls::ClientAuthentication::None;
    TrustChoice clientTrust{false, {}, {}}; ///< for clients; its certificates are also named to them
    ServerResponse response = ServerResponse::Page;
    std::chrono::milliseconds timeout{10000};   ///< for each handshake
    std::chrono::milliseconds idleTime{120000}; ///< after which a quiet connection is closed
    std::size_t maximumConnections = 100;       ///< at a time
    std::optional<std::uint64_t> count{};       ///< it stops by itself after as many

    /// The address that it is reachable at is more than this computer's own.
    bool isReachable() const;
    /// Tries the settings out. @throws Error BadInput, Unsupported
    void check() const;
};

/// A connection of a client, as it stands.
struct ServedConnection {
    std::uint64_t id = 0; ///< counts from 1
    net::ConnectionPhase phase = net::ConnectionPhase::Idle;
    ConnectionReportPtr report;
};

/// Where a test server listens.
struct ServerStart {
    std::string address; ///< "127.0.0.1:4433", the port as it really is
    std::uint16_t port = 0;
    x509::Certificate certificate; ///< what it shows
};

/// Takes TLS connections and shows each as the inspector shows those it makes: the accept side. Lives on its caller's
/// thread; the listener and all connections are on the network thread. Its signals are queued to the caller's thread.
/// Destroying it ends everything without a signal.
class TestServer : public QObject {
    Q_OBJECT

public:
    explicit TestServer(QObject* parent = nullptr);
    ~TestServer() override;

    /// Begins; one that runs is ended first and says nothing more. started() or stopped() follows.
    void start(ServerRequest request);
    /// Takes no more connections and closes those that stand; stopped() follows.
    void stop();
    /// True from start() to stopped().
    bool isRunning() const noexcept { return m_task != nullptr; }

Q_SIGNALS:
    void started(const certwright::service::ServerStart& start);
    /// A connection is new or has changed: at each change of phase, otherwise at most four times a second.
    void connectionChanged(const certwright::service::ServedConnection& connection);
    /// It is over; `error` is null unless it could not begin.
    void stopped(const std::shared_ptr<const certwright::base::Error>& error);

private:
    void release();

    std::shared_ptr<NetworkThread> m_thread;
    ServerTask* m_task = nullptr; ///< lives on the network thread
};

} // namespace certwright::service

Q_DECLARE_METATYPE(certwright::service::ServedConnection)
