#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"
#include "core/formats/unlocker.h"

#include <optional>

namespace certwright::formats {

/// What came out of reading a key store.
struct KeystoreResult {
    KeystoreItem item;
    /// The first of: PassphraseNeeded or WrongPassphrase for a private key, Unsupported for a secret key or a kind of
    /// store that is not read at all, BadInput for a damaged key.
    std::optional<base::Error> error;
};

/// A key store of Java by its first octets: JKS and JCEKS with their certificates, and their private keys, for which
/// passphrases are asked. Nothing when it is none. @throws Error BadInput when it is damaged, NotAllowed when the
/// limits are exceeded
std::optional<KeystoreResult> readKeystore(base::BytesView bytes, Unlocker& unlocker);

} // namespace certwright::formats
