#include "core/formats/private_key_reader.h"

#include "core/base/der_reader.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/library.h"
#include "core/base/openssl_check.h"
#include "core/formats/pbe.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

constexpr std::size_t SaltSize = 8; ///< PKCS5_SALT_LEN: what of the IV salts the key (EVP_BytesToKey)

struct TraditionalFormat {
    DerKind kind;
    int type;
    const char* format;
};
constexpr std::array TraditionalFormats = {TraditionalFormat{DerKind::RsaPrivateKey, EVP_PKEY_RSA, "PKCS#1"},
                                           TraditionalFormat{DerKind::DsaPrivateKey, EVP_PKEY_DSA, "DSA"},
                                           TraditionalFormat{DerKind::EcPrivateKey, EVP_PKEY_EC, "SEC1"}};

const TraditionalFormat* traditionalFormat(DerKind kind) {
    const auto* found = std::find_if(TraditionalFormats.begin(), TraditionalFormats.end(),
                                     [kind](const TraditionalFormat& format) { return format.kind == kind; });
    return found == TraditionalFormats.end() ? nullptr : found;
}

std::string formatName(DerKind kind) {
    const TraditionalFormat* format = traditionalFormat(kind);
    return format == nullptr ? "PKCS#8" : format->format;
}

crypto::PrivateKey fromTraditionalDer(const TraditionalFormat& format, BytesView bytes) {
    base::clearQueue();
    const unsigned char* position = bytes.data();
    Handle<EVP_PKEY> key(
        d2i_PrivateKey_ex(format.type, nullptr, &position, static_cast<long>(bytes.size()), nullptr, nullptr));
    if (!key) {
        std::vector<base::StackEntry> stack = base::drainQueue();
        const ErrorKind kind = base::kindOf(stack, ErrorKind::BadInput);
        throw Error(kind == ErrorKind::Internal ? kind : ErrorKind::BadInput,
                    std::string("The private key (") + format.format + ") is damaged",
                    "Get the key again from where it came from.", std::move(stack));
    }
    return crypto::PrivateKey::adopt(std::move(key));
}

crypto::PrivateKey fromPkcs8(BytesView bytes) {
    try {
        return crypto::PrivateKey::fromPkcs8Der(bytes);
    } catch (const Error& error) {
        const crypto::KeyFacts facts = factsOfPkcs8(bytes);
        if (error.kind() != ErrorKind::Unsupported && error.kind() != ErrorKind::BadInput)
            throw;
        // A decoder that knows nothing of the algorithm and one that dislikes the bytes fail alike; what tells them
        // apart is whether a key of this type can be made here at all.
        const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, facts.type.c_str(), nullptr));
        base::clearQueue();
        if (context) {
            throw Error(ErrorKind::BadInput, "The private key (" + facts.type + ") is damaged",
                        "Get the key again from where it came from.", error.stack());
        }
        throw Error(ErrorKind::Unsupported,
                    "The private key is of the type " + facts.type + ", which " + base::libraryVersion() +
                        " does not offer",
                    "A newer OpenSSL may offer it (3.5 has ML-DSA, SLH-DSA and ML-KEM).", error.stack());
    }
}

/// The parts of an EncryptedPrivateKeyInfo (RFC 5958 3).
Handle<X509_SIG> parseEncrypted(BytesView bytes) {
    base::clearQueue();
    const unsigned char* position = bytes.data();
    Handle<X509_SIG> parsed(d2i_X509_SIG(nullptr, &position, static_cast<long>(bytes.size())));
    if (!parsed) {
        throw Error(ErrorKind::BadInput, "The encrypted private key is damaged",
                    "Get the key again from where it came from.", base::drainQueue());
    }
    return parsed;
}

const X509_ALGOR* algorithmOf(const X509_SIG* parsed) {
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_OCTET_STRING* data = nullptr;
    X509_SIG_get0(parsed, &algorithm, &data);
    return algorithm;
}

BytesView dataOf(const X509_SIG* parsed) {
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_OCTET_STRING* data = nullptr;
    X509_SIG_get0(parsed, &algorithm, &data);
    return {ASN1_STRING_get0_data(data), static_cast<std::size_t>(ASN1_STRING_length(data))};
}

/// True when OpenSSL takes the bytes for a PrivateKeyInfo: then the passphrase was right, whatever the key is.
bool isPrivateKeyInfo(BytesView bytes) {
    const unsigned char* position = bytes.data();
    const Handle<PKCS8_PRIV_KEY_INFO> info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(bytes.size())));
    base::clearQueue();
    return info != nullptr;
}

