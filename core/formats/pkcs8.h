#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/encryption_info.h"
#include "core/formats/reader.h"

#include <cstdint>
#include <string>

namespace certwright::formats {

/// How a written private key is encrypted: PBES2 (RFC 8018 6.2).
struct KeyEncryption {
    enum class Kdf { Pbkdf2, Scrypt };

    std::string cipher = "AES-256-CBC"; ///< any name of OpenSSL; with an OID, and in the mode CBC, CFB, OFB or CTR
    Kdf kdf = Kdf::Pbkdf2;
    int iterations = 600'000;        ///< PBKDF2 with HMAC-SHA-256
    std::uint64_t scryptN = 1 << 14; ///< scrypt with r = 8, p = 1; more than this OpenSSL's own reader refuses
};

/// A cipher that can encrypt a file, and where it comes from.
struct FileCipher {
    base::Handle<EVP_CIPHER> cipher;
    OSSL_LIB_CTX* library = nullptr; ///< null: the default one; else that with the legacy provider
};

/// By any of OpenSSL's names. @throws Error BadInput when there is none of the name or it cannot encrypt a file
FileCipher fileCipher(const std::string& name);

/// PKCS#8 PEM in clear (RFC 7468 10).
base::Secret privateKeyToPem(const crypto::PrivateKey& key);
/// PKCS#8 PEM, encrypted (RFC 7468 11). @throws Error BadInput for a cipher that does not fit
std::string privateKeyToPem(const crypto::PrivateKey& key, const base::Secret& passphrase,
                            const KeyEncryption& encryption = {});
/// DER of the encrypted PKCS#8 (RFC 5958 3). @throws Error BadInput for a cipher that does not fit
base::Bytes privateKeyToEncryptedDer(const crypto::PrivateKey& key, const base::Secret& passphrase,
                                     const KeyEncryption& encryption = {});

/// How an EncryptedPrivateKeyInfo is encrypted. @throws Error BadInput when it is none
EncryptionInfo encryptionOfPkcs8(base::BytesView der);

/// The key of an EncryptedPrivateKeyInfo. @throws Error WrongPassphrase when what comes out is no PrivateKeyInfo,
/// Unsupported, BadInput, NotAllowed when the file's iteration count is above the limit
crypto::PrivateKey decryptPkcs8(base::BytesView der, const base::Secret& passphrase, const ReadOptions& limits = {});

} // namespace certwright::formats
