#pragma once

#include "core/base/bytes.h"
#include "core/tls/handle.h"
#include "core/tls/protocol_version.h"

#include <chrono>
#include <memory>
#include <optional>

namespace certwright::tls {

/// What a client keeps of a connection to resume it by: a session id or ticket of TLS 1.2, a ticket of TLS 1.3. An
/// immutable value that outlives the connection; it holds secrets.
class Session {
public:
    /// The session of a connection; nothing when it can't be resumed. In TLS 1.3 there is none until a ticket came.
    static std::optional<Session> of(const SSL* ssl);

    ProtocolVersion version() const noexcept;
    /// Empty when the server gave a ticket and no id.
    base::Bytes id() const;
    bool hasTicket() const noexcept;
    std::chrono::seconds timeout() const noexcept;

    /// For calls into OpenSSL inside core; no reference is taken.
    SSL_SESSION* native() const noexcept { return m_session.get(); }

private:
    explicit Session(std::shared_ptr<SSL_SESSION> session)
        : m_session(std::move(session)) {}

    std::shared_ptr<SSL_SESSION> m_session;
};

} // namespace certwright::tls