/// Runs `read` until a passphrase fits; a key that stays locked is a result, not an exception.
PrivateKeyResult unlock(PrivateKeyItem item, const std::string& label, Unlocker& unlocker,
                        const std::function<std::optional<crypto::PrivateKey>(const base::Secret&)>& read) {
    try {
        unlocker.open(PassphraseQuestion::Subject::PrivateKey, label, "the private key",
                      [&item, &read](const base::Secret& passphrase) {
                          item.key = read(passphrase);
                          return item.key.has_value();
                      });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::PassphraseNeeded && error.kind() != ErrorKind::WrongPassphrase)
            throw;
        item.locked = true;
        return {std::move(item), error};
    }
    item.facts = item.key->facts();
    return {std::move(item), std::nullopt};
}

/// The cipher of a DEK-Info header, with its IV.
struct TraditionalCipher {
    Handle<EVP_CIPHER> cipher;
    base::Bytes iv;
    EncryptionInfo info;
};

TraditionalCipher parseDekInfo(const PemBlock& block) {
    const std::string* header = block.header("DEK-Info");
    const std::size_t comma = header == nullptr ? std::string::npos : header->find(',');
    if (comma == std::string::npos) {
        throw Error(ErrorKind::BadInput, "The private key says that it is encrypted, but not how",
                    "Its DEK-Info line is missing or damaged; get the key again.");
    }
    TraditionalCipher result;
    result.info.scheme = "PEM";
    result.info.kdf = "MD5";
    result.info.iterations = 1;
    result.info.cipher = header->substr(0, comma);
    while (!result.info.cipher.empty() && result.info.cipher.back() == ' ')
        result.info.cipher.pop_back();
    result.cipher.reset(EVP_CIPHER_fetch(nullptr, result.info.cipher.c_str(), nullptr));
    if (!result.cipher) {
        base::clearQueue();
        result.info.needsLegacyProvider = true;
        result.cipher.reset(EVP_CIPHER_fetch(base::legacyLibraryContext(), result.info.cipher.c_str(), nullptr));
    }
    if (!result.cipher) {
        throw Error(ErrorKind::Unsupported, "The private key is encrypted by an unknown cipher: " + result.info.cipher,
                    "Convert the key with the program that made it.", base::drainQueue());
    }
    const auto iv = base::fromHex(header->substr(comma + 1));
    const auto ivSize = static_cast<std::size_t>(EVP_CIPHER_get_iv_length(result.cipher.get()));
    if (!iv || iv->size() != ivSize || ivSize < SaltSize) {
        throw Error(ErrorKind::BadInput, "The initialisation vector of the encrypted private key is damaged",
                    "Its DEK-Info line must have " + std::to_string(2 * ivSize) +
                        " hexadecimal digits behind the comma; get the key again.");
    }
    result.iv = *iv;
    return result;
}

/// Nothing when the padding is wrong.
std::optional<base::Secret> decryptTraditional(const TraditionalCipher& cipher, BytesView data,
                                               const base::Secret& passphrase) {
    const PassphraseView view = PassphraseView::of(passphrase);
    base::Secret key(static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher.cipher.get())));
    base::check(EVP_BytesToKey(cipher.cipher.get(), EVP_md5(), cipher.iv.data(),
                               reinterpret_cast<const unsigned char*>(view.data), view.size, 1, key.data(), nullptr),
                "derive the key of an encrypted private key", ErrorKind::Unsupported);
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "decrypt"));
    base::check(EVP_DecryptInit_ex2(context.get(), cipher.cipher.get(), key.data(), cipher.iv.data(), nullptr),
                "decrypt the private key", ErrorKind::Unsupported);
    base::Secret plain(data.size() + EVP_MAX_BLOCK_LENGTH);
    int length = 0;
    int rest = 0;
    if (EVP_DecryptUpdate(context.get(), plain.data(), &length, data.data(), static_cast<int>(data.size())) != 1 ||
        EVP_DecryptFinal_ex(context.get(), plain.data() + length, &rest) != 1) {
        base::clearQueue();
        return std::nullopt;
    }
    plain.truncate(static_cast<std::size_t>(length + rest));
    return plain;
}

/// What a locked key's label tells about its type.
std::optional<crypto::KeyFacts> factsOfLabel(const std::string& label) {
    const std::size_t space = label.find(' ');
    const std::string word = label.substr(0, space);
    if (word == "RSA" || word == "DSA" || word == "EC") {
        crypto::KeyFacts facts;
        facts.type = word;
        return facts;
    }
    return std::nullopt;
}

} // namespace

