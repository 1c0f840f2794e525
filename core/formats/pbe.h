#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/encryption_info.h"
#include "core/formats/reader.h"

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace certwright::formats {

/// A passphrase as OpenSSL takes it: PKCS#12 tells "none" from "empty".
struct PassphraseView {
    const char* data = nullptr; ///< null: none at all
    int size = 0;

    static PassphraseView none() noexcept { return {}; }
    static PassphraseView of(const base::Secret& passphrase) noexcept;
};

/// Calls `attempt` with a passphrase as programs have put it into PKCS#12 files, until it gives true: as it is (UTF-8),
/// the empty one also as none at all, and other than ASCII also as if its octets were Latin-1, as OpenSSL before 1.1
/// did.
bool anyPkcs12Passphrase(const base::Secret& passphrase, const std::function<bool(PassphraseView)>& attempt);

/// How an AlgorithmIdentifier of PKCS#5 or PKCS#12 encrypts. @throws Error BadInput when its parameters are damaged
EncryptionInfo encryptionOf(const X509_ALGOR* algorithm);
/// What an AlgorithmIdentifier of a key derivation alone says (PBKDF2, scrypt); another one gives its OID as `kdf`.
/// @throws Error BadInput when its parameters are damaged
EncryptionInfo keyDerivationOf(const X509_ALGOR* function);

/// @throws Error NotAllowed when the key derivation would cost more than the limits allow
void checkLimits(const EncryptionInfo& info, const ReadOptions& limits);
/// @throws Error NotAllowed; `what` is the thing whose iteration count it is ("MAC of the PKCS#12 file")
void checkIterations(std::uint64_t iterations, std::string_view what, const ReadOptions& limits);

/// What the key derivation costs, as Unlocker::spend() counts it.
std::uint64_t costOf(const EncryptionInfo& info) noexcept;
/// The same of so many iterations with a digest or HMAC of this name.
std::uint64_t costOf(std::uint64_t iterations, std::string_view digest) noexcept;

/// Decrypts, by the legacy provider where that is needed. Nothing when the padding says that the passphrase is wrong;
/// ciphers without padding give rubbish then. @throws Error Unsupported for an algorithm that is not offered here,
/// BadInput for damaged parameters, NotAllowed when the limits are exceeded
std::optional<base::Secret> decryptPbe(const X509_ALGOR* algorithm, base::BytesView data, PassphraseView passphrase,
                                       const ReadOptions& limits);

/// The library context in which this is possible: null for the default one. @throws Error Unsupported
OSSL_LIB_CTX* contextFor(const EncryptionInfo& info);

} // namespace certwright::formats
