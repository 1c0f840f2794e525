#include "app/cli/exit_code.h"

namespace certwright::cli {

int exitCodeOf(base::ErrorKind kind) noexcept {
    using base::ErrorKind;
    switch (kind) {
    case ErrorKind::BadInput:
        return exit_code::BadInput;
    case ErrorKind::WrongPassphrase:
    case ErrorKind::PassphraseNeeded:
        return exit_code::Passphrase;
    case ErrorKind::Unsupported:
        return exit_code::Unsupported;
    case ErrorKind::NotAllowed:
        return exit_code::Refused;
    case ErrorKind::NotFound:
    case ErrorKind::Io:
        return exit_code::NotFound;
    case ErrorKind::Network:
    case ErrorKind::PeerAlert:
        return exit_code::Network;
    case ErrorKind::Store:
        return exit_code::Store;
    case ErrorKind::Cancelled:
        return exit_code::Interrupted;
    case ErrorKind::Internal:
        break;
    }
    return exit_code::Internal;
}

} // namespace certwright::cli
