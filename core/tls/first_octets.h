#pragma once

#include "core/base/bytes.h"

#include <string>

namespace certwright::tls {

/// True when a peer's first bytes can be the head of a TLS record (RFC 8446 5.1) or of an SSL 2.0 answer.
bool looksLikeTls(base::BytesView first);

/// The first line of what a peer said, if it is text; else its first octets in hexadecimal.
std::string excerpt(base::BytesView first);

} // namespace certwright::tls
