#include "core/formats/pkcs8.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/crypto/random.h"
#include "core/formats/pbe.h"
#include "core/formats/pem.h"
#include "core/formats/private_key_reader.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <cstring>
#include <limits>
#include <string_view>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr std::size_t SaltSize = 16;
constexpr std::size_t LineOctets = 48; ///< 64 characters of base64

Handle<PKCS8_PRIV_KEY_INFO> privateKeyInfo(const crypto::PrivateKey& key) {
    return Handle<PKCS8_PRIV_KEY_INFO>(
        base::check(EVP_PKEY2PKCS8(key.native()), "encode the private key", ErrorKind::Unsupported));
}

/// The AlgorithmIdentifier of the encryption; the caller owns it.
X509_ALGOR* algorithmFor(const KeyEncryption& encryption) {
    const Handle<EVP_CIPHER> cipher(EVP_CIPHER_fetch(nullptr, encryption.cipher.c_str(), nullptr));
    if (!cipher || EVP_CIPHER_get_mode(cipher.get()) != EVP_CIPH_CBC_MODE) {
        throw Error(ErrorKind::BadInput, "Private keys cannot be encrypted by the cipher " + encryption.cipher,
                    "Take AES-256-CBC.", base::drainQueue());
    }
    base::Bytes salt = crypto::randomBytes(SaltSize);
    X509_ALGOR* algorithm = encryption.kdf == KeyEncryption::Kdf::Scrypt
                                ? PKCS5_pbe2_set_scrypt(cipher.get(), salt.data(), static_cast<int>(salt.size()),
                                                        nullptr, encryption.scryptN, 8, 1)
                                : PKCS5_pbe2_set_iv(cipher.get(), encryption.iterations, salt.data(),
                                                    static_cast<int>(salt.size()), nullptr, NID_hmacWithSHA256);
    return base::check(algorithm, "prepare the encryption of the private key", ErrorKind::BadInput);
}

} // namespace

base::Secret privateKeyToPem(const crypto::PrivateKey& key) {
    constexpr std::string_view Begin = "-----BEGIN PRIVATE KEY-----\n";
    constexpr std::string_view End = "-----END PRIVATE KEY-----\n";
    const base::Secret der = key.toPkcs8Der();
    base::Secret pem(Begin.size() + End.size() + (der.size() + LineOctets) / LineOctets * 66);
    std::uint8_t* out = pem.data();
    std::memcpy(out, Begin.data(), Begin.size());
    out += Begin.size();
    for (std::size_t i = 0; i < der.size(); i += LineOctets) {
        const std::size_t count = std::min(LineOctets, der.size() - i);
        // EVP_EncodeBlock writes a zero behind its text, which the line end replaces.
        out += EVP_EncodeBlock(out, der.data() + i, static_cast<int>(count));
        *out++ = '\n';
    }
    std::memcpy(out, End.data(), End.size());
    out += End.size();
    pem.truncate(static_cast<std::size_t>(out - pem.data()));
    return pem;
}

base::Bytes privateKeyToEncryptedDer(const crypto::PrivateKey& key, const base::Secret& passphrase,
                                     const KeyEncryption& encryption) {
    const Handle<PKCS8_PRIV_KEY_INFO> info = privateKeyInfo(key);
    const PassphraseView view = PassphraseView::of(passphrase);
    X509_ALGOR* algorithm = algorithmFor(encryption);
    const Handle<X509_SIG> encrypted(PKCS8_set0_pbe(view.data, view.size, info.get(), algorithm));
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
