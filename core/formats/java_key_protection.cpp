#include "core/formats/java_key_protection.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/der_shape.h"
#include "core/formats/pbe.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;
namespace der = base::der;

namespace {

constexpr std::string_view JksProtector = "1.3.6.1.4.1.42.2.17.1.1";
constexpr std::string_view JceksProtector = "1.3.6.1.4.1.42.2.19.1";
constexpr std::size_t SaltSize = 8; ///< of JCEKS

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "A private key of the key store is damaged",
                "Get the file again from where it came from.");
}

/// EncryptedPrivateKeyInfo (RFC 5958 3) with the parameters of JCEKS.
struct ProtectedKey {
    std::string oid;
    base::Bytes salt;
    std::uint64_t iterations = 0;
    BytesView data;
};

std::uint64_t numberOf(BytesView octets) {
    if (octets.empty() || (octets[0] & 0x80U) != 0)
        throwDamaged();
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets) {
        if (value > (std::numeric_limits<std::uint64_t>::max() >> 8U))
            return std::numeric_limits<std::uint64_t>::max(); // beyond every limit
        value = (value << 8U) | octet;
    }
    return value;
}

ProtectedKey parse(BytesView bytes) {
    base::DerReader outer(bytes);
    const auto whole = outer.expect(der::Sequence);
    base::DerReader fields(whole ? whole->content : BytesView());
    const auto algorithm = fields.expect(der::Sequence);
    const auto data = fields.expect(der::OctetString);
    base::DerReader inAlgorithm(algorithm ? algorithm->content : BytesView());
    const auto oid = inAlgorithm.expect(der::Oid);
    const auto dotted = oid ? base::oidText(oid->content) : std::nullopt;
    if (!data || !dotted)
        throwDamaged();
    ProtectedKey key{*dotted, {}, 0, data->content};
    if (key.oid != JceksProtector)
        return key;
    const auto parameters = inAlgorithm.expect(der::Sequence);
    base::DerReader inParameters(parameters ? parameters->content : BytesView());
    const auto salt = inParameters.expect(der::OctetString);
    const auto iterations = inParameters.expect(der::Integer);
    if (!salt || !iterations || salt->content.size() != SaltSize)
        throwDamaged();
    key.salt = base::toBytes(salt->content);
    key.iterations = numberOf(iterations->content);
    return key;
}

/// One code point of UTF-8 at the front, which is taken off; what is not UTF-8 counts as Latin-1.
std::uint32_t takeCodePoint(BytesView& rest) {
    const std::uint8_t first = rest[0];
    const std::size_t length = first < 0xC2U ? 1 : first < 0xE0U ? 2 : first < 0xF0U ? 3 : first < 0xF5U ? 4 : 1;
    std::uint32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= rest.size() || (rest[i] & 0xC0U) != 0x80U) {
            rest = rest.subspan(1);
            return first;
        }
        point = (point << 6U) | (rest[i] & 0x3FU);
    }
    rest = rest.subspan(length);
    return point;
}

/// The chars of Java's string: UTF-16, big-endian.
Secret utf16Of(const Secret& passphrase) {
    Secret out(passphrase.size() * 2);
    std::size_t used = 0;
    const auto put = [&](std::uint32_t unit) {
        out.data()[used++] = static_cast<std::uint8_t>(unit >> 8U);
        out.data()[used++] = static_cast<std::uint8_t>(unit & 0xFFU);
    };
    BytesView rest = passphrase.view();
    while (!rest.empty()) {
        const std::uint32_t point = takeCodePoint(rest);
        if (point < 0x10000U) {
            put(point);
        } else {
            put(0xD800U + ((point - 0x10000U) >> 10U));
            put(0xDC00U + ((point - 0x10000U) & 0x3FFU));
        }
    }
    out.truncate(used);
    return out;
}

/// Makes digests of several parts, many times.
class Digester {
public:
    explicit Digester(const char* name)
        : m_digest(base::check(EVP_MD_fetch(nullptr, name, nullptr), "open the key store", ErrorKind::Unsupported))
        , m_context(base::check(EVP_MD_CTX_new(), "open the key store")) {}

    /// `out` has room for the digest and may be one of the parts.
    void digest(std::initializer_list<BytesView> parts, std::uint8_t* out) {
        base::check(EVP_DigestInit_ex2(m_context.get(), m_digest.get(), nullptr), "open the key store");
        for (const BytesView part : parts)
            base::check(EVP_DigestUpdate(m_context.get(), part.data(), part.size()), "open the key store");
        base::check(EVP_DigestFinal_ex(m_context.get(), out, nullptr), "open the key store");
    }

private:
    Handle<EVP_MD> m_digest;
    Handle<EVP_MD_CTX> m_context;
};

