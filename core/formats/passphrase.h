#pragma once

#include "core/base/secret.h"

#include <functional>
#include <optional>
#include <string>

namespace certwright::formats {

/// What a passphrase is asked for.
struct PassphraseQuestion {
    enum class Subject { PrivateKey, Pkcs12, Keystore };

    Subject subject = Subject::PrivateKey;
    std::string file;  ///< the file being read; empty for bytes without one
    std::string label; ///< friendly name, comment or place ("block 2") of the locked part; may be empty
    int attempt = 0;   ///< 0 at the first time, then one more after each passphrase that did not fit
};

/// Asked when a passphrase is needed; nothing means giving up. Called on the thread that reads, and must not throw but
/// an Error, which ends the reading.
using PassphraseCallback = std::function<std::optional<base::Secret>(const PassphraseQuestion&)>;

/// Answers every question with nothing.
std::optional<base::Secret> noPassphrase(const PassphraseQuestion& question);

} // namespace certwright::formats
