#pragma once

#include "core/base/error.h"

#include <string_view>

namespace certwright::tls {

/// Whose side ended a connection that did not come about.
enum class FailureSide {
    Ours,      ///< Our settings: version, security level, suites; or the user stopped it.
    Peer,      ///< The peer refused by an alert, or does not speak TLS as it should.
    Transport, ///< Between the two: name look-up, refused, reset, end of stream, time-out.
};

/// "ours", "peer", "transport".
std::string_view toString(FailureSide side) noexcept;

/// A failure and whose side it was on.
struct Failure {
    base::Error error;
    FailureSide side = FailureSide::Transport;
};

class Engine;

/// Explains why an engine's step failed: `error` is what the step threw. Looks at the alerts, at the peer's first bytes
/// and at OpenSSL's reasons, and says what to do about it where it is known (another port for what is not TLS, a lower
/// security level, another version).
Failure explainFailure(const Engine& engine, const base::Error& error);

} // namespace certwright::tls