bool isPrivateKey(DerKind kind) noexcept {
    return kind == DerKind::PrivateKeyInfo || kind == DerKind::EncryptedPrivateKey || kind == DerKind::RsaPrivateKey ||
           kind == DerKind::DsaPrivateKey || kind == DerKind::EcPrivateKey;
}

crypto::KeyFacts factsOfPkcs8(BytesView bytes) {
    crypto::KeyFacts facts;
    facts.type = "unknown";
    base::DerReader outer(bytes);
    const auto info = outer.expect(der::Sequence);
    if (!info)
        return facts;
    base::DerReader fields(info->content);
    fields.expect(der::Integer);
    const auto algorithm = fields.expect(der::Sequence);
    if (!algorithm)
        return facts;
    // A SubjectPublicKeyInfo with the same algorithm and no key: it knows the names of the types.
    facts = crypto::PublicKey::fromSpkiDer(base::derSequence({algorithm->whole, base::derBitString({})})).facts();
    facts.bits = 0;
    return facts;
}

crypto::PrivateKey clearPrivateKey(DerKind kind, BytesView bytes) {
    if (const TraditionalFormat* format = traditionalFormat(kind))
        return fromTraditionalDer(*format, bytes);
    return fromPkcs8(bytes);
}

EncryptionInfo encryptionOf(const X509_SIG* encrypted) {
    return encryptionOf(algorithmOf(encrypted));
}

std::optional<base::Secret> tryDecryptToPkcs8(const X509_SIG* encrypted, PassphraseView passphrase,
                                              const ReadOptions& limits) {
    auto plain = decryptPbe(algorithmOf(encrypted), dataOf(encrypted), passphrase, limits);
    if (plain && !isPrivateKeyInfo(plain->view()))
        plain.reset();
    return plain;
}

std::optional<crypto::PrivateKey> tryDecryptPkcs8(BytesView bytes, const base::Secret& passphrase,
                                                  const ReadOptions& limits) {
    const auto plain = tryDecryptToPkcs8(parseEncrypted(bytes).get(), PassphraseView::of(passphrase), limits);
    if (!plain)
        return std::nullopt;
    return fromPkcs8(plain->view());
}

PrivateKeyResult readPrivateKey(DerKind kind, BytesView bytes, const std::string& label, Unlocker& unlocker) {
    PrivateKeyItem item;
    item.format = formatName(kind);
    if (kind != DerKind::EncryptedPrivateKey) {
        item.key = clearPrivateKey(kind, bytes);
        item.facts = item.key->facts();
        return {std::move(item), std::nullopt};
    }
    item.encryption = encryptionOf(parseEncrypted(bytes).get());
    contextFor(*item.encryption); // said before anybody is asked for a passphrase
    const EncryptionInfo info = *item.encryption;
    return unlock(std::move(item), label, unlocker, [bytes, &info, &unlocker](const base::Secret& passphrase) {
        checkLimits(info, unlocker.options());
        unlocker.spend(costOf(info));
        return tryDecryptPkcs8(bytes, passphrase, unlocker.options());
    });
}

PrivateKeyResult readTraditionalPem(const PemBlock& block, Unlocker& unlocker) {
    const TraditionalCipher cipher = parseDekInfo(block);
    const auto blockSize = static_cast<std::size_t>(EVP_CIPHER_get_block_size(cipher.cipher.get()));
    if (block.der.size() % blockSize != 0) {
        throw Error(ErrorKind::BadInput, "The encrypted private key has an impossible length",
                    "It was probably cut off; get the key again.");
    }
    PrivateKeyItem item;
    item.encryption = cipher.info;
    item.facts = factsOfLabel(block.label);
    item.format = item.facts ? item.facts->type == "RSA"  ? "PKCS#1"
                               : item.facts->type == "EC" ? "SEC1"
                                                          : "DSA"
                             : "PKCS#8";
    return unlock(std::move(item), {}, unlocker,
                  [&cipher, &block](const base::Secret& passphrase) -> std::optional<crypto::PrivateKey> {
                      const auto plain = decryptTraditional(cipher, block.der, passphrase);
                      if (!plain)
                          return std::nullopt;
                      // One wrong passphrase in 256 has valid padding; what comes out is no key then.
                      const DerShape shape = shapeOf(plain->view());
                      if (!isPrivateKey(shape.kind) || shape.length != plain->size())
                          return std::nullopt;
                      return clearPrivateKey(shape.kind, plain->view());
                  });
}

} // namespace certwright::formats
