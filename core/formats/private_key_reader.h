#pragma once

#include "core/base/bytes.h"
#include "core/formats/der_shape.h"
#include "core/formats/item.h"
#include "core/formats/pbe.h"
#include "core/formats/pem.h"
#include "core/formats/unlocker.h"

#include <optional>
#include <string>

namespace certwright::formats {

/// What came out of reading a private key. A key that stays locked is told beside the error.
struct PrivateKeyResult {
    PrivateKeyItem item;
    std::optional<base::Error> error; ///< PassphraseNeeded or WrongPassphrase
};

/// True for the outlines of a private key, in clear or encrypted.
bool isPrivateKey(DerKind kind) noexcept;

/// A private key by the outline of its DER, in clear or as EncryptedPrivateKeyInfo. `label` is for the question.
/// @throws Error BadInput, Unsupported naming the algorithm, NotAllowed when the limits are exceeded
PrivateKeyResult readPrivateKey(DerKind kind, base::BytesView der, const std::string& label, Unlocker& unlocker);

/// A private key in clear by the outline of its DER. @throws Error BadInput, Unsupported naming the algorithm
crypto::PrivateKey clearPrivateKey(DerKind kind, base::BytesView der);

/// The facts of a PKCS#8 PrivateKeyInfo by its algorithm identifier alone.
crypto::KeyFacts factsOfPkcs8(base::BytesView der);

/// A PEM block encrypted in the traditional way (RFC 1421 4.6.1.1: Proc-Type, DEK-Info).
/// @throws Error BadInput for damaged headers, Unsupported for a cipher that is not offered
PrivateKeyResult readTraditionalPem(const PemBlock& block, Unlocker& unlocker);

/// The PrivateKeyInfo out of an EncryptedPrivateKeyInfo; nothing when the passphrase is wrong: then what comes out is
/// no PrivateKeyInfo. @throws Error BadInput, Unsupported, NotAllowed
std::optional<base::Secret> tryDecryptToPkcs8(const X509_SIG* encrypted, PassphraseView passphrase,
                                              const ReadOptions& limits);
/// How it is encrypted. @throws Error BadInput
EncryptionInfo encryptionOf(const X509_SIG* encrypted);

/// The unencrypted key out of an EncryptedPrivateKeyInfo; nothing when the passphrase is wrong.
/// @throws Error BadInput, Unsupported, NotAllowed
std::optional<crypto::PrivateKey> tryDecryptPkcs8(base::BytesView der, const base::Secret& passphrase,
                                                  const ReadOptions& limits);

} // namespace certwright::formats
