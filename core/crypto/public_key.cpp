#include "core/crypto/public_key.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/crypto/digest.h"

#include <openssl/objects.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

namespace certwright::crypto {

using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

struct KnownAlgorithm {
    std::string_view oid;
    std::string_view type;
};

// Names for keys that the linked OpenSSL may not know; where it does, its own name is used and is the same.
constexpr KnownAlgorithm Algorithms[] = {
    {"1.2.840.113549.1.1.1", "RSA"},
    {"1.2.840.113549.1.1.10", "RSA-PSS"},
    {"1.2.840.10040.4.1", "DSA"},
    {"1.2.840.113549.1.3.1", "DH"},
    {"1.2.840.10046.2.1", "DH"},
    {"1.2.840.10045.2.1", "EC"},
    {"1.3.101.110", "X25519"},
    {"1.3.101.111", "X448"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
    {"1.2.643.7.1.1.1.1", "GOST-R-34.10-2012-256"},
    {"1.2.643.7.1.1.1.2", "GOST-R-34.10-2012-512"},
    {"1.2.643.2.2.19", "GOST-R-34.10-2001"},
    // NIST CSOR: FIPS 204, 205 and 203
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
    {"2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s"},
    {"2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f"},
    {"2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s"},
    {"2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f"},
    {"2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s"},
    {"2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f"},
    {"2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s"},
    {"2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f"},
    {"2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s"},
    {"2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f"},
    {"2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s"},
    {"2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f"},
    {"2.16.840.1.101.3.4.4.1", "ML-KEM-512"},
    {"2.16.840.1.101.3.4.4.2", "ML-KEM-768"},
    {"2.16.840.1.101.3.4.4.3", "ML-KEM-1024"},
};

/// The parts of a SubjectPublicKeyInfo that tell what key it is.
struct SpkiParts {
    std::string algorithm; ///< dotted OID
    base::DerElement parameters;
    BytesView keyBits; ///< without the count of unused bits
};

std::optional<SpkiParts> splitSpki(BytesView bytes) {
    DerReader outer(bytes);
    const auto spki = outer.expect(der::Sequence);
    if (!spki || !outer.atEnd())
        return std::nullopt;
    DerReader fields(spki->content);
    const auto algorithm = fields.expect(der::Sequence);
    const auto keyBits = fields.expect(der::BitString);
    // The first octet counts the unused bits of the last one (X.690 8.6.2).
    if (!algorithm || !keyBits || keyBits->content.empty() || keyBits->content.front() > 7 || !fields.atEnd())
        return std::nullopt;
    DerReader inner(algorithm->content);
    const auto oid = inner.expect(der::Oid);
    if (!oid)
        return std::nullopt;
    auto text = base::oidText(oid->content);
    if (!text)
        return std::nullopt;
    SpkiParts parts;
    parts.algorithm = std::move(*text);
    if (const auto parameters = inner.next())
        parts.parameters = *parameters;
    if (!inner.atEnd())
        return std::nullopt;
    parts.keyBits = keyBits->content.subspan(1);
    return parts;
}

int bitLength(BytesView integer) noexcept {
    std::size_t first = 0;
    while (first < integer.size() && integer[first] == 0)
        ++first;
    if (first == integer.size())
        return 0;
    int bits = static_cast<int>((integer.size() - first) * 8);
    for (unsigned mask = 0x80; (integer[first] & mask) == 0; mask >>= 1U)
        --bits;
    return bits;
}

/// OpenSSL's short name of a named curve, and its size.
std::pair<std::string, int> namedCurve(const base::DerElement& parameters) {
    const auto text = base::oidText(parameters.content);
    const int nid = text ? OBJ_txt2nid(text->c_str()) : NID_undef;
    base::clearQueue();
    if (nid == NID_undef)
        return {text.value_or(std::string()), 0};
    return {OBJ_nid2sn(nid), 0};
}

/// "prime-field" or "characteristic-two-field" of explicit parameters (RFC 3279 2.3.5), and the size of the group's
/// order, which is what OpenSSL counts.
std::pair<std::string, int> explicitCurve(const base::DerElement& parameters) {
    DerReader fields(parameters.content);
    fields.expect(der::Integer);
    const auto fieldId = fields.expect(der::Sequence);
    if (!fieldId)
        return {};
    const auto type = DerReader(fieldId->content).expect(der::Oid);
    fields.expect(der::Sequence);    // coefficients
    fields.expect(der::OctetString); // generator
    const auto order = fields.expect(der::Integer);
    if (!type || !order)
        return {};
    const bool isPrime = base::oidText(type->content) == "1.2.840.10045.1.1";
    return {isPrime ? "prime-field" : "characteristic-two-field", bitLength(order->content)};
}

int rsaModulusBits(BytesView keyBits) noexcept {
    DerReader outer(keyBits);
    const auto sequence = outer.expect(der::Sequence);
    if (!sequence)
        return 0;
    DerReader fields(sequence->content);
    const auto modulus = fields.expect(der::Integer);
    return modulus ? bitLength(modulus->content) : 0;
}

int prime(const base::DerElement& parameters) noexcept {
    DerReader fields(parameters.content);
    const auto p = fields.expect(der::Integer);
    return p ? bitLength(p->content) : 0;
}

/// Read from the encoding alone, so that it costs nothing and holds for keys OpenSSL cannot decode. Curve sizes are not
/// in the encoding; factsOf() asks OpenSSL for them where it must.
KeyFacts factsFromParts(const SpkiParts& parts) {
    KeyFacts facts;
    facts.type = algorithmType(parts.algorithm);
    if (facts.type == "RSA" || facts.type == "RSA-PSS") {
        facts.bits = rsaModulusBits(parts.keyBits);
    } else if (facts.type == "DSA" || facts.type == "DH") {
        facts.bits = prime(parts.parameters);
    } else if (facts.type == "EC") {
        const auto [curve, bits] = parts.parameters.identifier == der::Oid        ? namedCurve(parts.parameters)
                                   : parts.parameters.identifier == der::Sequence ? explicitCurve(parts.parameters)
                                                                                  : std::pair<std::string, int>{};
        facts.curve = curve;
        facts.bits = bits;
    } else if (facts.type == "X25519") {
        facts.bits = 253;
    } else if (facts.type == "Ed25519") {
        facts.bits = 256;
    } else if (facts.type == "X448") {
        facts.bits = 448;
    } else if (facts.type == "Ed448") {
        facts.bits = 456;
    }
    return facts;
}

/// Field sizes of the curves that certificates are made of; others are asked of OpenSSL.
int curveBits(std::string_view curve) {
    static constexpr std::pair<std::string_view, int> common[] = {
        {"prime256v1", 256}, {"secp384r1", 384}, {"secp521r1", 521}, {"secp256k1", 256}, {"secp224r1", 224}};
    for (const auto& [name, bits] : common) {
        if (name == curve)
            return bits;
    }
    const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* parameters = nullptr;
    const std::string name(curve);
    int bits = 0;
    if (context && EVP_PKEY_paramgen_init(context.get()) > 0 &&
        EVP_PKEY_CTX_set_group_name(context.get(), name.c_str()) > 0 &&
        EVP_PKEY_paramgen(context.get(), &parameters) > 0)
        bits = EVP_PKEY_get_bits(parameters);
    EVP_PKEY_free(parameters);
    base::clearQueue();
    return bits;
}

KeyFacts factsOf(const SpkiParts& parts) {
    KeyFacts facts = factsFromParts(parts);
    if (facts.type == "EC" && facts.bits == 0 && !facts.curve.empty())
        facts.bits = curveBits(facts.curve);
    return facts;
}

} // namespace

std::string displayText(const KeyFacts& facts) {
    static constexpr std::pair<std::string_view, std::string_view> curveNames[] = {
        {"prime256v1", "P-256"},
        {"secp384r1", "P-384"},
        {"secp521r1", "P-521"},
        {"prime192v1", "P-192"},
        {"secp224r1", "P-224"},
        {"prime-field", "EC with explicit parameters"},
        {"characteristic-two-field", "EC with explicit parameters"}};
    if (facts.type == "EC") {
        for (const auto& [curve, name] : curveNames) {
            if (curve == facts.curve)
                return std::string(name);
        }
        return facts.curve.empty() ? "EC" : facts.curve;
    }
    const bool hasSize = facts.type == "RSA" || facts.type == "RSA-PSS" || facts.type == "DSA" || facts.type == "DH";
    if (hasSize && facts.bits > 0)
        return facts.type + ' ' + std::to_string(facts.bits);
    return facts.type;
}

std::optional<KeyFacts> keyFactsFromSpki(BytesView spkiDer) {
    const auto parts = splitSpki(spkiDer);
    if (!parts)
        return std::nullopt;
    return factsOf(*parts);
}

struct PublicKey::Data {
    base::Bytes der;
    mutable std::once_flag sha256Flag; ///< few ask for it
    mutable std::string sha256;
    KeyFacts facts;
    Handle<EVP_PKEY> key;

