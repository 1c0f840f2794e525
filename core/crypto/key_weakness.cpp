#include "core/crypto/key_weakness.h"

#include "core/base/der_reader.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::crypto {

using base::BytesView;
using base::DerReader;
using base::Handle;
namespace der = base::der;

namespace {

/// NIST SP 800-57 part 1, table 2: 112 bits of strength, below which nothing is allowed since 2014.
constexpr int SmallestRsa = 2048;
constexpr int SmallestCurve = 224;

constexpr std::string_view Nist = "NIST SP 800-57 part 1";

Handle<BIGNUM> numberOf(BytesView bytes) {
    return Handle<BIGNUM>(base::check(BN_bin2bn(bytes.data(), base::intSize(bytes.size()), nullptr), "read a number"));
}

BytesView withoutZeros(BytesView bytes) noexcept {
    while (!bytes.empty() && bytes.front() == 0)
        bytes = bytes.subspan(1);
    return bytes;
}

bool isNumber(BytesView bytes, unsigned value) noexcept {
    return bytes.size() == 1 && bytes[0] == value;
}

bool isBelow65537(BytesView exponent) noexcept {
    return exponent.size() < 3 || (exponent.size() == 3 && exponent[0] == 1 && exponent[1] == 0 && exponent[2] == 0);
}

void judgeRsa(const PublicKey& key, std::vector<KeyWeakness>& out) {
    const KeyFacts& facts = key.facts();
    if (facts.bits < SmallestRsa) {
        out.push_back({"rsa-small", true,
                       facts.type + " with " + std::to_string(facts.bits) +
                           " bits can be broken with enough computers; 2048 are the least that counts as safe.",
                       "Make a new key: RSA 3072 or EC P-256.", Nist});
    }
    const auto numbers = rsaNumbers(key.spkiDer());
    if (!numbers || numbers->modulus.empty())
        return;
    if ((numbers->modulus.back() & 1U) == 0) {
        out.push_back({"rsa-even-modulus", true, "The modulus is even, so one of its primes is 2: it is no RSA key.",
                       "Make a new key; this one was damaged or made wrongly.", "RFC 8017 3.1"});
    }
    const BytesView exponent = numbers->exponent;
    if (exponent.empty() || isNumber(exponent, 1) || (exponent.back() & 1U) == 0) {
        out.push_back({"rsa-exponent-invalid", true,
                       "The public exponent is " +
                           std::string(isNumber(exponent, 1) ? "1: everybody can sign with this key"
                                                             : "even, which gives no working RSA key") +
                           ".",
                       "Make a new key with the exponent 65537.", "RFC 8017 3.1"});
    } else if (isBelow65537(exponent)) {
        out.push_back({"rsa-exponent-small", false,
                       "The public exponent is below 65537: careless software can be tricked with such keys "
                       "(Bleichenbacher's forgery of 2006).",
                       "Make the next key with the exponent 65537.", "NIST SP 800-56B 6.2"});
    }
    if (hasRocaFingerprint(numbers->modulus)) {
        out.push_back(
            {"rsa-roca", true,
             "The modulus bears the fingerprint of Infineon's chips and their broken key generator (ROCA): the "
             "private key can be calculated.",
             "Make a new key with other software, and revoke this one.", "CVE-2017-15361"});
    }
}

void judgeCurve(const KeyFacts& facts, std::vector<KeyWeakness>& out) {
    const bool isExplicit = facts.curve == "prime-field" || facts.curve == "characteristic-two-field";
    if (isExplicit) {
        out.push_back({"ec-explicit-parameters", true,
                       "The curve is given by its numbers instead of its name. Certificates must not have that, and "
                       "software that trusts such numbers can be tricked (CVE-2020-0601).",
                       "Make a new key on a named curve (P-256).", "RFC 5480 2.1.1"});
    }
    if (facts.bits != 0 && facts.bits < SmallestCurve) {
        out.push_back({"ec-small", true,
                       "A curve of " + std::to_string(facts.bits) + " bits is too weak today; 224 are the least.",
                       "Make a new key on P-256.", Nist});
    }
}

} // namespace

std::vector<KeyWeakness> keyWeaknesses(const PublicKey& key) {
    std::vector<KeyWeakness> out;
    const KeyFacts& facts = key.facts();
    if (facts.type == "RSA" || facts.type == "RSA-PSS") {
        judgeRsa(key, out);
    } else if (facts.type == "EC") {
        judgeCurve(facts, out);
    } else if (facts.type == "DSA") {
        const bool isSmall = facts.bits < SmallestRsa;
        out.push_back({isSmall ? "dsa-small" : "dsa", isSmall,
                       isSmall ? "DSA with " + std::to_string(facts.bits) + " bits can be broken."
                               : std::string("DSA is no longer approved for signatures, and TLS 1.3 does not have it."),
                       "Make a new key: EC P-256 or Ed25519.", isSmall ? Nist : "FIPS 186-5 4"});
    } else if (facts.type == "DH" && facts.bits < SmallestRsa) {
        out.push_back({"dh-small", true,
                       "Diffie-Hellman with " + std::to_string(facts.bits) + " bits can be broken (Logjam).",
                       "Use a group of 2048 bits or more.", Nist});
    }
    return out;
}

std::optional<RsaNumbers> rsaNumbers(BytesView spkiDer) {
    DerReader outer(spkiDer);
    const auto spki = outer.expect(der::Sequence);
    if (!spki)
        return std::nullopt;
    DerReader fields(spki->content);
    const auto algorithm = fields.expect(der::Sequence);
    const auto bits = fields.expect(der::BitString);
    if (!algorithm || !bits || bits->content.empty())
        return std::nullopt;
    const auto oid = DerReader(algorithm->content).expect(der::Oid);
    const auto text = oid ? base::oidText(oid->content) : std::nullopt;
    if (text != "1.2.840.113549.1.1.1" && text != "1.2.840.113549.1.1.10")
        return std::nullopt;
    const auto key = DerReader(bits->content.subspan(1)).expect(der::Sequence);
    if (!key)
        return std::nullopt;
    DerReader numbers(key->content);
    const auto modulus = numbers.expect(der::Integer);
    const auto exponent = numbers.expect(der::Integer);
    if (!modulus || !exponent)
        return std::nullopt;
    return RsaNumbers{base::toBytes(withoutZeros(modulus->content)), base::toBytes(withoutZeros(exponent->content))};
}

bool hasRocaFingerprint(BytesView modulus) {
    // Those of the 39 primes that all of Infineon's moduli were built from (up to 512 bits; larger ones took more).
    static constexpr std::array<unsigned, 38> Primes = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                                        47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                                        107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
    if (modulus.empty())
        return false;
    const Handle<BIGNUM> number = numberOf(modulus);
    return std::all_of(Primes.begin(), Primes.end(), [&number](unsigned prime) {
        const auto residue = static_cast<unsigned>(BN_mod_word(number.get(), prime));
        unsigned power = 1;
        do {
            if (power == residue)
                return true;
            power = power * 65537U % prime;
        } while (power != 1);
        return false;
    });
}

} // namespace certwright::crypto
