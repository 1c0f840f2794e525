#include "core/formats/jwk.h"

#include "core/base/der_reader.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/json_scanner.h"
#include "core/formats/key_builder.h"
#include "core/formats/ssh_fields.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;

namespace {

using Members = std::vector<JsonScanner::Member>;

/// Curves of EC and OKP keys with their names here and there (RFC 7518 6.2.1.1, RFC 8812 3.1, RFC 8037 2).
struct Curve {
    std::string_view jwk;
    std::string_view type;      ///< as KeyFacts has it
    std::string_view shortName; ///< OpenSSL's; EC only
    std::string_view oid;
    std::size_t size; ///< octets of a coordinate or of the key
};
constexpr std::array Curves = {Curve{"P-256", "EC", "prime256v1", "1.2.840.10045.3.1.7", 32},
                               Curve{"P-384", "EC", "secp384r1", "1.3.132.0.34", 48},
                               Curve{"P-521", "EC", "secp521r1", "1.3.132.0.35", 66},
                               Curve{"secp256k1", "EC", "secp256k1", "1.3.132.0.10", 32},
                               Curve{"Ed25519", "Ed25519", "", "1.3.101.112", 32},
                               Curve{"Ed448", "Ed448", "", "1.3.101.113", 57},
                               Curve{"X25519", "X25519", "", "1.3.101.110", 32},
                               Curve{"X448", "X448", "", "1.3.101.111", 56}};

/// Names of the private members of an RSA key, and OpenSSL's (RFC 7518 6.3.2).
constexpr std::array<std::pair<std::string_view, const char*>, 6> RsaMembers = {
    {{"d", OSSL_PKEY_PARAM_RSA_D},
     {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
     {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
     {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
     {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
     {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The JSON Web Key is damaged", "Get the key again from where it came from.");
}

std::optional<std::string_view> textOf(const Members& members, std::string_view name) {
    const auto found =
        std::find_if(members.begin(), members.end(), [name](const auto& member) { return member.first == name; });
    return found == members.end() ? std::nullopt : JsonScanner::string(found->second);
}

/// Base64url without padding (RFC 4648 5). @throws Error BadInput
Secret octetsOf(const Members& members, std::string_view name) {
    const auto text = textOf(members, name);
    if (!text || text->size() % 4 == 1)
        throwDamaged();
    Secret octets(text->size() / 4 * 3 + 3);
    std::size_t size = 0;
    std::uint32_t bits = 0;
    unsigned count = 0;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const char c : *text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos)
            throwDamaged();
        bits = ((bits << 6U) | static_cast<std::uint32_t>(value)) & 0xFFFFU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            octets.data()[size++] = static_cast<std::uint8_t>(bits >> count);
        }
    }
    if ((bits & ((1U << count) - 1U)) != 0)
        throwDamaged(); // bits that belong to no octet
    octets.truncate(size);
    return octets;
}

/// A secret text in the making.
class TextWriter {
public:
    void add(std::string_view text) { m_fields.octets(base::bytesOf(text)); }
    void member(std::string_view name, std::string_view value) {
        add(m_fields.size() == 0 ? "{\"" : ",\"");
        add(name);
        add("\":\"");
        for (const char c : value) {
            const bool isControl = static_cast<unsigned char>(c) < 0x20;
            if (c == '"' || c == '\\')
                add("\\");
            add(isControl ? std::string_view(" ") : std::string_view(&c, 1));
        }
        add("\"");
    }
    void octets(std::string_view name, BytesView value) {
        Secret text((value.size() + 2) / 3 * 4 + 1);
        auto size = static_cast<std::size_t>(EVP_EncodeBlock(text.data(), value.data(), base::intSize(value.size())));
        while (size > 0 && text.data()[size - 1] == '=')
            --size;
        text.truncate(size);
        std::replace(text.data(), text.data() + size, std::uint8_t{'+'}, std::uint8_t{'-'});
        std::replace(text.data(), text.data() + size, std::uint8_t{'/'}, std::uint8_t{'_'});
        member(name, text.text());
    }
    Secret finish() {
        add("}\n");
        return m_fields.take();
    }

private:
    ssh::FieldWriter m_fields;
};

const Curve* curveOf(const crypto::KeyFacts& facts) {
    const auto* found = std::find_if(Curves.begin(), Curves.end(), [&facts](const Curve& c) {
        return c.type == facts.type && (c.shortName.empty() || c.shortName == facts.curve);
    });
    return found == Curves.end() ? nullptr : found;
}

crypto::PublicKey publicKeyOf(const Curve& curve, BytesView key) {
    const Bytes algorithm = curve.type == "EC"
                                ? base::derSequence({base::derOid("1.2.840.10045.2.1"), base::derOid(curve.oid)})
                                : base::derSequence({base::derOid(curve.oid)});
    const auto made = crypto::PublicKey::fromSpkiDer(base::derSequence({algorithm, base::derBitString(key)}));
    if (!made.isUsable())
        throwDamaged();
    return made;
}

crypto::PrivateKey privateKeyOf(const Curve& curve, const Secret& secret, BytesView publicKey) {
    if (secret.size() != curve.size)
        throwDamaged();
    if (curve.type != "EC") {
        Handle<EVP_PKEY> key(EVP_PKEY_new_raw_private_key_ex(nullptr, std::string(curve.type).c_str(), nullptr,
                                                             secret.data(), secret.size()));
        return crypto::PrivateKey::adopt(
            Handle<EVP_PKEY>(base::check(key.release(), "read a JSON Web Key", ErrorKind::Unsupported)));
    }
    const SecretNumber number = numberFrom(secret.view());
    KeyBuilder builder;
    builder.addText(OSSL_PKEY_PARAM_GROUP_NAME, curve.shortName.data());
    builder.addOctets(OSSL_PKEY_PARAM_PUB_KEY, publicKey);
    builder.add(OSSL_PKEY_PARAM_PRIV_KEY, number);
    return builder.build("EC");
}

/// True when the private half belongs to the public one.
bool isPair(const crypto::PrivateKey& key, const crypto::PublicKey& publicKey) {
    if (!(key.publicKey() == publicKey))
        return false;
    const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr));
    const bool isRight = context && EVP_PKEY_pairwise_check(context.get()) == 1;
    base::clearQueue();
    return isRight;
}

using ItemValue = Item::Value;

ItemValue privateItem(crypto::PrivateKey key) {
    PrivateKeyItem item;
    item.format = "JWK";
    item.facts = key.facts();
    item.key = std::move(key);
    return item;
}

ItemValue readCurveKey(const Members& members, std::string_view keyType) {
    const std::string_view name = textOf(members, "crv").value_or("");
    const auto* curve = std::find_if(Curves.begin(), Curves.end(), [name](const Curve& c) { return c.jwk == name; });
    if (curve == Curves.end() || (curve->type == "EC") != (keyType == "EC"))
        throw Error(ErrorKind::Unsupported, "JSON Web Keys on the curve “" + std::string(name) + "” are not read here");
    Bytes point;
    if (curve->type == "EC")
        point.push_back(4);
    for (const std::string_view coordinate : {"x", "y"}) {
        if (coordinate == "y" && curve->type != "EC")
            break;
        const Secret octets = octetsOf(members, coordinate);
        if (octets.size() != curve->size)
            throwDamaged();
        point.insert(point.end(), octets.data(), octets.data() + octets.size());
    }
    crypto::PublicKey publicKey = publicKeyOf(*curve, point);
    if (!textOf(members, "d"))
        return publicKey;
    crypto::PrivateKey key = privateKeyOf(*curve, octetsOf(members, "d"), point);
    if (!isPair(key, publicKey))
        throwDamaged();
    return privateItem(std::move(key));
}

ItemValue readRsa(const Members& members) {
    const Secret n = octetsOf(members, "n");
    const Secret e = octetsOf(members, "e");
    if (!textOf(members, "d")) {
        const Bytes algorithm =
            base::derSequence({base::derOid("1.2.840.113549.1.1.1"), base::derElement(base::der::Null, {})});
        const Bytes key = base::derSequence({base::derUnsigned(n.view()), base::derUnsigned(e.view())});
        const auto made = crypto::PublicKey::fromSpkiDer(base::derSequence({algorithm, base::derBitString(key)}));
        if (!made.isUsable())
            throwDamaged();
        return made;
    }
    if (!textOf(members, "p") || textOf(members, "oth"))
        throw Error(ErrorKind::Unsupported, "JSON Web Keys of the type RSA are read with two primes, not without",
                    "Export the key with the members p, q, dp, dq and qi.");
    KeyBuilder builder;
    std::vector<SecretNumber> numbers; // the builder keeps pointers until it builds
    const auto add = [&builder, &numbers](const char* name, const Secret& octets) {
        numbers.push_back(numberFrom(octets.view()));
        builder.add(name, numbers.back());
    };
    add(OSSL_PKEY_PARAM_RSA_N, n);
    add(OSSL_PKEY_PARAM_RSA_E, e);
    for (const auto& [name, parameter] : RsaMembers)
        add(parameter, octetsOf(members, name));
    return privateItem(builder.build("RSA"));
}

Item readOne(const Members& members) {
    const std::string_view type = textOf(members, "kty").value_or("");
    std::string label(textOf(members, "kid").value_or(""));
    if (type == "RSA")
        return Item{readRsa(members), std::move(label), {}};
    if (type == "EC" || type == "OKP")
        return Item{readCurveKey(members, type), std::move(label), {}};
    throw Error(ErrorKind::Unsupported, "JSON Web Keys of the type “" + std::string(type) + "” are not read here",
                "A symmetric key has no place in X.509.");
}

void addPublicMembers(TextWriter& out, const crypto::PublicKey& key, std::string_view keyId) {
    const Curve* curve = curveOf(key.facts());
    if (curve == nullptr && key.facts().type != "RSA")
        throw Error(ErrorKind::Unsupported, "JSON Web Keys know no keys of the type " + displayText(key.facts()),
                    "They take RSA, P-256, P-384, P-521, secp256k1, Ed25519, Ed448, X25519 and X448.");
    out.member("kty", curve == nullptr ? "RSA" : curve->type == "EC" ? "EC" : "OKP");
    if (!keyId.empty())
        out.member("kid", keyId);
    EVP_PKEY* native = key.native();
    if (curve == nullptr) {
        out.octets("n", numberOf(native, OSSL_PKEY_PARAM_RSA_N).view());
        out.octets("e", numberOf(native, OSSL_PKEY_PARAM_RSA_E).view());
        return;
    }
    out.member("crv", curve->jwk);
    if (curve->type == "EC") {
        out.octets("x", numberOf(native, OSSL_PKEY_PARAM_EC_PUB_X, curve->size).view());
        out.octets("y", numberOf(native, OSSL_PKEY_PARAM_EC_PUB_Y, curve->size).view());
        return;
    }
    Bytes raw(curve->size);
    std::size_t size = raw.size();
    base::check(EVP_PKEY_get_raw_public_key(native, raw.data(), &size), "write a JSON Web Key");
    out.octets("x", raw);
}

} // namespace

std::vector<Item> readJwk(std::string_view text) {
    std::vector<Item> items;
    const auto members = JsonScanner::object(text);
    if (!members)
        return items;
    const auto has = [&members](std::string_view name) {
        return std::find_if(members->begin(), members->end(), [name](const auto& m) { return m.first == name; });
    };
    if (textOf(*members, "kty")) {
        items.push_back(readOne(*members));
    } else if (const auto set = has("keys"); set != members->end()) {
        for (const std::string_view element :
             JsonScanner::array(set->second).value_or(std::vector<std::string_view>())) {
            const auto key = JsonScanner::object(element);
            if (!key)
                throwDamaged();
            items.push_back(readOne(*key));
        }
    }
    return items;
}

std::string toJwk(const crypto::PublicKey& key, std::string_view keyId) {
    TextWriter out;
    addPublicMembers(out, key, keyId);
    return std::string(out.finish().text());
}

Secret toJwk(const crypto::PrivateKey& key, std::string_view keyId) {
    TextWriter out;
    addPublicMembers(out, key.publicKey(), keyId);
    const Curve* curve = curveOf(key.facts());
    if (curve == nullptr) {
        for (const auto& [name, parameter] : RsaMembers)
            out.octets(name, numberOf(key.native(), parameter).view());
    } else if (curve->type == "EC") {
        out.octets("d", numberOf(key.native(), OSSL_PKEY_PARAM_PRIV_KEY, curve->size).view());
    } else {
        Secret raw(curve->size);
        std::size_t size = raw.size();
        base::check(EVP_PKEY_get_raw_private_key(key.native(), raw.data(), &size), "write a JSON Web Key");
        out.octets("d", raw.view());
    }
    return out.finish();
}

} // namespace certwright::formats
