#include "core/formats/pvk.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/library.h"
#include "core/base/openssl_check.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;

namespace {

constexpr std::size_t PvkHeader = 24, BlobHeader = 16, ClearPart = 8, WeakKeySize = 5;
constexpr std::uint32_t PvkMagic = 0xB0B5F11E;
constexpr std::array<std::string_view, 4> BlobMagics = {"RSA1", "RSA2", "DSS1", "DSS2"};

std::uint32_t numberAt(BytesView bytes, std::size_t position) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = (value << 8U) | bytes[position + i];
    return value;
}

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The Microsoft key file is damaged", "Get the key again from where it came from.",
                base::drainQueue());
}

bool isPvk(BytesView bytes) {
    return bytes.size() >= PvkHeader && numberAt(bytes, 0) == PvkMagic;
}

/// PRIVATEKEYBLOB or PUBLICKEYBLOB, version 2, of an algorithm that OpenSSL knows.
bool isBlob(BytesView bytes) {
    if (bytes.size() < BlobHeader || (bytes[0] != 6 && bytes[0] != 7) || bytes[1] != 2 || bytes[2] != 0 ||
        bytes[3] != 0)
        return false;
    const std::string_view magic = base::textOf(bytes.subspan(8, 4));
    return std::find(BlobMagics.begin(), BlobMagics.end(), magic) != BlobMagics.end();
}

/// A key of the providers, whatever OpenSSL's old reader made.
crypto::PrivateKey rebuilt(Handle<EVP_PKEY> key) {
    if (!key)
        throwDamaged();
    return crypto::PrivateKey::fromPkcs8Der(crypto::PrivateKey::adopt(std::move(key)).toPkcs8Der().view());
}

Handle<EVP_PKEY> readPrivateBlob(BytesView blob) {
    base::clearQueue();
    const unsigned char* position = blob.data();
    return Handle<EVP_PKEY>(b2i_PrivateKey(&position, base::longSize(blob.size())));
}

/// Everything behind the first 8 octets of the blob is encrypted. (OpenSSL's own reader of PVK looks for RC4 in the
/// default library context alone, where it is not.)
Secret decrypt(BytesView blob, const Secret& key) {
    const Handle<EVP_CIPHER> cipher(base::check(EVP_CIPHER_fetch(base::legacyLibraryContext(), "RC4", nullptr),
                                                "open a PVK file", ErrorKind::Unsupported));
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "open a PVK file"));
    base::check(EVP_DecryptInit_ex2(context.get(), cipher.get(), key.data(), nullptr, nullptr), "open a PVK file");
    Secret plain(blob);
    int length = 0;
    base::check(EVP_DecryptUpdate(context.get(), plain.data() + ClearPart, &length, blob.data() + ClearPart,
                                  base::intSize(blob.size() - ClearPart)),
                "open a PVK file");
    return plain;
}

/// The blob; nothing when the passphrase is wrong: then it does not say what it is.
std::optional<Secret> tryPassphrase(BytesView salt, BytesView blob, const Secret& passphrase) {
    Secret salted(salt.size() + passphrase.size());
    std::copy_n(passphrase.data(), passphrase.size(), std::copy(salt.begin(), salt.end(), salted.data()));
    Secret key(20);
    base::check(EVP_Q_digest(nullptr, "SHA1", nullptr, salted.data(), salted.size(), key.data(), nullptr),
                "open a PVK file");
    for (const bool isWeak : {false, true}) {
        if (isWeak)
            std::fill(key.data() + WeakKeySize, key.data() + key.size(), std::uint8_t{0});
        Secret plain = decrypt(blob, key);
        if (isBlob(plain.view()))
            return plain;
    }
    return std::nullopt;
}

MicrosoftKeyResult pvkResult(BytesView bytes, Unlocker& unlocker) {
    const std::uint32_t saltSize = numberAt(bytes, 16);
    if (std::uint64_t{PvkHeader} + saltSize + numberAt(bytes, 20) != bytes.size())
        throwDamaged();
    const BytesView salt = bytes.subspan(PvkHeader, saltSize);
    const BytesView blob = bytes.subspan(PvkHeader + saltSize);
    if (blob.size() < BlobHeader)
        throwDamaged();
    PrivateKeyItem item;
    item.format = "PVK";
    if (numberAt(bytes, 12) == 0) {
        item.key = rebuilt(readPrivateBlob(blob));
        item.facts = item.key->facts();
        return {std::move(item), std::nullopt};
    }
    item.encryption =
        EncryptionInfo{.scheme = "PVK", .cipher = "RC4", .kdf = "SHA1", .iterations = 1, .needsLegacyProvider = true};
    std::optional<Error> error;
    try {
        unlocker.open(PassphraseQuestion::Subject::PrivateKey, {}, "the private key", [&](const Secret& passphrase) {
            const auto plain = tryPassphrase(salt, blob, passphrase);
            if (!plain)
                return false;
            item.key = rebuilt(readPrivateBlob(plain->view()));
            item.facts = item.key->facts();
            return true;
        });
    } catch (const Error& failure) {
        if (failure.kind() != ErrorKind::PassphraseNeeded && failure.kind() != ErrorKind::WrongPassphrase)
            throw;
        item.locked = true;
        error = failure;
    }
    return MicrosoftKeyResult{std::move(item), std::move(error)};
}

} // namespace

std::optional<MicrosoftKeyResult> readMicrosoftKey(BytesView bytes, Unlocker& unlocker) {
    if (isPvk(bytes))
        return pvkResult(bytes, unlocker);
    if (!isBlob(bytes))
        return std::nullopt;
    if (bytes[0] == 6) {
        base::clearQueue();
        const unsigned char* position = bytes.data();
        const Handle<EVP_PKEY> key(b2i_PublicKey(&position, base::longSize(bytes.size())));
        if (!key)
            throwDamaged();
        return MicrosoftKeyResult{crypto::PublicKey::share(key.get()), std::nullopt};
    }
    PrivateKeyItem item;
    item.format = "MSBLOB";
    item.key = rebuilt(readPrivateBlob(bytes));
    item.facts = item.key->facts();
    return MicrosoftKeyResult{std::move(item), std::nullopt};
}

} // namespace certwright::formats
