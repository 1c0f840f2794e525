#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/encryption_info.h"
#include "core/formats/reader.h"

#include <optional>

namespace certwright::formats {

// How Java's key stores protect what is in them; the reference is OpenJDK (sun.security.provider.KeyProtector and
// JavaKeyStore, com.sun.crypto.provider.PBES1Core): there is no other document.

/// Octets of a digest that proves a passphrase, at the end of a store and of a key of JKS: SHA-1.
inline constexpr std::size_t JavaDigestSize = 20;

/// How an EncryptedPrivateKeyInfo of a key store is encrypted. @throws Error BadInput when it is damaged
EncryptionInfo javaEncryptionOf(base::BytesView der);

/// The PrivateKeyInfo out of it; nothing when the passphrase is wrong. @throws Error BadInput when it is damaged,
/// Unsupported for another algorithm than JKS's own (1.3.6.1.4.1.42.2.17.1.1) and JCEKS's PBEWithMD5AndTripleDES
/// (1.3.6.1.4.1.42.2.19.1), NotAllowed when the limits are exceeded
std::optional<base::Secret> recoverJavaKey(base::BytesView der, const base::Secret& passphrase,
                                           const ReadOptions& limits);

/// True when the last 20 octets of a whole store are the digest of the others and this passphrase.
bool isJavaStoreIntact(base::BytesView store, const base::Secret& passphrase);

} // namespace certwright::formats
