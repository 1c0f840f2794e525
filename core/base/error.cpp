#include "core/base/error.h"

#include <openssl/err.h>

#include <algorithm>
#include <utility>

namespace certwright::base {

std::string_view toString(ErrorKind kind) noexcept {
    switch (kind) {
    case ErrorKind::BadInput:
        return "bad-input";
    case ErrorKind::WrongPassphrase:
        return "wrong-passphrase";
    case ErrorKind::PassphraseNeeded:
        return "passphrase-needed";
    case ErrorKind::Unsupported:
        return "unsupported";
    case ErrorKind::NotAllowed:
        return "not-allowed";
    case ErrorKind::NotFound:
        return "not-found";
    case ErrorKind::Io:
        return "io";
    case ErrorKind::Network:
        return "network";
    case ErrorKind::PeerAlert:
        return "peer-alert";
    case ErrorKind::Store:
        return "store";
    case ErrorKind::Cancelled:
        return "cancelled";
    case ErrorKind::Internal:
        return "internal";
    }
    return "internal";
}

Error::Error(ErrorKind kind, std::string message, std::string hint, std::vector<StackEntry> stack)
    : m_kind(kind)
    , m_message(std::move(message))
    , m_hint(std::move(hint))
    , m_stack(std::move(stack)) {}

Error Error::withContext(std::string context) const {
    Error copy = *this;
    if (copy.m_context.empty())
        copy.m_context = std::move(context);
    return copy;
}

Error Error::withHint(std::string hint) const {
    Error copy = *this;
    copy.m_hint = std::move(hint);
    return copy;
}

bool Error::hasReason(int lib, int reason) const noexcept {
    return std::any_of(m_stack.begin(), m_stack.end(), [lib, reason](const StackEntry& entry) {
        return ERR_GET_LIB(entry.code) == lib && ERR_GET_REASON(entry.code) == reason;
    });
}

} // namespace certwright::base
