#include "core/crypto/key_generator.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <exception>
#include <memory>
#include <new>
#include <set>
#include <utility>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr int MinimumBits = 1024;
constexpr int MaximumBits = 16384;

std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

struct TypeName {
    std::string_view text; ///< as the command line writes it
    std::string_view type; ///< as KeyFacts writes it
    int defaultBits;       ///< 0: the type has no size to choose
};

// Spelling and sizes only; whether a type can be made is asked of the providers.
constexpr TypeName TypeNames[] = {
    {"rsa", "RSA", 3072},      {"rsa-pss", "RSA-PSS", 3072}, {"ec", "EC", 0},
    {"ed25519", "Ed25519", 0}, {"ed448", "Ed448", 0},        {"x25519", "X25519", 0},
    {"x448", "X448", 0},       {"dsa", "DSA", 2048},         {"dh", "DH", 2048},
};

/// Key managers of the linked OpenSSL that people make keys with, by any of their names. "DHX" and the MAC keys are
/// other things.
std::set<std::string> providerKeyTypes() {
    std::set<std::string> names;
    const auto collect = [](EVP_KEYMGMT* manager, void* argument) {
        const auto addName = [](const char* name, void* set) {
            try {
                static_cast<std::set<std::string>*>(set)->insert(lowered(name));
            } catch (const std::bad_alloc&) {
                // Nothing may be thrown through OpenSSL: the type is missing in the list then.
            }
        };
        EVP_KEYMGMT_names_do_all(manager, addName, argument);
    };
    EVP_KEYMGMT_do_all_provided(nullptr, collect, &names);
    return names;
}

bool isOffered(std::string_view type) {
    static const std::set<std::string> names = providerKeyTypes();
    return names.contains(lowered(type));
}

/// "P-256", "secp256r1" or OpenSSL's own "prime256v1" to OpenSSL's short name; empty when there is none.
std::string curveShortName(std::string_view text) {
    const std::string name(text);
    int nid = EC_curve_nist2nid(name.c_str());
    const std::string lower = lowered(text);
    if (nid == NID_undef && lower.starts_with("p-"))
        nid = EC_curve_nist2nid(("P" + lower.substr(1)).c_str());
    if (nid == NID_undef && lower == "secp256r1")
        nid = NID_X9_62_prime256v1;
    if (nid == NID_undef && lower == "secp192r1")
        nid = NID_X9_62_prime192v1;
    if (nid == NID_undef)
        nid = OBJ_txt2nid(name.c_str());
    base::clearQueue();
    if (nid != NID_undef)
        return OBJ_nid2sn(nid);
    const auto curves = availableCurves();
    const auto found = std::find_if(curves.begin(), curves.end(),
                                    [&lower](const std::string& curve) { return lowered(curve) == lower; });
    return found == curves.end() ? std::string() : *found;
}

int parseBits(std::string_view text, std::string_view whole) {
    int bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size() || bits < MinimumBits || bits > MaximumBits)
        throw Error(ErrorKind::BadInput,
                    "“" + std::string(text) + "” is not a key size in “" + std::string(whole) + "”",
                    "Sizes go from 1024 to 16384 bits; 3072 is a good choice.");
    return bits;
}

KeySpec parseCurve(std::string_view curve) {
    KeySpec spec;
    spec.type = "EC";
    spec.curve = curveShortName(curve.empty() ? std::string_view("P-256") : curve);
    const auto curves = availableCurves();
    if (spec.curve.empty() || std::find(curves.begin(), curves.end(), spec.curve) == curves.end())
        throw Error(ErrorKind::BadInput, "There is no elliptic curve called “" + std::string(curve) + "” here",
                    "Take P-256, P-384 or P-521, or a name that `certwright-cli key list-types` shows.");
    return spec;
}

/// Carries an exception out of OpenSSL's progress callback, which is C.
struct GenerationState {
    const base::JobControl& control;
    std::uint64_t rounds = 0;
    std::exception_ptr failure;
};

int onGenerationProgress(EVP_PKEY_CTX* context) {
    auto* state = static_cast<GenerationState*>(EVP_PKEY_CTX_get_app_data(context));
    if (state->failure)
        return 0;
    try {
        if (state->control.isStopped())
            return 0;
        state->control.report(++state->rounds, 0);
    } catch (...) {
        state->failure = std::current_exception();
        return 0;
    }
    return 1;
}

/// After the generation, whatever came of it: OpenSSL 3.5 ignores a callback that says no in the search for auxiliary
/// primes of RSA, and may go on to the end.
void throwIfInterrupted(const GenerationState& state) {
    if (!state.failure && !state.control.isStopped())
        return;
    base::clearQueue();
    if (state.failure)
        std::rethrow_exception(state.failure);
    state.control.throwIfStopped();
}

/// The group of RFC 7919 for a DH key of this size; empty where there is none. To search for a safe prime of one's own
/// takes minutes and gains nothing.
std::string namedGroup(const KeySpec& spec) {
    static constexpr int sizes[] = {2048, 3072, 4096, 6144, 8192};
    const bool isNamed =
        spec.type == "DH" && std::find(std::begin(sizes), std::end(sizes), spec.bits) != std::end(sizes);
    return isNamed ? "ffdhe" + std::to_string(spec.bits) : std::string();
}

