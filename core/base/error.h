#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::base {

/// What the caller can do about a failure. The names that toString() gives are those of the command line's contract.
enum class ErrorKind {
    BadInput,         ///< The bytes or the text are damaged or not of this kind.
    WrongPassphrase,  ///< A passphrase was given and does not open the thing.
    PassphraseNeeded, ///< A passphrase is needed and none was given.
    Unsupported,      ///< Recognised, but this program or the OpenSSL it is linked with cannot do it.
    NotAllowed,       ///< Refused by a rule: would overwrite, violates a policy, store is locked.
    NotFound,         ///< No such file, entry or name.
    Io,               ///< Reading or writing failed.
    Network,          ///< Name look-up, connection or time-out.
    PeerAlert,        ///< The TLS peer ended the connection by an alert.
    Store,            ///< The database refused or is damaged.
    Cancelled,        ///< The user stopped it.
    Internal,         ///< A defect of this program, or memory ran out.
};

/// The kind as the command line prints it, e.g. "wrong-passphrase".
std::string_view toString(ErrorKind kind) noexcept;

/// One entry of OpenSSL's error queue.
struct StackEntry {
    unsigned long code = 0; ///< packed library and reason, as ERR_get_error() gives it
    std::string lib;
    std::string function;
    std::string reason;
    std::string file;
    int line = 0;
    std::string data;
};

/// The one exception class of the program. A value: copyable, and carried over threads and jobs in an Outcome.
class Error : public std::exception {
public:
    /// `message` says what failed and why, as one English sentence without a full stop at its end being required;
    /// `hint` says what to do about it and may be empty.
    explicit Error(ErrorKind kind, std::string message, std::string hint = {}, std::vector<StackEntry> stack = {});

    ErrorKind kind() const noexcept { return m_kind; }
    const std::string& message() const noexcept { return m_message; }
    const std::string& hint() const noexcept { return m_hint; }
    /// OpenSSL's whole queue at the time of the failure, oldest entry first.
    const std::vector<StackEntry>& stack() const noexcept { return m_stack; }
    /// Which file, item or peer it was about; empty when unknown.
    const std::string& context() const noexcept { return m_context; }

    /// The same error with a context, unless it has one already.
    Error withContext(std::string context) const;
    /// The same error with another hint.
    Error withHint(std::string hint) const;

    /// True when an entry of the stack has this library and reason (values of ERR_GET_LIB and ERR_GET_REASON).
    bool hasReason(int lib, int reason) const noexcept;

    const char* what() const noexcept override { return m_message.c_str(); }

private:
    ErrorKind m_kind;
    std::string m_message;
    std::string m_hint;
    std::string m_context;
    std::vector<StackEntry> m_stack;
};

} // namespace certwright::base
