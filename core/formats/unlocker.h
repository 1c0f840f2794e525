#pragma once

#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/formats/passphrase.h"
#include "core/formats/reader.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace certwright::formats {

/// Finds the passphrases of one file's locked parts: those that fitted before, then the empty one, then what the caller
/// is asked for. Lives as long as the reading of the file.
class Unlocker {
public:
    Unlocker(const PassphraseCallback& callback, const ReadOptions& options, std::string file);

    /// True when the passphrase fitted; throws Error when it could not be tried at all.
    using Attempt = std::function<bool(const base::Secret&)>;

    /// Tries passphrases until one fits. `what` names the thing in messages
    /// ("the private key"). @throws Error PassphraseNeeded when none was given, WrongPassphrase when none fitted
    void open(PassphraseQuestion::Subject subject, const std::string& label, const std::string& what,
              const Attempt& attempt);

    /// True when one of the passphrases that fitted before fits. @throws what `attempt` throws
    bool anyFitted(const Attempt& attempt) const;

    /// To be told what a key derivation will cost (costOf()) before it is made.
    /// @throws Error NotAllowed when it is more than the limit for all of the file; the count begins anew when somebody
    /// gave another passphrase after one that did not fit, ReadOptions::maxAttempts times in all
    void spend(std::uint64_t work);

    const ReadOptions& options() const noexcept { return m_options; }
    const std::string& file() const noexcept { return m_file; }

private:
    bool tryKnown(const Attempt& attempt);

    const PassphraseCallback& m_callback;
    const ReadOptions& m_options;
    std::string m_file;
    std::vector<base::Secret> m_fitted;
    std::uint64_t m_spent = 0;
    int m_restarts = 0; ///< of that count
};

} // namespace certwright::formats
