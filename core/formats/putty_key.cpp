#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/ssh_key.h"
#include "core/formats/ssh_key_codec.h"
#include "core/formats/text_lines.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <argon2.h>
#include <array>
#include <charconv>
#include <map>
#include <utility>

namespace certwright::formats {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;
using ssh::throwDamaged;

namespace {

constexpr std::string_view Mark = "PuTTY-User-Key-File-";
constexpr std::string_view MacKeyPrefix = "putty-private-key-file-mac-key";
constexpr std::string_view Cipher = "aes256-cbc";
constexpr std::size_t KeySize = 32, IvSize = 16, MacKeySize = 32;

struct Argon2 {
    std::string variant; ///< "Argon2id"
    std::uint32_t memory = 0, passes = 0, lanes = 0;
    Bytes salt;
};

/// The lines of a file, with their base64 decoded.
struct PuttyFile {
    int version = 0;
    std::string type, encryption, comment;
    Bytes publicBlob, privateBlob, mac;
    Argon2 argon2;

    bool isEncrypted() const noexcept { return encryption != "none"; }
};

std::uint32_t numberOf(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throwDamaged();
    return value;
}

Bytes takeBlob(std::string_view& text, std::string_view lines) {
    std::string base64;
    for (std::uint32_t i = numberOf(lines); i > 0 && !text.empty(); --i)
        base64 += takeLine(text);
    auto blob = base::fromBase64(base64);
    OPENSSL_cleanse(base64.data(), base64.size());
    if (!blob)
        throwDamaged();
    return std::move(*blob);
}

Bytes hexOf(std::string_view text) {
    auto octets = base::fromHex(text);
    if (!octets)
        throwDamaged();
    return std::move(*octets);
}

PuttyFile parse(std::string_view text) {
    PuttyFile file;
    const std::string_view first = takeLine(text);
    const std::size_t colon = first.find(": ");
    if (!first.starts_with(Mark) || colon == std::string_view::npos)
        throwDamaged();
    file.version = static_cast<int>(numberOf(first.substr(Mark.size(), colon - Mark.size())));
    file.type = first.substr(colon + 2);
    std::map<std::string_view, std::string_view> headers;
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        const std::size_t end = line.find(": ");
        if (end == std::string_view::npos)
            continue;
        const std::string_view name = line.substr(0, end);
        const std::string_view value = line.substr(end + 2);
        if (name == "Public-Lines")
            file.publicBlob = takeBlob(text, value);
        else if (name == "Private-Lines")
            file.privateBlob = takeBlob(text, value);
        else
            headers.emplace(name, value);
    }
    file.encryption = headers["Encryption"];
    file.comment = headers["Comment"];
    file.mac = hexOf(headers["Private-MAC"]);
    file.argon2.variant = headers["Key-Derivation"];
    if (!file.argon2.variant.empty()) {
        file.argon2.memory = numberOf(headers["Argon2-Memory"]);
        file.argon2.passes = numberOf(headers["Argon2-Passes"]);
        file.argon2.lanes = numberOf(headers["Argon2-Parallelism"]);
        file.argon2.salt = hexOf(headers["Argon2-Salt"]);
    }
    return file;
}

/// SHA-1 of octets that follow each other, for version 2.
Secret sha1(std::initializer_list<BytesView> parts) {
    ssh::FieldWriter joined;
    for (const BytesView part : parts)
        joined.octets(part);
    Secret digest(20);
    base::check(EVP_Q_digest(nullptr, "SHA1", nullptr, joined.view().data(), joined.size(), digest.data(), nullptr),
                "derive the key of a PuTTY private key");
    return digest;
}

void checkCost(const Argon2& argon2, const ReadOptions& limits) {
    const std::uint64_t memory = std::uint64_t{argon2.memory} * 1024;
    if (memory <= limits.maxScryptMemory && memory * argon2.passes <= limits.maxArgon2Work)
        return;
    throw Error(ErrorKind::NotAllowed,
                "The PuTTY private key asks for Argon2 with " + std::to_string(argon2.memory) + " KiB and " +
                    std::to_string(argon2.passes) + " passes, more than the limit",
                "It would use very much memory or time: the file is damaged or made to do so.");
}

argon2_type argon2Type(const Argon2& argon2) {
    if (argon2.variant == "Argon2id")
        return Argon2_id;
    if (argon2.variant == "Argon2i")
        return Argon2_i;
    if (argon2.variant != "Argon2d")
        throwDamaged();
    return Argon2_d;
}

/// Key, IV and MAC key of version 3. By libargon2: OpenSSL has Argon2 from 3.2 on, and wants all of its memory on the
/// secure heap, which is smaller than what PuTTY takes by default.
Secret argon2Material(const Argon2& argon2, const Secret& passphrase) {
    Secret material(KeySize + IvSize + MacKeySize);
    Secret copy = passphrase.clone(); // the interface asks for pointers that are not const
    Bytes salt = argon2.salt;
    argon2_context context{};
    context.out = material.data();
    context.outlen = static_cast<std::uint32_t>(material.size());
    context.pwd = copy.data();
    context.pwdlen = static_cast<std::uint32_t>(copy.size());
    context.salt = salt.data();
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = argon2.passes;
    context.m_cost = argon2.memory;
    context.lanes = argon2.lanes;
    context.threads = 1; // whatever the file says
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_DEFAULT_FLAGS;
    const int result = argon2_ctx(&context, argon2Type(argon2));
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw Error(ErrorKind::Internal, "Out of memory while deriving a key by Argon2");
    if (result != ARGON2_OK)
        throwDamaged(); // costs that Argon2 does not allow
    return material;
}

Secret keyMaterial(const PuttyFile& file, const Secret& passphrase) {
    if (file.version == 3)
        return file.isEncrypted() ? argon2Material(file.argon2, passphrase) : Secret();
    // Version 2: the IV is zero, and the MAC has a key of its own.
    constexpr std::array<std::uint8_t, 4> counters[] = {{0, 0, 0, 0}, {0, 0, 0, 1}};
    ssh::FieldWriter material;
    if (file.isEncrypted()) {
        material.octets(sha1({counters[0], passphrase.view()}).view());
        material.octets(sha1({counters[1], passphrase.view()}).view().first(KeySize - 20));
        material.octets(std::array<std::uint8_t, IvSize>{});
    }
    material.octets(sha1({base::bytesOf(MacKeyPrefix), passphrase.view()}).view());
    return material.take();
}

Secret decrypt(BytesView data, BytesView key, BytesView iv) {
    const Handle<EVP_CIPHER> cipher(base::check(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr), "open an SSH key"));
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "open an SSH key"));
    base::check(EVP_DecryptInit_ex2(context.get(), cipher.get(), key.data(), iv.data(), nullptr), "open an SSH key");
    base::check(EVP_CIPHER_CTX_set_padding(context.get(), 0), "open an SSH key");
    Secret plain(data.size() + IvSize);
    int length = 0;
    base::check(EVP_DecryptUpdate(context.get(), plain.data(), &length, data.data(), base::intSize(data.size())),
                "open an SSH key");
    plain.truncate(static_cast<std::size_t>(length));
    return plain;
}

