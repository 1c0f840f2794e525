#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/tls/starttls/protocol.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::tls::starttls {

// The failures that all protocols have in common, so that they are told in the same words.

/// The server could be understood and does not offer TLS; `offered` is what it offers instead, may be empty.
base::Error notOffered(Protocol protocol, std::string_view offered);
/// The server refused the request itself: `said` is its answer.
base::Error refused(Protocol protocol, std::string_view said);
/// The server does not want this connection at all: `said` is its greeting.
base::Error turnedAway(Protocol protocol, std::string_view said);
/// What came is not of this protocol; the hint says which it seems to be.
base::Error notSpoken(Protocol protocol, base::BytesView said);
/// Plain bytes came behind the server's consent, before TLS could begin (CVE-2011-0411).
base::Error injected(Protocol protocol, base::BytesView rest);

/// The protocol that a server's first bytes are of, if they give it away.
std::optional<Protocol> guessProtocol(base::BytesView first);
/// "the SMTP server".
std::string serverOf(Protocol protocol);
/// "Port 993 speaks IMAP over TLS from the start"; empty where there is no such port.
std::string implicitTlsHint(Protocol protocol);

} // namespace certwright::tls::starttls
