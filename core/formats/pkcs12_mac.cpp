#include "core/formats/pkcs12_mac.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/formats/pbe.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>

#include <algorithm>
#include <array>
#include <string>

namespace certwright::formats {

using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

constexpr std::string_view OidPbmac1 = "1.2.840.113549.1.5.14";
constexpr std::string_view OidPbkdf2 = "1.2.840.113549.1.5.12";
constexpr std::size_t MinKey = 20, MaxKey = 64; ///< RFC 9579 3: short keys are to be refused

struct Prf {
    std::string_view oid;
    const char* name;
    const char* digest;
};
constexpr std::array Prfs = {
    Prf{"1.2.840.113549.2.7", "hmacWithSHA1", "SHA1"}, Prf{"1.2.840.113549.2.8", "hmacWithSHA224", "SHA224"},
    Prf{"1.2.840.113549.2.9", "hmacWithSHA256", "SHA256"}, Prf{"1.2.840.113549.2.10", "hmacWithSHA384", "SHA384"},
    Prf{"1.2.840.113549.2.11", "hmacWithSHA512", "SHA512"}};

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The MAC of the PKCS#12 file is damaged",
                "Get the file again from where it came from.");
}

std::string objectName(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    if (nid != NID_undef)
        return OBJ_nid2sn(nid);
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), object, 1);
    return text.data();
}

std::string dottedOid(const ASN1_OBJECT* object) {
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), object, 1);
    return text.data();
}

BytesView viewOf(const ASN1_OCTET_STRING* octets) {
    return {ASN1_STRING_get0_data(octets), static_cast<std::size_t>(ASN1_STRING_length(octets))};
}

/// The OID of an AlgorithmIdentifier, and its parameters.
std::string algorithmIn(DerReader& reader, base::DerElement& parameters) {
    const auto algorithm = reader.expect(der::Sequence);
    if (!algorithm)
        throwDamaged();
    DerReader fields(algorithm->content);
    const auto oid = fields.expect(der::Oid);
    if (!oid)
        throwDamaged();
    if (const auto element = fields.next())
        parameters = *element;
    return base::oidText(oid->content).value_or(std::string());
}

std::uint64_t numberOf(const base::DerElement& element) {
    BytesView octets = element.content;
    if (octets.empty() || (octets.front() & 0x80U) != 0)
        throwDamaged();
    if (octets.front() == 0)
        octets = octets.subspan(1);
    if (octets.size() > 8)
        return ~std::uint64_t{0};
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets)
        value = (value << 8U) | octet;
    return value;
}

const Prf& prfOf(const std::string& oid) {
    const auto* found = std::find_if(Prfs.begin(), Prfs.end(), [&oid](const Prf& prf) { return prf.oid == oid; });
    if (found == Prfs.end()) {
        throw Error(ErrorKind::Unsupported, "The MAC of the PKCS#12 file uses an unknown algorithm: " + oid,
                    "Convert the file with the program that made it.");
    }
    return *found;
}

/// The octets that the MAC is over: the content of the authenticated safe. OpenSSL keeps them to itself.
BytesView authenticatedData(BytesView file) {
    DerReader outer(file);
    const auto pfx = outer.expect(der::Sequence);
    DerReader fields(pfx ? pfx->content : BytesView());
    fields.expect(der::Integer);
    const auto contentInfo = fields.expect(der::Sequence);
    DerReader content(contentInfo ? contentInfo->content : BytesView());
    content.expect(der::Oid);
    const auto tagged = content.expect(der::contextConstructed(0));
    DerReader inner(tagged ? tagged->content : BytesView());
    const auto octets = inner.expect(der::OctetString);
    if (!octets) {
        throw Error(ErrorKind::Unsupported, "The PKCS#12 file mixes PBMAC1 with BER, which cannot be checked here",
                    "Convert the file with the program that made it.");
    }
    return octets->content;
}

} // namespace

/// PBMAC1-params (RFC 8018 A.5) with PBKDF2.
struct Pkcs12MacCheck::Parameters {
    BytesView salt;
    std::uint64_t iterations = 0;
    std::size_t keyLength = 0;
    const Prf* prf = nullptr;
    const Prf* mac = nullptr;

    explicit Parameters(const ASN1_TYPE* encoded) {
        if (encoded == nullptr || encoded->type != V_ASN1_SEQUENCE)
            throwDamaged();
        DerReader outer(viewOf(encoded->value.sequence));
        const auto sequence = outer.expect(der::Sequence);
        if (!sequence)
            throwDamaged();
        DerReader fields(sequence->content);
        base::DerElement function, ignored;
        if (const std::string kdf = algorithmIn(fields, function); kdf != OidPbkdf2)
            prfOf(kdf); // says that it is unknown
        mac = &prfOf(algorithmIn(fields, ignored));
        readFunction(function);
    }

