#include "core/formats/params.h"

#include "core/base/der_reader.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include <bit>
#include <memory>

namespace certwright::formats {

using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

constexpr std::size_t MaxPrimeOctets = 2048; ///< longer ones take too long to test
constexpr int LeastOrderBits = 112;          ///< of DSA; a generator that is smaller than the order is far below
constexpr std::string_view OidRsa = "1.2.840.113549.1.1.1";
constexpr std::string_view OidPrimeField = "1.2.840.10045.1.1";

struct GroupDeleter {
    void operator()(EC_GROUP* group) const noexcept { EC_GROUP_free(group); }
};

int bitLength(BytesView number) {
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    if (number.empty())
        return 0;
    return static_cast<int>((number.size() - 1) * 8 +
                            static_cast<std::size_t>(std::bit_width(unsigned{number.front()})));
}

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The parameters are damaged", "Get the file again from where it came from.");
}

/// The integers at the start of a SEQUENCE.
std::vector<BytesView> integersOf(BytesView bytes) {
    DerReader outer(bytes);
    const auto sequence = outer.expect(der::Sequence);
    if (!sequence)
        throwDamaged();
    DerReader fields(sequence->content);
    std::vector<BytesView> integers;
    while (fields.peek() == der::Integer) {
        const auto integer = fields.next();
        if (!integer || integer->content.empty() || (integer->content.front() & 0x80U) != 0)
            throwDamaged();
        integers.push_back(integer->content);
    }
    return integers;
}

ParametersItem readNamedCurve(BytesView bytes) {
    ParametersItem item;
    item.kind = ParametersItem::Kind::Ec;
    DerReader outer(bytes);
    const auto oid = outer.expect(der::Oid);
    const auto dotted = oid ? base::oidText(oid->content) : std::nullopt;
    if (!dotted)
        throwDamaged();
    const int nid = OBJ_txt2nid(dotted->c_str());
    item.curve = nid == NID_undef ? *dotted : OBJ_nid2sn(nid);
    const std::unique_ptr<EC_GROUP, GroupDeleter> group(nid == NID_undef ? nullptr : EC_GROUP_new_by_curve_name(nid));
    base::clearQueue();
    if (!group) {
        throw Error(ErrorKind::Unsupported, "EC parameters of an unknown curve: " + item.curve,
                    "The linked OpenSSL does not offer it.");
    }
    item.bits = EC_GROUP_get_degree(group.get());
    return item;
}

ParametersItem readExplicitCurve(BytesView bytes) {
    ParametersItem item;
    item.kind = ParametersItem::Kind::Ec;
    DerReader outer(bytes);
    const auto sequence = outer.expect(der::Sequence);
    DerReader fields(sequence ? sequence->content : BytesView());
    fields.expect(der::Integer);
    const auto field = fields.expect(der::Sequence);
    DerReader fieldParts(field ? field->content : BytesView());
    const auto type = fieldParts.expect(der::Oid);
    if (!type)
        throwDamaged();
    const bool isPrime = base::oidText(type->content) == OidPrimeField;
    item.curve = isPrime ? "prime-field" : "characteristic-two-field";
    if (const auto prime = fieldParts.optional(der::Integer); prime && isPrime)
        item.bits = bitLength(prime->content);
    return item;
}

} // namespace

ParametersItem readParameters(DerKind kind, BytesView bytes) {
    ParametersItem item;
    if (kind == DerKind::EcParameters) {
        item = bytes.front() == der::Oid ? readNamedCurve(bytes) : readExplicitCurve(bytes);
    } else {
        const auto integers = integersOf(bytes);
        if (integers.size() < 2)
            throwDamaged();
        item.bits = bitLength(integers[0]);
        // Of three integers after p there are: the generator and a length (PKCS#3), which is small; the order and the
        // generator of DSA; the generator and the order (X9.42), where the order is the smaller one or p's half.
        const bool isDsa = kind == DerKind::ThreeIntegers && bitLength(integers[1]) >= LeastOrderBits &&
                           bitLength(integers[1]) < bitLength(integers[2]);
        item.kind = isDsa ? ParametersItem::Kind::Dsa : ParametersItem::Kind::Dh;
    }
    item.der = base::toBytes(bytes);
    return item;
}

bool areDhParameters(BytesView bytes) {
    const auto integers = integersOf(bytes);
    if (integers.empty() || integers[0].size() > MaxPrimeOctets)
        return false;
    const Handle<BIGNUM> number(
        base::check(BN_bin2bn(integers[0].data(), static_cast<int>(integers[0].size()), nullptr), "read a number"));
    const bool isPrime = BN_check_prime(number.get(), nullptr, nullptr) == 1;
    base::clearQueue();
    return isPrime;
}

crypto::PublicKey publicKeyFromSpki(BytesView bytes) {
    crypto::PublicKey key = crypto::PublicKey::fromSpkiDer(bytes);
    if (key.isUsable())
        return key;
    const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, key.facts().type.c_str(), nullptr));
    base::clearQueue();
    if (context) {
        throw Error(ErrorKind::BadInput, "The public key (" + key.facts().type + ") is damaged",
                    "Get the key again from where it came from.");
    }
    return key;
}

crypto::PublicKey publicKeyFromPkcs1(BytesView bytes) {
    const base::Bytes algorithm = base::derSequence({base::derOid(OidRsa), base::derElement(der::Null, {})});
    return publicKeyFromSpki(base::derSequence({algorithm, base::derBitString(bytes)}));
}

} // namespace certwright::formats
