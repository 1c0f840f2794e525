#include "core/formats/ssh_key.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/crypto/random.h"
#include "core/formats/bcrypt_pbkdf.h"
#include "core/formats/pem.h"
#include "core/formats/ssh_key_codec.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;
using ssh::FieldReader;
using ssh::FieldWriter;

namespace {

constexpr std::string_view Magic("openssh-key-v1\0", 15);
constexpr std::string_view PemLabel = "OPENSSH PRIVATE KEY";
constexpr std::size_t SaltSize = 16;

struct Cipher {
    std::string_view sshName;
    const char* name;
    std::size_t keySize, ivSize, blockSize, tagSize;
};
constexpr std::array Ciphers = {Cipher{"aes256-ctr", "AES-256-CTR", 32, 16, 16, 0},
                                Cipher{"aes192-ctr", "AES-192-CTR", 24, 16, 16, 0},
                                Cipher{"aes128-ctr", "AES-128-CTR", 16, 16, 16, 0},
                                Cipher{"aes256-cbc", "AES-256-CBC", 32, 16, 16, 0},
                                Cipher{"aes192-cbc", "AES-192-CBC", 24, 16, 16, 0},
                                Cipher{"aes128-cbc", "AES-128-CBC", 16, 16, 16, 0},
                                Cipher{"3des-cbc", "DES-EDE3-CBC", 24, 8, 8, 0},
                                Cipher{"aes256-gcm@openssh.com", "AES-256-GCM", 32, 12, 16, 16},
                                Cipher{"aes128-gcm@openssh.com", "AES-128-GCM", 16, 12, 16, 16}};
constexpr const Cipher& WritingCipher = Ciphers[0];

/// How the private section is encrypted, and the section.
/// What one round of bcrypt costs, as Unlocker::spend() counts.
constexpr std::uint64_t WorkOfRound = 30'000;

struct Locked {
    const Cipher* cipher = nullptr;
    base::Bytes salt;
    std::uint32_t rounds = 0;
    BytesView section;
    BytesView tag;
};

std::string upperCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    return text;
}

/// Nothing when the tag is wrong. `isEncrypting` goes the other way.
std::optional<Secret> crypt(const Locked& locked, const Secret& passphrase, bool isEncrypting) {
    const Cipher& cipher = *locked.cipher;
    const Secret material = bcryptPbkdf(passphrase, locked.salt, locked.rounds, cipher.keySize + cipher.ivSize);
    const Handle<EVP_CIPHER> method(
        base::check(EVP_CIPHER_fetch(nullptr, cipher.name, nullptr), "open an SSH key", ErrorKind::Unsupported));
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "open an SSH key"));
    base::check(EVP_CipherInit_ex2(context.get(), method.get(), material.data(), material.data() + cipher.keySize,
                                   isEncrypting ? 1 : 0, nullptr),
                "open an SSH key");
    base::check(EVP_CIPHER_CTX_set_padding(context.get(), 0), "open an SSH key");
    if (!locked.tag.empty()) {
        base::Bytes tag = base::toBytes(locked.tag);
        base::check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, base::intSize(tag.size()), tag.data()),
                    "open an SSH key");
    }
    Secret out(locked.section.size() + EVP_MAX_BLOCK_LENGTH);
    int length = 0;
    int rest = 0;
    if (EVP_CipherUpdate(context.get(), out.data(), &length, locked.section.data(),
                         base::intSize(locked.section.size())) != 1 ||
        EVP_CipherFinal_ex(context.get(), out.data() + length, &rest) != 1) {
        base::clearQueue();
        return std::nullopt;
    }
    out.truncate(static_cast<std::size_t>(length + rest));
    return out;
}

/// False when the two check numbers differ: of an encrypted key the passphrase is wrong then.
bool readPrivateSection(BytesView section, SshKeyResult& result) {
    FieldReader fields(section);
    const std::uint32_t check = fields.number();
    if (fields.number() != check)
        return false;
    result.item.key = ssh::privateKeyFromFields(fields);
    result.comment = fields.text();
    result.item.facts = result.item.key->facts();
    return true;
}

