#include "core/tls/system_failure.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <system_error>
#include <utility>

namespace certwright::tls {

base::Error systemError(int number, std::string_view what) {
    base::StackEntry entry;
    // As ERR_PACK() makes it for errors of the system.
    entry.code = ERR_SYSTEM_FLAG | static_cast<unsigned long>(number);
    entry.lib = "system library";
    entry.function = what;
    entry.reason = std::generic_category().message(number);
    std::string message = "Could not " + std::string(what) + ": " + entry.reason;
    return base::Error(base::ErrorKind::Network, std::move(message), {}, {std::move(entry)});
}

std::optional<SystemFailure> systemFailureOf(const base::Error& error) {
    if (error.hasReason(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING))
        return SystemFailure{SystemFailure::UnexpectedEof, "Unexpected EOF"};
    for (const base::StackEntry& entry : error.stack()) {
        if (ERR_SYSTEM_ERROR(entry.code))
            return SystemFailure{ERR_GET_REASON(entry.code), entry.reason};
    }
    return std::nullopt;
}

} // namespace certwright::tls
