#include "core/formats/ssh_key_codec.h"

#include "core/base/der_reader.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/key_builder.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>
#include <vector>

namespace certwright::formats::ssh {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

constexpr std::string_view CertificateSuffix = "-cert-v01@openssh.com";
constexpr std::string_view OidRsa = "1.2.840.113549.1.1.1", OidDsa = "1.2.840.10040.4.1", OidEc = "1.2.840.10045.2.1",
                           OidEd25519 = "1.3.101.112";

struct Curve {
    std::string_view sshName;
    std::string_view oid;
    const char* group;
    std::string_view shortName; ///< OpenSSL's
};
constexpr std::array Curves = {Curve{"nistp256", "1.2.840.10045.3.1.7", "P-256", "prime256v1"},
                               Curve{"nistp384", "1.3.132.0.34", "P-384", "secp384r1"},
                               Curve{"nistp521", "1.3.132.0.35", "P-521", "secp521r1"}};

const Curve& curveOf(std::string_view name) {
    const auto* found =
        std::find_if(Curves.begin(), Curves.end(), [name](const Curve& c) { return c.sshName == name; });
    if (found == Curves.end())
        throwUnsupported(name);
    return *found;
}

/// d mod (prime - 1)
SecretNumber crtExponent(const BIGNUM* d, const BIGNUM* prime) {
    SecretNumber reduced(base::check(BN_dup(prime), "read an SSH key"));
    SecretNumber result(base::check(BN_secure_new(), "read an SSH key"));
    BN_CTX* context = base::check(BN_CTX_secure_new(), "read an SSH key");
    const bool isDone = BN_sub_word(reduced.get(), 1) == 1 && BN_mod(result.get(), d, reduced.get(), context) == 1;
    BN_CTX_free(context);
    if (!isDone)
        throwDamaged();
    return result;
}

/// The numbers of an RSA key that SSH writes down.
struct RsaNumbers {
    SecretNumber n, e, d, coefficient, p, q;
};

crypto::PrivateKey rsaKey(const RsaNumbers& numbers) {
    const auto& [n, e, d, coefficient, p, q] = numbers;
    if (BN_is_zero(p.get()) || BN_is_zero(q.get()))
        throwDamaged();
    const SecretNumber dp = crtExponent(d.get(), p.get());
    const SecretNumber dq = crtExponent(d.get(), q.get());
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_RSA_N, n);
    builder.add(OSSL_PKEY_PARAM_RSA_E, e);
    builder.add(OSSL_PKEY_PARAM_RSA_D, d);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR1, p);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR2, q);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
    builder.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, coefficient);
    return builder.build("RSA");
}

/// p, q, g, public, private
crypto::PrivateKey dsaKey(const std::array<BytesView, 5>& octets) {
    KeyBuilder builder;
    std::vector<SecretNumber> numbers; // the builder keeps pointers until it builds
    constexpr std::array names = {OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G,
                                  OSSL_PKEY_PARAM_PUB_KEY, OSSL_PKEY_PARAM_PRIV_KEY};
    for (std::size_t i = 0; i < names.size(); ++i) {
        numbers.push_back(numberFrom(octets[i]));
        builder.add(names[i], numbers.back());
    }
    return builder.build("DSA");
}

crypto::PrivateKey ecKey(const Curve& curve, BytesView point, BytesView secret) {
    const SecretNumber number = numberFrom(secret);
    KeyBuilder builder;
    builder.addText(OSSL_PKEY_PARAM_GROUP_NAME, curve.group);
    builder.addOctets(OSSL_PKEY_PARAM_PUB_KEY, point);
    builder.add(OSSL_PKEY_PARAM_PRIV_KEY, number);
    return builder.build("EC");
}

crypto::PrivateKey ed25519Key(BytesView seed) {
    if (seed.size() != 32)
        throwDamaged();
    Handle<EVP_PKEY> key(base::check(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), 32),
                                     "read an SSH key", ErrorKind::Unsupported));
    return crypto::PrivateKey::adopt(std::move(key));
}

const Curve* curveOfKey(const crypto::KeyFacts& facts) {
    const auto* found =
        std::find_if(Curves.begin(), Curves.end(), [&facts](const Curve& c) { return facts.curve == c.shortName; });
    return facts.type != "EC" || found == Curves.end() ? nullptr : found;
}

/// The uncompressed point, whatever form the key has it in.
base::Bytes pointOf(const crypto::PublicKey& key) {
    const std::size_t size = (static_cast<std::size_t>(key.facts().bits) + 7) / 8;
    base::Bytes point = {4};
    for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
        const base::Secret coordinate = numberOf(key.native(), name, size);
        point.insert(point.end(), coordinate.data(), coordinate.data() + coordinate.size());
    }
    return point;
}

base::Bytes rawPublicKey(const crypto::PublicKey& key) {
    base::Bytes raw(32);
    std::size_t size = raw.size();
    base::check(EVP_PKEY_get_raw_public_key(key.native(), raw.data(), &size), "write the key for SSH");
    return raw;
}

} // namespace

std::string typeName(const crypto::KeyFacts& facts) {
    if (facts.type == "RSA")
        return "ssh-rsa";
    if (facts.type == "DSA")
        return "ssh-dss";
    if (facts.type == "Ed25519")
        return "ssh-ed25519";
    if (const Curve* curve = curveOfKey(facts))
        return "ecdsa-sha2-" + std::string(curve->sshName);
    throw Error(ErrorKind::Unsupported, "SSH knows no keys of the type " + displayText(facts),
                "It takes RSA, Ed25519, P-256, P-384 and P-521.");
}

