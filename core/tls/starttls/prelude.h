#pragma once

#include "core/tls/starttls/dialog.h"
#include "core/tls/starttls/protocol.h"
#include "core/tls/starttls/proxy.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {

/// What comes before TLS on a connection.
struct PreludeOptions {
    std::optional<starttls::Proxy> proxy;
    std::optional<starttls::Protocol> protocol; ///< which STARTTLS; nothing: TLS from the start
    std::string host;                           ///< of the server, in ASCII; a numeric address without brackets
    std::uint16_t port = 0;                     ///< of the server
    std::string domain;                         ///< the one that XMPP is asked for; empty: the host

    bool isNeeded() const noexcept { return proxy.has_value() || protocol.has_value(); }
};

/// All that is said in plain before TLS: to the proxy, then to the server. No input or output of its own: feed what
/// comes, send what takeOutput() gives, until it is done; then send the last output and begin TLS with takeRest().
/// Without proxy and protocol it is done from the start.
///
/// What a server sends behind its consent to STARTTLS fails it (CVE-2011-0411). What comes behind the consent of a
/// proxy is of the server.
class Prelude {
public:
    /// @throws Error BadInput when the host can't be told to the proxy or the server
    explicit Prelude(const PreludeOptions& options);
    ~Prelude();

    starttls::Step feed(base::BytesView bytes);
    starttls::Step feedEof();
    base::Bytes takeOutput();
    /// Bytes that came already and are of TLS; only where a proxy was the last to speak.
    base::Bytes takeRest();
    /// Time since the start of the connection, for the messages of the next call.
    void setTime(Elapsed time) noexcept;

    starttls::Step step() const noexcept { return m_step; }
    const std::optional<Failure>& failure() const noexcept { return m_failure; }
    /// All lines and packets so far, of the proxy's dialog first; that which came after a failure, too.
    std::vector<starttls::PlainMessage> messages() const;
    /// The error of a time-out `within`, such as " within 10 s".
    base::Error lateness(const std::string& within);
    std::uint64_t bytesIn() const noexcept { return m_bytesIn; }
    std::uint64_t bytesOut() const noexcept { return m_bytesOut; }

private:
    void proceed();
    starttls::Dialog& current() { return *m_dialogs[m_current]; }

    std::optional<starttls::Protocol> m_protocol;
    std::vector<std::unique_ptr<starttls::Dialog>> m_dialogs;
    std::size_t m_current = 0;
    base::Bytes m_rest;
    Elapsed m_time{};
    std::uint64_t m_bytesIn = 0;
    std::uint64_t m_bytesOut = 0;
    starttls::Step m_step = starttls::Step::NeedsMore;
    std::optional<Failure> m_failure;
};

namespace starttls {
/// The dialog of a protocol. `domain` in ASCII, for XMPP.
std::unique_ptr<Dialog> makeDialog(Protocol protocol, const std::string& domain);
} // namespace starttls

} // namespace certwright::tls