bool isMacRight(const PuttyFile& file, BytesView plain, BytesView key) {
    ssh::FieldWriter data;
    data.text(file.type);
    data.text(file.encryption);
    data.text(file.comment);
    data.string(file.publicBlob);
    data.string(plain);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
    std::size_t size = 0;
    constexpr std::array<std::uint8_t, 1> noKey{};
    base::check(EVP_Q_mac(nullptr, "HMAC", nullptr, file.version == 3 ? "SHA256" : "SHA1", nullptr,
                          key.empty() ? noKey.data() : key.data(), key.size(), data.view().data(), data.size(),
                          mac.data(), mac.size(), &size),
                "check an SSH key");
    return size == file.mac.size() && CRYPTO_memcmp(mac.data(), file.mac.data(), size) == 0;
}

/// The plain private half; nothing when the MAC is wrong.
std::optional<Secret> openPrivateHalf(const PuttyFile& file, const Secret& passphrase) {
    const Secret material = keyMaterial(file, passphrase);
    BytesView macKey = material.view();
    Secret plain;
    if (file.isEncrypted()) {
        plain = decrypt(file.privateBlob, macKey.first(KeySize), macKey.subspan(KeySize, IvSize));
        macKey = macKey.subspan(KeySize + IvSize);
    } else {
        plain = Secret(file.privateBlob);
    }
    return isMacRight(file, plain.view(), macKey) ? std::optional(std::move(plain)) : std::nullopt;
}

EncryptionInfo encryptionOf(const PuttyFile& file) {
    EncryptionInfo info;
    info.scheme = "PuTTY";
    info.cipher = "AES256-CBC";
    info.kdf = file.version == 3 ? file.argon2.variant : "SHA1";
    info.iterations = file.version == 3 ? file.argon2.passes : 1;
    return info;
}

void checkReadable(const PuttyFile& file, const ReadOptions& limits) {
    if (file.version != 2 && file.version != 3)
        throw Error(ErrorKind::Unsupported,
                    "PuTTY private keys of version " + std::to_string(file.version) + " are not read",
                    "Open and save it with a newer PuTTYgen.");
    if (!file.isEncrypted())
        return;
    if (file.encryption != Cipher)
        throw Error(ErrorKind::Unsupported, "The PuTTY private key is encrypted by " + file.encryption,
                    "Convert it: puttygen FILE -O private-openssh-new -o NEWFILE");
    if (file.privateBlob.size() % IvSize != 0)
        throwDamaged();
    if (file.version == 3) {
        checkCost(file.argon2, limits);
        argon2Type(file.argon2); // said before anybody is asked for a passphrase
    }
}

} // namespace

bool looksLikePuttyKey(std::string_view text) noexcept {
    return text.starts_with(Mark);
}

SshKeyResult readPuttyKey(std::string_view text, Unlocker& unlocker) {
    PuttyFile file = parse(text);
    SshKeyResult result;
    result.item.format = "PuTTY";
    result.comment = file.comment;
    result.item.facts = ssh::publicKeyFromBlob(file.publicBlob).facts();
    if (file.isEncrypted())
        result.item.encryption = encryptionOf(file);
    const auto open = [&file, &result](const Secret& passphrase) {
        // PuTTY encrypts nothing with the empty passphrase.
        if (file.isEncrypted() && passphrase.empty())
            return false;
        const auto plain = openPrivateHalf(file, passphrase);
        if (!plain)
            return false;
        result.item.key = ssh::privateKeyFromHalves(file.publicBlob, plain->view());
        return true;
    };
    try {
        checkReadable(file, unlocker.options());
        if (file.isEncrypted())
            unlocker.open(PassphraseQuestion::Subject::PrivateKey, file.comment, "the private key", open);
        else if (!open(Secret()))
            throwDamaged();
    } catch (const Error& error) {
        result.item.locked = error.kind() == ErrorKind::PassphraseNeeded || error.kind() == ErrorKind::WrongPassphrase;
        // The public half is there whatever the other one is encrypted by.
        if (!result.item.locked && error.kind() != ErrorKind::Unsupported)
            throw;
        result.error = error;
    }
    OPENSSL_cleanse(file.privateBlob.data(), file.privateBlob.size());
    return result;
}

} // namespace certwright::formats
