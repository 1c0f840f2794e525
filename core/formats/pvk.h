#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"
#include "core/formats/private_key_reader.h"
#include "core/formats/unlocker.h"

#include <optional>

namespace certwright::formats {

/// Microsoft's key files: PVK (in clear or encrypted by RC4, which needs the legacy provider) and the blobs of its old
/// cryptographic interface, with RSA and DSA keys.
struct MicrosoftKeyResult {
    Item::Value value;                ///< PrivateKeyItem or PublicKey
    std::optional<base::Error> error; ///< PassphraseNeeded or WrongPassphrase
};

/// Nothing when the bytes are neither. @throws Error BadInput, Unsupported where there is no legacy provider
std::optional<MicrosoftKeyResult> readMicrosoftKey(base::BytesView bytes, Unlocker& unlocker);

} // namespace certwright::formats