/// Parameters for DSA and for DH of unusual sizes, made first; the others need none.
Handle<EVP_PKEY> generateParameters(const KeySpec& spec, GenerationState& state) {
    const Handle<EVP_PKEY_CTX> context(base::check(EVP_PKEY_CTX_new_from_name(nullptr, spec.type.c_str(), nullptr),
                                                   "prepare the key", ErrorKind::Unsupported));
    base::check(EVP_PKEY_paramgen_init(context.get()), "prepare the key");
    EVP_PKEY_CTX_set_app_data(context.get(), &state);
    EVP_PKEY_CTX_set_cb(context.get(), onGenerationProgress);
    auto bits = static_cast<std::size_t>(spec.bits);
    std::array<OSSL_PARAM, 2> params = {OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &bits),
                                        OSSL_PARAM_construct_end()};
    base::check(EVP_PKEY_CTX_set_params(context.get(), params.data()), "set the size of the key", ErrorKind::BadInput);
    EVP_PKEY* parameters = nullptr;
    const int made = EVP_PKEY_paramgen(context.get(), &parameters);
    Handle<EVP_PKEY> owner(parameters);
    throwIfInterrupted(state);
    base::check(made, "make the key's parameters");
    return owner;
}

Handle<EVP_PKEY_CTX> generationContext(const KeySpec& spec, GenerationState& state, Handle<EVP_PKEY>& parameters) {
    if (spec.type == "DSA" || (spec.type == "DH" && namedGroup(spec).empty())) {
        parameters = generateParameters(spec, state);
        return Handle<EVP_PKEY_CTX>(base::check(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr),
                                                "prepare the key", ErrorKind::Unsupported));
    }
    return Handle<EVP_PKEY_CTX>(base::check(EVP_PKEY_CTX_new_from_name(nullptr, spec.type.c_str(), nullptr),
                                            "prepare a key of the type " + spec.type, ErrorKind::Unsupported));
}

base::Bytes bigEndian(std::uint64_t number) {
    base::Bytes octets;
    for (int shift = 56; shift >= 0; shift -= 8)
        octets.push_back(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
    return octets;
}

void setExponent(EVP_PKEY_CTX* context, const KeySpec& spec) {
    if (spec.publicExponent == 0)
        return;
    if (spec.publicExponent % 2 == 0 || spec.publicExponent == 1)
        throw Error(ErrorKind::BadInput,
                    std::to_string(spec.publicExponent) + " cannot be the public exponent of an RSA key",
                    "It must be odd and above 1; 65537 is the usual one.");
    const base::Bytes octets = bigEndian(spec.publicExponent);
    const Handle<BIGNUM> number(base::check(BN_bin2bn(octets.data(), base::intSize(octets.size()), nullptr),
                                            "set the public exponent of the key"));
    base::check(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number.get()), "set the public exponent of the key",
                ErrorKind::BadInput);
}

void setPssParameters(EVP_PKEY_CTX* context, const PssParameters& pss) {
    const auto refuse = [](const std::string& what) {
        throw Error(ErrorKind::BadInput, "An RSA-PSS key cannot be restricted to " + what,
                    "Take SHA256, SHA384 or SHA512, and a salt as long as the digest.", base::drainQueue());
    };
    base::clearQueue();
    if (EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(context, pss.digest.c_str(), nullptr) <= 0)
        refuse("the digest “" + pss.digest + "”");
    if (EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(context, pss.maskDigest.c_str()) <= 0)
        refuse("the digest “" + pss.maskDigest + "” for MGF1");
    if (pss.saltLength < 0 || EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context, pss.saltLength) <= 0)
        refuse("a salt of " + std::to_string(pss.saltLength) + " octets");
}

void setRsa(EVP_PKEY_CTX* context, const KeySpec& spec) {
    base::check(EVP_PKEY_CTX_set_rsa_keygen_bits(context, spec.bits), "set the size of the key");
    setExponent(context, spec);
    if (spec.pss && spec.type == "RSA-PSS")
        setPssParameters(context, *spec.pss);
}

} // namespace

std::string KeySpec::toText() const {
    const std::string name = lowered(type);
    if (type == "EC")
        return name + ':' + curve;
    return bits > 0 ? name + ':' + std::to_string(bits) : name;
}

