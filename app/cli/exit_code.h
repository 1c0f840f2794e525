#pragma once

#include "core/base/error.h"

namespace certwright::cli {

/// The exit codes of the command line's contract.
namespace exit_code {
inline constexpr int Done = 0, No = 1, Usage = 2, BadInput = 3, Passphrase = 4, Unsupported = 5, NotFound = 6,
                     Network = 7, Store = 8, Refused = 9, Internal = 70, Interrupted = 130;
} // namespace exit_code

int exitCodeOf(base::ErrorKind kind) noexcept;

} // namespace certwright::cli