Locked parseLocked(std::string_view cipherName, std::string_view kdf, BytesView kdfOptions, FieldReader& fields,
                   const ReadOptions& limits) {
    const auto* cipher =
        std::find_if(Ciphers.begin(), Ciphers.end(), [cipherName](const Cipher& c) { return c.sshName == cipherName; });
    if (cipher == Ciphers.end() || kdf != "bcrypt")
        throw Error(ErrorKind::Unsupported,
                    "The OpenSSH private key is encrypted by " + std::string(cipherName) + " with " + std::string(kdf) +
                        ", which is not read here",
                    "Convert a copy of it: ssh-keygen -p -Z aes256-ctr -f COPY");
    Locked locked;
    locked.cipher = cipher;
    FieldReader options(kdfOptions);
    locked.salt = base::toBytes(options.string());
    locked.rounds = options.number();
    locked.section = fields.string();
    locked.tag = cipher->tagSize == 0 ? BytesView() : fields.take(cipher->tagSize);
    if (locked.rounds == 0 || locked.salt.empty() || locked.section.size() % cipher->blockSize != 0)
        ssh::throwDamaged();
    if (locked.rounds > limits.maxBcryptRounds)
        throw Error(ErrorKind::NotAllowed,
                    "The OpenSSH private key asks for " + std::to_string(locked.rounds) +
                        " rounds of bcrypt, more than the limit of " + std::to_string(limits.maxBcryptRounds),
                    "It would keep the program busy for very long. If the key is yours: ssh-keygen -p -a 64 -f COPY");
    return locked;
}

Secret writeOpenSsh(const crypto::PrivateKey& key, const Secret* passphrase, std::string_view comment,
                    std::uint32_t rounds) {
    FieldWriter section;
    const base::Bytes check = crypto::randomBytes(4);
    section.octets(check);
    section.octets(check);
    ssh::writePrivateFields(section, key);
    section.text(comment);
    const std::size_t blockSize = passphrase == nullptr ? 8 : WritingCipher.blockSize;
    for (std::uint8_t i = 1; section.size() % blockSize != 0; ++i)
        section.octet(i);

    FieldWriter file;
    file.octets(base::bytesOf(Magic));
    file.text(passphrase == nullptr ? "none" : WritingCipher.sshName);
    file.text(passphrase == nullptr ? "none" : "bcrypt");
    FieldWriter kdf;
    Locked locked{&WritingCipher, crypto::randomBytes(SaltSize), rounds, section.view(), {}};
    if (passphrase != nullptr) {
        kdf.string(locked.salt);
        kdf.number(rounds);
    }
    file.string(kdf.view());
    file.number(1);
    file.string(ssh::blobOf(key.publicKey()));
    if (passphrase == nullptr)
        file.string(section.view());
    else
        file.string(crypt(locked, *passphrase, true).value().view());
    return toSecretPem(PemLabel, file.view());
}

} // namespace

SshKeyResult readOpenSshKey(BytesView content, Unlocker& unlocker) {
    if (!base::textOf(content).starts_with(Magic))
        ssh::throwDamaged();
    FieldReader fields(content.subspan(Magic.size()));
    const std::string cipher = fields.text();
    const std::string kdf = fields.text();
    const BytesView kdfOptions = fields.string();
    if (fields.number() != 1)
        throw Error(ErrorKind::Unsupported, "OpenSSH files with several keys are not read", "Split the file.");
    const crypto::PublicKey publicKey = ssh::publicKeyFromBlob(fields.string());
    SshKeyResult result;
    result.item.format = "OpenSSH";
    result.item.facts = publicKey.facts();
    if (cipher == "none") {
        if (!readPrivateSection(fields.string(), result))
            ssh::throwDamaged();
        return result;
    }
    const Locked locked = parseLocked(cipher, kdf, kdfOptions, fields, unlocker.options());
    EncryptionInfo info;
    info.scheme = "OpenSSH";
    info.cipher = upperCase(cipher);
    info.kdf = kdf;
    info.iterations = locked.rounds;
    result.item.encryption = info;
    try {
        unlocker.open(PassphraseQuestion::Subject::PrivateKey, {}, "the private key",
                      [&locked, &result, &unlocker](const Secret& passphrase) {
                          if (passphrase.empty())
                              return false; // with which OpenSSH writes no key
                          unlocker.spend(locked.rounds * WorkOfRound);
                          const auto section = crypt(locked, passphrase, false);
                          return section && readPrivateSection(section->view(), result);
                      });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::PassphraseNeeded && error.kind() != ErrorKind::WrongPassphrase)
            throw;
        result.item.locked = true;
        result.error = error;
    }
    return result;
}

Secret toOpenSshPem(const crypto::PrivateKey& key, std::string_view comment) {
    return writeOpenSsh(key, nullptr, comment, 0);
}

Secret toOpenSshPem(const crypto::PrivateKey& key, const Secret& passphrase, std::string_view comment,
                    std::uint32_t rounds) {
    if (passphrase.empty() || rounds == 0)
        throw Error(ErrorKind::BadInput, "An OpenSSH private key cannot be encrypted with the empty passphrase",
                    "Give a passphrase, or write it in clear.");
    return writeOpenSsh(key, &passphrase, comment, rounds);
}

} // namespace certwright::formats
