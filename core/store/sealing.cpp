#include "core/store/sealing.h"

#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/crypto/random.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <string>

namespace certwright::base {
CERTWRIGHT_HANDLE(EVP_KDF, EVP_KDF_free);
CERTWRIGHT_HANDLE(EVP_KDF_CTX, EVP_KDF_CTX_free);
} // namespace certwright::base

namespace certwright::store {

namespace {

using base::check;
using base::Handle;

Handle<EVP_CIPHER> aes256Gcm() {
    return Handle<EVP_CIPHER>(check(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "find AES-256-GCM"));
}

int lengthOf(base::BytesView bytes) {
    return static_cast<int>(bytes.size());
}

} // namespace

base::Secret randomKey() {
    base::Secret key(KeySize);
    check(RAND_priv_bytes(key.data(), static_cast<int>(key.size())), "make a random key");
    return key;
}

base::Bytes gcmSeal(const base::Secret& key, base::BytesView associatedData, base::BytesView plain) {
    const auto cipher = aes256Gcm();
    const Handle<EVP_CIPHER_CTX> context(check(EVP_CIPHER_CTX_new(), "make a cipher context"));
    base::Bytes sealed = crypto::randomBytes(NonceSize);
    sealed.resize(NonceSize + plain.size() + TagSize);
    int length = 0;
    check(EVP_EncryptInit_ex2(context.get(), cipher.get(), key.data(), sealed.data(), nullptr), "start encryption");
    check(EVP_EncryptUpdate(context.get(), nullptr, &length, associatedData.data(), lengthOf(associatedData)),
          "bind the associated data");
    check(EVP_EncryptUpdate(context.get(), sealed.data() + NonceSize, &length, plain.data(), lengthOf(plain)),
          "encrypt");
    std::uint8_t* const end = sealed.data() + NonceSize + plain.size();
    check(EVP_EncryptFinal_ex(context.get(), end, &length), "finish encryption");
    check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(TagSize), end),
          "take the authentication tag");
    return sealed;
}

std::optional<base::Secret> gcmOpen(const base::Secret& key, base::BytesView associatedData, base::BytesView sealed) {
    if (sealed.size() < NonceSize + TagSize)
        return std::nullopt;
    const auto cipher = aes256Gcm();
    const Handle<EVP_CIPHER_CTX> context(check(EVP_CIPHER_CTX_new(), "make a cipher context"));
    const auto ciphertext = sealed.subspan(NonceSize, sealed.size() - NonceSize - TagSize);
    // The tag goes in through a pointer that OpenSSL does not promise to leave alone.
    base::Bytes tag = base::toBytes(sealed.last(TagSize));
    base::Secret plain(ciphertext.size());
    int length = 0;
    check(EVP_DecryptInit_ex2(context.get(), cipher.get(), key.data(), sealed.data(), nullptr), "start decryption");
    check(EVP_DecryptUpdate(context.get(), nullptr, &length, associatedData.data(), lengthOf(associatedData)),
          "bind the associated data");
    check(EVP_DecryptUpdate(context.get(), plain.data(), &length, ciphertext.data(), lengthOf(ciphertext)), "decrypt");
    check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(TagSize), tag.data()),
          "set the authentication tag");
    std::uint8_t rest[EVP_MAX_BLOCK_LENGTH];
    if (EVP_DecryptFinal_ex(context.get(), rest, &length) <= 0) {
        base::clearQueue();
        return std::nullopt; // `plain` is wiped: nothing unauthenticated leaves this function
    }
    return plain;
}

base::Secret scryptKey(const base::Secret& passphrase, base::BytesView salt, unsigned logN, std::uint32_t r,
                       std::uint32_t p) {
    const std::uint64_t n = std::uint64_t{1} << logN;
    // OpenSSL counts the blocks of p and two more beside the N it is asked for, and refuses at the limit itself.
    const std::uint64_t memory = 128ULL * r * (n + p + 2) + (1ULL << 20);
    base::Secret key(KeySize);
    check(EVP_PBE_scrypt(passphrase.text().data(), passphrase.size(), salt.data(), salt.size(), n, r, p, memory,
                         key.data(), key.size()),
          "derive a key from the passphrase");
    return key;
}

base::Secret hkdfKey(const base::Secret& key, base::BytesView salt, std::string_view info) {
    const Handle<EVP_KDF> kdf(check(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "find HKDF"));
    const Handle<EVP_KDF_CTX> context(check(EVP_KDF_CTX_new(kdf.get()), "make a derivation context"));
    // OSSL_PARAM carries pointers to mutable memory for values that are only read.
    std::string digest = "SHA256";
    base::Bytes saltCopy = base::toBytes(salt);
    std::string infoCopy(info);
    base::Secret keyCopy = key.clone();
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, keyCopy.data(), keyCopy.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, saltCopy.data(), saltCopy.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, infoCopy.data(), infoCopy.size()),
        OSSL_PARAM_construct_end(),
    };
    base::Secret derived(KeySize);
    check(EVP_KDF_derive(context.get(), derived.data(), derived.size(), params), "derive a key from the store key");
    return derived;
}

base::Bytes hmacSha256(const base::Secret& key, base::BytesView message) {
    base::Bytes mac(MacSize);
    std::size_t length = 0;
    check(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), message.data(), message.size(),
                    mac.data(), mac.size(), &length),
          "authenticate");
    return mac;
}

bool isSameMac(base::BytesView left, base::BytesView right) noexcept {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace certwright::store