    Data(base::Bytes spki, Handle<EVP_PKEY> usable)
        : der(std::move(spki))
        , key(std::move(usable)) {
        // From the encoding alone, so that they are the same with every OpenSSL and in lists.
        if (const auto parts = splitSpki(der))
            facts = factsOf(*parts);
    }
};

PublicKey::PublicKey(std::shared_ptr<const Data> data)
    : m_data(std::move(data)) {}

PublicKey PublicKey::fromSpkiDer(BytesView spki) {
    if (!splitSpki(spki))
        throw Error(ErrorKind::BadInput, "This is not a public key in SubjectPublicKeyInfo form");
    const unsigned char* position = spki.data();
    Handle<EVP_PKEY> key(d2i_PUBKEY(nullptr, &position, base::longSize(spki.size())));
    // A key of an algorithm that is not offered here is still a key: its facts can be shown.
    base::clearQueue();
    return PublicKey(std::make_shared<const Data>(base::toBytes(spki), std::move(key)));
}

PublicKey PublicKey::share(EVP_PKEY* key) {
    unsigned char* buffer = nullptr;
    const int length = i2d_PUBKEY(key, &buffer);
    base::check(length, "encode the public key");
    const base::OpensslMemory<unsigned char> owner(buffer);
    base::check(EVP_PKEY_up_ref(key), "share the public key");
    Handle<EVP_PKEY> reference(key);
    const BytesView view(buffer, static_cast<std::size_t>(length));
    return PublicKey(std::make_shared<const Data>(base::toBytes(view), std::move(reference)));
}

PublicKey PublicKey::share(const X509_PUBKEY* key) {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_PUBKEY(key, &buffer);
    base::check(length, "encode the public key");
    const base::OpensslMemory<unsigned char> owner(buffer);
    EVP_PKEY* usable = X509_PUBKEY_get0(key);
    base::clearQueue();
    Handle<EVP_PKEY> reference;
    if (usable != nullptr) {
        base::check(EVP_PKEY_up_ref(usable), "share the public key");
        reference.reset(usable);
    }
    const BytesView view(buffer, static_cast<std::size_t>(length));
    return PublicKey(std::make_shared<const Data>(base::toBytes(view), std::move(reference)));
}

const KeyFacts& PublicKey::facts() const noexcept {
    return m_data->facts;
}

const base::Bytes& PublicKey::spkiDer() const noexcept {
    return m_data->der;
}

const std::string& PublicKey::spkiSha256() const noexcept {
    std::call_once(m_data->sha256Flag, [this] { m_data->sha256 = base::toHex(crypto::sha256(m_data->der)); });
    return m_data->sha256;
}

bool PublicKey::isUsable() const noexcept {
    return m_data->key != nullptr;
}

std::optional<PssParameters> PublicKey::pssParameters() const {
    EVP_PKEY* key = m_data->key.get();
    PssParameters found;
    // Of the parameters OpenSSL gives those that differ from the defaults of RFC 4055, and the salt length always.
    const bool isRestricted = m_data->facts.type == "RSA-PSS" && key != nullptr &&
                              EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &found.saltLength) == 1;
    if (isRestricted) {
        const auto text = [key](const char* name) -> std::string {
            std::array<char, 64> value{};
            if (EVP_PKEY_get_utf8_string_param(key, name, value.data(), value.size(), nullptr) != 1)
                return "SHA1";
            // "SHA2-256" is the provider's word for what everybody else calls SHA256.
            const Handle<EVP_MD> digest(EVP_MD_fetch(nullptr, value.data(), nullptr));
            return digest ? OBJ_nid2sn(EVP_MD_get_type(digest.get())) : value.data();
        };
        found.digest = text(OSSL_PKEY_PARAM_RSA_DIGEST);
        found.maskDigest = text(OSSL_PKEY_PARAM_RSA_MGF1_DIGEST);
    }
    base::clearQueue();
    return isRestricted ? std::optional(found) : std::nullopt;
}

