#include "core/formats/pkcs8.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/library.h"
#include "core/base/openssl_check.h"
#include "core/crypto/random.h"
#include "core/formats/pbe.h"
#include "core/formats/pem.h"
#include "core/formats/private_key_reader.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr std::size_t SaltSize = 16;

Handle<PKCS8_PRIV_KEY_INFO> privateKeyInfo(const crypto::PrivateKey& key) {
    return Handle<PKCS8_PRIV_KEY_INFO>(
        base::check(EVP_PKEY2PKCS8(key.native()), "encode the private key", ErrorKind::Unsupported));
}

/// Ciphers that authenticate have nowhere to put their tag, ECB shows patterns, and a cipher without an OID cannot be
/// named in a file.
bool isFitForFiles(const EVP_CIPHER* cipher) {
    const int mode = EVP_CIPHER_get_mode(cipher);
    const bool isFit = mode == EVP_CIPH_CBC_MODE || mode == EVP_CIPH_CFB_MODE || mode == EVP_CIPH_OFB_MODE ||
                       mode == EVP_CIPH_CTR_MODE;
    if (!isFit || (EVP_CIPHER_get_flags(cipher) & EVP_CIPH_FLAG_AEAD_CIPHER) != 0)
        return false;
    return OBJ_length(OBJ_nid2obj(EVP_CIPHER_get_type(cipher))) > 0;
}

/// The AlgorithmIdentifier of the encryption; the caller owns it.
X509_ALGOR* algorithmFor(const KeyEncryption& encryption, const FileCipher& cipher) {
    base::Bytes salt = crypto::randomBytes(SaltSize);
    const int saltSize = static_cast<int>(salt.size());
    X509_ALGOR* algorithm =
        encryption.kdf == KeyEncryption::Kdf::Scrypt
            ? PKCS5_pbe2_set_scrypt(cipher.cipher.get(), salt.data(), saltSize, nullptr, encryption.scryptN, 8, 1)
            : PKCS5_pbe2_set_iv_ex(cipher.cipher.get(), encryption.iterations, salt.data(), saltSize, nullptr,
                                   NID_hmacWithSHA256, cipher.library);
    return base::check(algorithm, "prepare the encryption of the private key", ErrorKind::BadInput);
}

} // namespace

FileCipher fileCipher(const std::string& name) {
    FileCipher found;
    found.cipher.reset(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    if (!found.cipher && !name.empty()) {
        base::clearQueue();
        found.library = base::legacyLibraryContext();
        found.cipher.reset(EVP_CIPHER_fetch(found.library, name.c_str(), nullptr));
    }
    if (!found.cipher)
        throw Error(ErrorKind::BadInput, "There is no cipher “" + name + "”", "Take AES-256-CBC.", base::drainQueue());
    if (!isFitForFiles(found.cipher.get())) {
        throw Error(ErrorKind::Unsupported, "Private keys cannot be encrypted by the cipher “" + name + "”",
                    "Take AES-256-CBC.", base::drainQueue());
    }
    return found;
}

base::Secret privateKeyToPem(const crypto::PrivateKey& key) {
    return toSecretPem("PRIVATE KEY", key.toPkcs8Der().view());
}

base::Bytes privateKeyToEncryptedDer(const crypto::PrivateKey& key, const base::Secret& passphrase,
                                     const KeyEncryption& encryption) {
    const Handle<PKCS8_PRIV_KEY_INFO> info = privateKeyInfo(key);
    const PassphraseView view = PassphraseView::of(passphrase);
    const FileCipher cipher = fileCipher(encryption.cipher);
    X509_ALGOR* algorithm = algorithmFor(encryption, cipher);
    const Handle<X509_SIG> encrypted(
        PKCS8_set0_pbe_ex(view.data, view.size, info.get(), algorithm, cipher.library, nullptr));
    if (!encrypted) {
        X509_ALGOR_free(algorithm);
        base::throwFromQueue("encrypt the private key", ErrorKind::BadInput);
    }
    unsigned char* out = nullptr;
    const int length = i2d_X509_SIG(encrypted.get(), &out);
    base::check(length, "encode the encrypted private key");
    const base::OpensslMemory<unsigned char> owner(out);
    return {out, out + length};
}

std::string privateKeyToPem(const crypto::PrivateKey& key, const base::Secret& passphrase,
                            const KeyEncryption& encryption) {
    return toPem("ENCRYPTED PRIVATE KEY", privateKeyToEncryptedDer(key, passphrase, encryption));
}

EncryptionInfo encryptionOfPkcs8(base::BytesView der) {
    const unsigned char* position = der.data();
    const Handle<X509_SIG> parsed(base::check(d2i_X509_SIG(nullptr, &position, static_cast<long>(der.size())),
                                              "read the encrypted private key", ErrorKind::BadInput));
    return encryptionOf(parsed.get());
}

crypto::PrivateKey decryptPkcs8(base::BytesView der, const base::Secret& passphrase, const ReadOptions& limits) {
    auto key = tryDecryptPkcs8(der, passphrase, limits);
    if (!key) {
        throw Error(ErrorKind::WrongPassphrase, "The passphrase is wrong: it does not open the private key",
                    "Check capital letters and the keyboard layout.");
    }
    return std::move(*key);
}

} // namespace certwright::formats
