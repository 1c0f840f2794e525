#include "core/tls/session.h"

#include "core/base/openssl_check.h"

namespace certwright::tls {

std::optional<Session> Session::of(const SSL* ssl) {
    const SSL_SESSION* session = SSL_get_session(ssl);
    if (session == nullptr || SSL_SESSION_is_resumable(session) != 1)
        return std::nullopt;
    // A copy: freeing a connection that was not closed properly spoils its own.
    base::Handle<SSL_SESSION> copy(base::check(SSL_SESSION_dup(session), "keep the session"));
    return Session(std::shared_ptr<SSL_SESSION>(copy.release(), SSL_SESSION_free));
}

ProtocolVersion Session::version() const noexcept {
    return static_cast<ProtocolVersion>(SSL_SESSION_get_protocol_version(native()));
}

base::Bytes Session::id() const {
    unsigned int length = 0;
    const unsigned char* octets = SSL_SESSION_get_id(native(), &length);
    return {octets, octets + length};
}

bool Session::hasTicket() const noexcept {
    return SSL_SESSION_has_ticket(native()) == 1;
}

std::chrono::seconds Session::timeout() const noexcept {
    return std::chrono::seconds(SSL_SESSION_get_timeout(native()));
}

} // namespace certwright::tls
