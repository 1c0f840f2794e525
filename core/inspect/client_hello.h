#pragma once

#include "core/inspect/probe.h"

#include <string>

namespace certwright::inspect {

/// The record with the ClientHello of a probe (RFC 8446 4.1.2, RFC 5246 7.4.1.2, RFC 6101 5.6.1.2) of the kinds Hello
/// and Ssl2Hello. TLS 1.3 is offered with an empty key share (RFC 8446 4.2.8), so that the server has to name its group
/// in a HelloRetryRequest. `serverName` is sent as SNI unless it is empty; `random` has 64 octets, of which the hello
/// makes its random and its session identifier.
base::Bytes clientHello(const Probe& probe, const std::string& serverName, base::BytesView random);

} // namespace certwright::inspect