KeySpec KeySpec::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string name = lowered(text.substr(0, colon));
    const std::string_view detail = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (name == "ec")
        return parseCurve(detail);
    KeySpec spec;
    const auto* known = std::find_if(std::begin(TypeNames), std::end(TypeNames),
                                     [&name](const TypeName& row) { return row.text == name; });
    if (known != std::end(TypeNames)) {
        spec.type = known->type;
        if (known->defaultBits > 0)
            spec.bits = detail.empty() ? known->defaultBits : parseBits(detail, text);
    } else {
        const auto types = availableKeyTypes();
        if (std::find(types.begin(), types.end(), name) == types.end()) {
            const bool isPostQuantum = name.starts_with("ml-") || name.starts_with("slh-");
            throw Error(isPostQuantum ? ErrorKind::Unsupported : ErrorKind::BadInput,
                        "Keys of the type “" + std::string(text) + "” cannot be made here",
                        isPostQuantum ? "Post-quantum keys need OpenSSL 3.5 or newer; this is " +
                                            std::string(OpenSSL_version(OPENSSL_VERSION)) + "."
                                      : "Take rsa:3072, ec:P-256 or ed25519, or see `certwright-cli key list-types`.");
        }
        spec.type = name;
        std::transform(spec.type.begin(), spec.type.end(), spec.type.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        // FIPS 205 writes the size class of SLH-DSA small: 128s, 128f.
        if (name.starts_with("slh-"))
            spec.type.back() = static_cast<char>(std::tolower(static_cast<unsigned char>(spec.type.back())));
    }
    if (spec.bits == 0 && !detail.empty())
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "”: keys of this type have no size to choose",
                    "Write “" + name + "” alone.");
    if (!isOffered(spec.type))
        throw Error(ErrorKind::Unsupported, "The OpenSSL of this computer cannot make keys of the type " + spec.type);
    return spec;
}

PrivateKey generateKey(const KeySpec& spec, const base::JobControl& control) {
    control.throwIfStopped();
    base::clearQueue();
    const auto* known = std::find_if(std::begin(TypeNames), std::end(TypeNames),
                                     [&spec](const TypeName& row) { return row.type == spec.type; });
    const bool hasSize = known != std::end(TypeNames) && known->defaultBits > 0;
    if (hasSize && (spec.bits < MinimumBits || spec.bits > MaximumBits))
        throw Error(ErrorKind::BadInput, "A key of the type " + spec.type + " has " + std::to_string(MinimumBits) +
                                             " to " + std::to_string(MaximumBits) + " bits, not " +
                                             std::to_string(spec.bits));
    GenerationState state{control, 0, nullptr};
    Handle<EVP_PKEY> parameters;
    const Handle<EVP_PKEY_CTX> context = generationContext(spec, state, parameters);
    base::check(EVP_PKEY_keygen_init(context.get()), "prepare the key", ErrorKind::Unsupported);
    EVP_PKEY_CTX_set_app_data(context.get(), &state);
    EVP_PKEY_CTX_set_cb(context.get(), onGenerationProgress);
    if (spec.type == "RSA" || spec.type == "RSA-PSS") {
        setRsa(context.get(), spec);
    } else if (spec.type == "EC") {
        base::check(EVP_PKEY_CTX_set_group_name(context.get(), spec.curve.c_str()), "set the curve of the key",
                    ErrorKind::BadInput);
    } else if (const std::string group = namedGroup(spec); !group.empty()) {
        base::check(EVP_PKEY_CTX_set_group_name(context.get(), group.c_str()), "set the group of the key");
    }
    EVP_PKEY* key = nullptr;
    const int made = EVP_PKEY_generate(context.get(), &key);
    Handle<EVP_PKEY> owner(key);
    throwIfInterrupted(state);
    if (made <= 0) {
        // An unknown curve is found out only here.
        base::throwFromQueue("make the key", spec.type == "EC" ? ErrorKind::BadInput : ErrorKind::Internal);
    }
    return PrivateKey::adopt(std::move(owner));
}

std::vector<std::string> availableKeyTypes() {
    std::vector<std::string> types;
    for (const TypeName& row : TypeNames) {
        if (isOffered(row.type))
            types.emplace_back(row.text);
    }
    // Post-quantum types come and go with the library: whatever its providers name.
    for (const std::string& name : providerKeyTypes()) {
        const bool isFips204 = name.starts_with("ml-dsa-") || name.starts_with("ml-kem-");
        const bool isFips205 = name.starts_with("slh-dsa-sha");
        if (isFips204 || isFips205)
            types.push_back(name);
    }
    return types;
}

std::vector<std::string> availableCurves() {
    std::vector<EC_builtin_curve> curves(EC_get_builtin_curves(nullptr, 0));
    EC_get_builtin_curves(curves.data(), curves.size());
    std::vector<std::string> names;
    names.reserve(curves.size());
    for (const EC_builtin_curve& curve : curves) {
        // A curve without an OID (the Oakley groups) cannot be named in a key.
        if (OBJ_length(OBJ_nid2obj(curve.nid)) > 0)
            names.emplace_back(OBJ_nid2sn(curve.nid));
    }
    return names;
}

int curveBits(const std::string& curve) {
    const int nid = OBJ_sn2nid(curve.c_str());
    const std::unique_ptr<EC_GROUP, void (*)(EC_GROUP*)> group(
        nid == NID_undef ? nullptr : EC_GROUP_new_by_curve_name(nid), EC_GROUP_free);
    base::clearQueue(); // a name that is none leaves a reason there
    return group ? EC_GROUP_order_bits(group.get()) : 0;
}

} // namespace certwright::crypto
