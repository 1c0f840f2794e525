#pragma once

#include "core/base/error.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::tls {

/// What the system said about a call that failed.
struct SystemFailure {
    /// The end of the stream where the protocol has none (RFC 8446 6.1).
    static constexpr int UnexpectedEof = -1;

    int number = 0; ///< errno, or UnexpectedEof
    std::string text;
};

/// The error of a system call: kind Network, the number in its stack. `what` says what was being done: "connect".
base::Error systemError(int number, std::string_view what);

/// What the system said when that is why `error` came; nothing for other errors.
std::optional<SystemFailure> systemFailureOf(const base::Error& error);

} // namespace certwright::tls
