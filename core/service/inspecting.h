#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/net/endpoint.h"
#include "core/net/tls_connection.h"
#include "core/tls/context.h"
#include "core/tls/failure.h"
#include "core/tls/key_log.h"
#include "core/tls/pcapng.h"
#include "core/tls/session_facts.h"
#include "core/tls/starttls/plain_message.h"
#include "core/tls/starttls/protocol.h"
#include "core/tls/starttls/proxy.h"
#include "core/tls/transcript.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::service {

/// What chains are checked against. A value that may cross threads; the trust store is made of it where it is used.
struct TrustChoice {
    bool system = true;
    std::vector<std::string> files;              ///< PEM bundles and hashed folders
    std::vector<x509::Certificate> certificates; ///< such as the store's own CAs

    /// @throws Error NotFound, Io, BadInput for a file
    x509::TrustStore toTrustStore() const;
    void addTo(x509::TrustStore& store) const;
};

/// Which server to look at, and how.
struct ConnectionRequest {
    net::Endpoint endpoint;
    std::string serverName; ///< SNI other than the endpoint's host; empty: the host, or none for an address
    tls::ContextOptions tls;
    TrustChoice trust;
    std::chrono::milliseconds timeout{10000};
    net::AddressFamily family = net::AddressFamily::Any;
    bool keepOpen = false;                           ///< stay connected after the handshake, to send and receive
    std::optional<tls::starttls::Protocol> startTls; ///< begin in plain text; nothing: TLS from the start
    std::optional<tls::starttls::Proxy> proxy;
    bool triesResumption = false; ///< connect again with the session; not with keepOpen

    /// The name that the certificate must be for; empty for a Unix socket without a server name.
    std::string askedHost() const;
    /// What goes into SNI: A-labels, without a dot at the end; empty when none is to be sent.
    std::string sentServerName() const;
    /// How to get there, for each of the connections of this request; none of them is kept open.
    net::TlsConnection::Options connectionOptions() const;
};

/// One way to resume a session, and whether it worked.
struct ResumptionAttempt {
    enum class Method { Id, Ticket, Psk };

    Method method = Method::Psk;
    bool isOffered = false; ///< the server gave something to resume by in this way
    bool isResumed = false;
    std::optional<tls::Failure> failure; ///< of the connection that tried
};

/// "id", "ticket", "psk".
std::string_view toString(ResumptionAttempt::Method method) noexcept;

/// Whether the certificate is for the host that was asked for.
struct HostCheck {
    std::string asked;
    bool ok = false;
};

/// Whether the chain, and the stapled OCSP response if any, can be trusted.
struct ChainCheck {
    bool ok = false;
    std::vector<x509::Finding> findings;
    std::vector<x509::Certificate> builtChain;
};

/// Everything that was learnt about a connection, also about one that failed. Not changed once it is made, so that any
/// thread may read it; secrets stay on the secure heap until somebody asks for their text.
struct ConnectionReport {
    tls::Context::Role role = tls::Context::Role::Client; ///< ours
    net::Endpoint endpoint;
    std::string peerAddress; ///< "192.0.2.1:443"; empty when there was no TCP connection
    std::string localAddress;
    tls::CaptureEnds ends; ///< for the capture
    tls::SessionFacts facts;
    std::string state; ///< OpenSSL's long text of the last state; empty when there was no TCP connection
    tls::EngineState protocol = tls::EngineState::Idle; ///< where the protocol stood
    std::optional<tls::starttls::Protocol> startTls;    ///< as asked for
    std::string proxy;                                  ///< its URL without the password; empty: none
    std::vector<tls::starttls::PlainMessage> plain;     ///< what was said before TLS
    tls::Transcript transcript;
    tls::KeyLog secrets;
    std::optional<ChainCheck> verify;  ///< nothing when no certificate came
    std::optional<HostCheck> hostname; ///< nothing without a certificate or a name to check, and for a server
    std::optional<std::vector<ResumptionAttempt>> resumption; ///< nothing when it was not tried
    net::ConnectionTimings timings;
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    std::optional<tls::Failure> failure;
    net::ConnectionPhase failedPhase = net::ConnectionPhase::Finished; ///< where it failed

    /// Connected, and chain and host name are right; for a server also when no client's certificate came.
    bool isGood() const noexcept;
};

using ConnectionReportPtr = std::shared_ptr<const ConnectionReport>;

/// The report of a finished connection; takes the recorded transcript and secrets out of it.
ConnectionReport makeReport(const ConnectionRequest& request, net::TlsConnection& connection, base::Time now);

/// The report of a connection that goes on, which keeps what it recorded. @throws Error Internal when the secure heap
/// is full
ConnectionReport makeInterimReport(const ConnectionRequest& request, const net::TlsConnection& connection,
                                   base::Time now);

/// Writes the recorded bytes and the secrets as a capture that Wireshark decrypts, mode 0600.
/// @throws Error NotFound when nothing was recorded; as FileWriter
void saveCapture(const std::string& path, const ConnectionReport& report, bool mayOverwrite = false);

/// What to do with what a connection recorded: a report takes it at the end, before that it gets a copy.
enum class Recording { Take, Copy };

/// The report of a connection that a client made to us. @throws Error Internal when the secure heap is full
ConnectionReport makeServedReport(net::TlsConnection& connection, base::Time now, Recording recording);

/// Appends the connection's secrets to a key log file, which is made with mode 0600 when it is not there.
/// @throws Error Io, NotAllowed for something that is not a regular file
void appendKeyLog(const std::string& path, const tls::KeyLog& secrets);

} // namespace certwright::service