    void readFunction(const base::DerElement& function) {
        DerReader fields(function.content);
        const auto saltElement = fields.expect(der::OctetString);
        const auto count = fields.expect(der::Integer);
        // RFC 9579 3: the key length must be there.
        const auto length = fields.expect(der::Integer);
        if (!saltElement || !count || !length)
            throwDamaged();
        salt = saltElement->content;
        iterations = numberOf(*count);
        const std::uint64_t keySize = numberOf(*length);
        if (keySize < MinKey || keySize > MaxKey || iterations == 0)
            throwDamaged();
        keyLength = static_cast<std::size_t>(keySize);
        prf = &Prfs[0];
        if (fields.peek() == der::Sequence) {
            base::DerElement ignored;
            prf = &prfOf(algorithmIn(fields, ignored));
        }
    }
};

Pkcs12MacCheck::Pkcs12MacCheck(PKCS12* file, BytesView bytes, Unlocker& unlocker)
    : m_file(file)
    , m_bytes(bytes)
    , m_unlocker(unlocker) {
    const ASN1_OCTET_STRING* digest = nullptr;
    const ASN1_OCTET_STRING* salt = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(&digest, &algorithm, &salt, &iterations, file);
    if (algorithm == nullptr)
        throwDamaged();
    if (dottedOid(algorithm->algorithm) == OidPbmac1) {
        m_pbmac1 = std::make_unique<Parameters>(algorithm->parameter);
        m_facts.algorithm = std::string("PBMAC1, ") + m_pbmac1->mac->name;
        m_facts.iterations = m_pbmac1->iterations;
    } else {
        m_facts.algorithm = objectName(algorithm->algorithm);
        m_facts.iterations = 1;
        std::uint64_t count = 0;
        if (iterations != nullptr)
            m_facts.iterations = ASN1_INTEGER_get_uint64(&count, iterations) == 1 ? count : ~std::uint64_t{0};
        base::clearQueue();
        if (EVP_get_digestbyobj(algorithm->algorithm) == nullptr)
            prfOf(dottedOid(algorithm->algorithm));
    }
    checkIterations(m_facts.iterations, "MAC of the PKCS#12 file", unlocker.options());
}

Pkcs12MacCheck::~Pkcs12MacCheck() = default;

bool Pkcs12MacCheck::isVerifiedBy(const base::Secret& passphrase) {
    m_facts.isVerified = anyPkcs12Passphrase(passphrase, [this](PassphraseView variant) { return verifies(variant); });
    return m_facts.isVerified;
}

bool Pkcs12MacCheck::verifies(PassphraseView passphrase) {
    m_unlocker.spend(costOf(m_facts.iterations, m_pbmac1 ? m_pbmac1->prf->digest : m_facts.algorithm));
    if (!m_pbmac1) {
        const bool isRight = PKCS12_verify_mac(m_file, passphrase.data, passphrase.size) == 1;
        base::clearQueue();
        return isRight;
    }
    base::Secret key(m_pbmac1->keyLength);
    const base::Handle<EVP_MD> prf(
        base::check(EVP_MD_fetch(nullptr, m_pbmac1->prf->digest, nullptr), "check a MAC", ErrorKind::Unsupported));
    base::check(PKCS5_PBKDF2_HMAC(passphrase.data, passphrase.size, m_pbmac1->salt.data(),
                                  static_cast<int>(m_pbmac1->salt.size()), static_cast<int>(m_pbmac1->iterations),
                                  prf.get(), static_cast<int>(key.size()), key.data()),
                "derive the key of a MAC");
    const BytesView data = authenticatedData(m_bytes);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
    std::size_t length = 0;
    if (EVP_Q_mac(nullptr, "HMAC", nullptr, m_pbmac1->mac->digest, nullptr, key.data(), key.size(), data.data(),
                  data.size(), mac.data(), mac.size(), &length) == nullptr)
        base::throwFromQueue("check a MAC", ErrorKind::Unsupported);
    const ASN1_OCTET_STRING* digest = nullptr;
    PKCS12_get0_mac(&digest, nullptr, nullptr, nullptr, m_file);
    const BytesView expected = viewOf(digest);
    return expected.size() == length && CRYPTO_memcmp(expected.data(), mac.data(), length) == 0;
}

} // namespace certwright::formats