crypto::PublicKey publicKeyFromBlob(BytesView blob) {
    FieldReader fields(blob);
    const std::string type = fields.text();
    base::Bytes algorithm, key;
    if (type == "ssh-rsa") {
        const base::Bytes exponent = base::derUnsigned(fields.string());
        key = base::derSequence({base::derUnsigned(fields.string()), exponent});
        algorithm = base::derSequence({base::derOid(OidRsa), base::derElement(der::Null, {})});
    } else if (type == "ssh-dss") {
        const base::Bytes p = base::derUnsigned(fields.string());
        const base::Bytes q = base::derUnsigned(fields.string());
        const base::Bytes g = base::derUnsigned(fields.string());
        key = base::derUnsigned(fields.string());
        algorithm = base::derSequence({base::derOid(OidDsa), base::derSequence({p, q, g})});
    } else if (type == "ssh-ed25519") {
        key = base::toBytes(fields.string());
        algorithm = base::derSequence({base::derOid(OidEd25519)});
    } else if (type.starts_with("ecdsa-sha2-") && !type.ends_with(CertificateSuffix)) {
        const Curve& curve = curveOf(fields.text());
        key = base::toBytes(fields.string());
        algorithm = base::derSequence({base::derOid(OidEc), base::derOid(curve.oid)});
    } else {
        throwUnsupported(type);
    }
    const crypto::PublicKey publicKey =
        crypto::PublicKey::fromSpkiDer(base::derSequence({algorithm, base::derBitString(key)}));
    if (!publicKey.isUsable())
        throwDamaged();
    return publicKey;
}

base::Bytes blobOf(const crypto::PublicKey& key) {
    const std::string type = typeName(key.facts());
    EVP_PKEY* native = key.native();
    FieldWriter out;
    out.text(type);
    if (type == "ssh-rsa") {
        for (const char* name : {OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_N})
            out.integer(numberOf(native, name).view());
    } else if (type == "ssh-dss") {
        for (const char* name :
             {OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G, OSSL_PKEY_PARAM_PUB_KEY})
            out.integer(numberOf(native, name).view());
    } else if (type == "ssh-ed25519") {
        out.string(rawPublicKey(key));
    } else {
        out.text(curveOfKey(key.facts())->sshName);
        out.string(pointOf(key));
    }
    return base::toBytes(out.view());
}

crypto::PrivateKey privateKeyFromFields(FieldReader& fields) {
    const std::string type = fields.text();
    if (type == "ssh-rsa") {
        RsaNumbers numbers;
        for (SecretNumber* number : {&numbers.n, &numbers.e, &numbers.d, &numbers.coefficient, &numbers.p, &numbers.q})
            *number = numberFrom(fields.string());
        return rsaKey(numbers);
    }
    if (type == "ssh-dss") {
        std::array<BytesView, 5> octets;
        for (BytesView& field : octets)
            field = fields.string();
        return dsaKey(octets);
    }
    if (type == "ssh-ed25519") {
        fields.string(); // the public half, once more behind the seed
        const BytesView seedAndPublic = fields.string();
        if (seedAndPublic.size() != 64)
            throwDamaged();
        return ed25519Key(seedAndPublic.first(32));
    }
    if (!type.starts_with("ecdsa-sha2-"))
        throwUnsupported(type);
    const Curve& curve = curveOf(fields.text());
    const BytesView point = fields.string();
    return ecKey(curve, point, fields.string());
}

crypto::PrivateKey privateKeyFromHalves(BytesView publicBlob, BytesView privateBlob) {
    FieldReader open(publicBlob);
    FieldReader secret(privateBlob);
    const std::string type = open.text();
    if (type == "ssh-rsa") {
        RsaNumbers numbers;
        numbers.e = numberFrom(open.string());
        numbers.n = numberFrom(open.string());
        for (SecretNumber* number : {&numbers.d, &numbers.p, &numbers.q, &numbers.coefficient})
            *number = numberFrom(secret.string());
        return rsaKey(numbers);
    }
    if (type == "ssh-dss") {
        std::array<BytesView, 5> octets;
        for (std::size_t i = 0; i < 4; ++i)
            octets[i] = open.string();
        octets[4] = secret.string();
        return dsaKey(octets);
    }
    if (type == "ssh-ed25519")
        return ed25519Key(secret.string());
    if (!type.starts_with("ecdsa-sha2-"))
        throwUnsupported(type);
    const Curve& curve = curveOf(open.text());
    const BytesView point = open.string();
    return ecKey(curve, point, secret.string());
}

void writePrivateFields(FieldWriter& out, const crypto::PrivateKey& key) {
    const std::string type = typeName(key.facts());
    EVP_PKEY* native = key.native();
    const auto integers = [&out, native](std::initializer_list<const char*> names) {
        for (const char* name : names)
            out.integer(numberOf(native, name).view());
    };
    out.text(type);
    if (type == "ssh-rsa") {
        integers({OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
                  OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2});
    } else if (type == "ssh-dss") {
        integers({OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G, OSSL_PKEY_PARAM_PUB_KEY,
                  OSSL_PKEY_PARAM_PRIV_KEY});
    } else if (type == "ssh-ed25519") {
        const base::Bytes open = rawPublicKey(key.publicKey());
        base::Secret both(64);
        std::size_t size = 32;
        base::check(EVP_PKEY_get_raw_private_key(native, both.data(), &size), "write the key for SSH");
        std::copy(open.begin(), open.end(), both.data() + 32);
        out.string(open);
        out.string(both.view());
    } else {
        out.text(curveOfKey(key.facts())->sshName);
        out.string(pointOf(key.publicKey()));
        integers({OSSL_PKEY_PARAM_PRIV_KEY});
    }
}

} // namespace certwright::formats::ssh