std::string algorithmType(std::string_view oid) {
    const auto* found = std::find_if(std::begin(Algorithms), std::end(Algorithms),
                                     [oid](const KnownAlgorithm& row) { return row.oid == oid; });
    return std::string(found == std::end(Algorithms) ? oid : found->type);
}

std::string PublicKey::naturalDigest() const {
    const auto pss = pssParameters();
    return pss ? pss->digest : crypto::naturalDigest(facts());
}

std::string naturalDigest(const KeyFacts& facts) {
    if (facts.type == "EC") {
        if (facts.bits >= 512)
            return "SHA512";
        return facts.bits >= 384 ? "SHA384" : "SHA256";
    }
    if (facts.type == "RSA" || facts.type == "RSA-PSS")
        return facts.bits > 7680 ? "SHA384" : "SHA256";
    if (facts.type == "DSA")
        return "SHA256";
    return {};
}

std::string PublicKey::toPem() const {
    const Handle<BIO> bio(base::check(BIO_new(BIO_s_mem()), "make a buffer"));
    base::check(PEM_write_bio(bio.get(), PEM_STRING_PUBLIC, "", m_data->der.data(), base::longSize(m_data->der.size())),
                "write the public key as PEM");
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

EVP_PKEY* PublicKey::native() const {
    if (!m_data->key)
        throw Error(ErrorKind::Unsupported,
                    "Keys of the type " + displayText(m_data->facts) +
                        " cannot be used with the OpenSSL of this computer",
                    "It can be shown and kept. To use it, run the program with a newer OpenSSL.");
    return m_data->key.get();
}

bool PublicKey::operator==(const PublicKey& other) const noexcept {
    return m_data == other.m_data || m_data->der == other.m_data->der;
}

} // namespace certwright::crypto