/// JKS: a stream of SHA-1 digests over the passphrase and the digest before, the first one over a salt; then a digest
/// over passphrase and key.
std::optional<Secret> recoverJks(BytesView data, const Secret& passphrase) {
    if (data.size() < 2 * JavaDigestSize)
        throwDamaged();
    const BytesView salt = data.first(JavaDigestSize);
    const BytesView encrypted = data.subspan(JavaDigestSize, data.size() - 2 * JavaDigestSize);
    const BytesView proof = data.last(JavaDigestSize);
    const Secret chars = utf16Of(passphrase);
    Digester sha1("SHA1");
    Secret stream(salt);
    Secret plain(encrypted.size());
    for (std::size_t i = 0; i < encrypted.size(); ++i) {
        if (i % JavaDigestSize == 0)
            sha1.digest({chars.view(), stream.view()}, stream.data());
        plain.data()[i] = static_cast<std::uint8_t>(encrypted[i] ^ stream.data()[i % JavaDigestSize]);
    }
    std::array<std::uint8_t, JavaDigestSize> found{};
    sha1.digest({chars.view(), plain.view()}, found.data());
    if (CRYPTO_memcmp(found.data(), proof.data(), found.size()) != 0)
        return std::nullopt;
    return plain;
}

/// Key and initialisation vector of JCEKS: each half of the salt, digested many times with the passphrase by MD5.
Secret deriveJceks(const ProtectedKey& key, const Secret& passphrase) {
    constexpr std::size_t Half = SaltSize / 2, DigestSize = 16;
    base::Bytes salt = key.salt;
    if (std::equal(salt.begin(), salt.begin() + Half, salt.begin() + Half)) {
        // "Invert one of them", as Java has got it, with its slip: 3 - 1 for 3 - i.
        for (std::size_t i = 0; i < 2; ++i) {
            const std::uint8_t octet = salt[i];
            salt[i] = salt[3 - i];
            salt[3 - 1] = octet;
        }
    }
    Digester md5("MD5");
    Secret out(2 * DigestSize);
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint8_t* place = out.data() + half * DigestSize;
        md5.digest({BytesView(salt).subspan(half * Half, Half), passphrase.view()}, place);
        for (std::uint64_t i = 1; i < key.iterations; ++i)
            md5.digest({BytesView(place, DigestSize), passphrase.view()}, place);
    }
    return out;
}

std::optional<Secret> recoverJceks(const ProtectedKey& key, const Secret& passphrase) {
    constexpr std::size_t KeySize = 24;
    // Java takes no other passphrase for such a key.
    if (!std::ranges::all_of(passphrase.view(), [](std::uint8_t octet) { return octet < 0x80U; }))
        return std::nullopt;
    const Secret derived = deriveJceks(key, passphrase);
    const Handle<EVP_CIPHER> cipher(
        base::check(EVP_CIPHER_fetch(nullptr, "DES-EDE3-CBC", nullptr), "open the key", ErrorKind::Unsupported));
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "open the key"));
    base::check(EVP_DecryptInit_ex2(context.get(), cipher.get(), derived.data(), derived.data() + KeySize, nullptr),
                "open the key");
    Secret plain(key.data.size() + EVP_MAX_BLOCK_LENGTH);
    int length = 0;
    int rest = 0;
    const bool isDone =
        EVP_DecryptUpdate(context.get(), plain.data(), &length, key.data.data(), base::intSize(key.data.size())) == 1 &&
        EVP_DecryptFinal_ex(context.get(), plain.data() + length, &rest) == 1;
    base::clearQueue();
    if (!isDone)
        return std::nullopt;
    plain.truncate(static_cast<std::size_t>(length + rest));
    // One wrong passphrase in 256 has valid padding.
    const DerShape shape = shapeOf(plain.view());
    if (shape.kind != DerKind::PrivateKeyInfo || shape.length != plain.size())
        return std::nullopt;
    return plain;
}

} // namespace

EncryptionInfo javaEncryptionOf(BytesView bytes) {
    const ProtectedKey key = parse(bytes);
    EncryptionInfo info;
    if (key.oid == JksProtector) {
        info.scheme = "JKS";
        info.kdf = "SHA1";
    } else if (key.oid == JceksProtector) {
        info.scheme = "PBEWithMD5AndTripleDES";
        info.cipher = "DES-EDE3-CBC";
        info.kdf = "MD5";
        info.iterations = key.iterations;
    } else {
        info.scheme = key.oid;
    }
    return info;
}

std::optional<Secret> recoverJavaKey(BytesView bytes, const Secret& passphrase, const ReadOptions& limits) {
    const ProtectedKey key = parse(bytes);
    if (key.oid == JksProtector)
        return recoverJks(key.data, passphrase);
    if (key.oid != JceksProtector)
        throw Error(ErrorKind::Unsupported, "A private key of the key store is encrypted in an unknown way: " + key.oid,
                    "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 "
                    "-deststoretype PKCS12");
    if (key.iterations == 0 || key.data.empty() || key.data.size() % 8 != 0)
        throwDamaged();
    checkIterations(key.iterations, "private key of the key store", limits);
    return recoverJceks(key, passphrase);
}

bool isJavaStoreIntact(BytesView store, const Secret& passphrase) {
    constexpr std::string_view Whitener = "Mighty Aphrodite";
    if (store.size() < JavaDigestSize)
        return false;
    const Secret chars = utf16Of(passphrase);
    std::array<std::uint8_t, JavaDigestSize> found{};
    Digester("SHA1").digest({chars.view(), base::bytesOf(Whitener), store.first(store.size() - JavaDigestSize)},
                            found.data());
    return CRYPTO_memcmp(found.data(), store.last(JavaDigestSize).data(), found.size()) == 0;
}

} // namespace certwright::formats
