#include "core/formats/unlocker.h"

#include <algorithm>
#include <utility>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Secret;

Unlocker::Unlocker(const PassphraseCallback& callback, const ReadOptions& options, std::string file)
    : m_callback(callback)
    , m_options(options)
    , m_file(std::move(file)) {}

bool Unlocker::anyFitted(const Attempt& attempt) const {
    return std::ranges::any_of(m_fitted, attempt);
}

bool Unlocker::tryKnown(const Attempt& attempt) {
    if (anyFitted(attempt))
        return true;
    if (!m_options.triesEmptyPassphrase)
        return false;
    Secret empty;
    if (!attempt(empty))
        return false;
    m_fitted.push_back(std::move(empty));
    return true;
}

void Unlocker::open(PassphraseQuestion::Subject subject, const std::string& label, const std::string& what,
                    const Attempt& attempt) {
    if (tryKnown(attempt))
        return;
    for (int i = 0; i < m_options.maxAttempts; ++i) {
        std::optional<Secret> answer = m_callback({subject, m_file, label, i});
        if (!answer && i == 0) {
            throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to open " + what + ", and none was given",
                        "Give its passphrase.");
        }
        if (!answer)
            break;
        if (i > 0 && m_restarts++ < m_options.maxAttempts)
            m_spent = 0;
        if (attempt(*answer)) {
            m_fitted.push_back(std::move(*answer));
            return;
        }
    }
    throw Error(ErrorKind::WrongPassphrase, "The passphrase is wrong: it does not open " + what,
                "Check capital letters and the keyboard layout; the passphrase of another file may have been given.");
}

void Unlocker::spend(std::uint64_t work) {
    const std::uint64_t rest = m_options.maxTotalWork - std::min(m_spent, m_options.maxTotalWork);
    if (work > rest)
        throw Error(ErrorKind::NotAllowed,
                    "The encrypted parts of the file would together keep the program busy for very long",
                    "The file is damaged or made to do so. If it is yours, take it apart: one key in each file.");
    m_spent += work;
}

} // namespace certwright::formats
