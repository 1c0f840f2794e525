#include "core/formats/passphrase.h"

namespace certwright::formats {

std::optional<base::Secret> noPassphrase(const PassphraseQuestion& /*question*/) {
    return std::nullopt;
}

} // namespace certwright::formats
