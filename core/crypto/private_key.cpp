#include "core/crypto/private_key.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

/// True when a provider has a key manager for this algorithm's OID.
bool isKeyTypeOffered(const ASN1_OBJECT* algorithm) {
    std::array<char, 128> name{};
    if (OBJ_obj2txt(name.data(), name.size(), algorithm, 1) <= 0)
        return false;
    return Handle<EVP_KEYMGMT>(EVP_KEYMGMT_fetch(nullptr, name.data(), nullptr)) != nullptr;
}

/// The digest that a key demands (RFC 4055 3.1); empty when it leaves the choice.
std::string demandedDigest(EVP_PKEY* key) {
    std::array<char, 64> name{};
    const bool isDemanded = EVP_PKEY_get_default_digest_name(key, name.data(), name.size()) == 2;
    base::clearQueue();
    return isDemanded ? std::string(name.data()) : std::string();
}

/// PSS with a salt as long as the digest (RFC 4055 3.1 recommends it, many verifiers accept nothing else; OpenSSL's
/// own choice is the longest). A key that makes demands has a salt length of its own.
void choosePss(EVP_PKEY_CTX* context, bool keyMakesDemands) {
    base::check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), "choose RSA-PSS");
    if (!keyMakesDemands)
        base::check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), "choose RSA-PSS");
}

/// OpenSSL reads a private half on a curve that is no number below the group's order (SEC 1 3.2.1), and fails to write
/// it. @throws Error BadInput
void checkPrivateHalf(EVP_PKEY* key) {
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC)
        return;
    const Handle<EVP_PKEY_CTX> context(
        base::check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "check the private key"));
    if (EVP_PKEY_private_check(context.get()) != 1)
        base::throwFromQueue("use the private key: it is damaged", ErrorKind::BadInput);
    base::clearQueue();
}

} // namespace

PrivateKey::PrivateKey(std::shared_ptr<EVP_PKEY> key, PublicKey publicKey)
    : m_key(std::move(key))
    , m_public(std::move(publicKey)) {}

PrivateKey PrivateKey::adopt(Handle<EVP_PKEY> key) {
    checkPrivateHalf(key.get());
    PublicKey publicKey = PublicKey::share(key.get());
    return {std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free), std::move(publicKey)};
}

PrivateKey PrivateKey::fromPkcs8Der(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    const Handle<PKCS8_PRIV_KEY_INFO> info(
        base::check(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, base::longSize(der.size())), "read the private key",
                    ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the private key");
    Handle<EVP_PKEY> key(EVP_PKCS82PKEY(info.get()));
    if (!key) {
        // OpenSSL's decoders say "unsupported" for a damaged key too: that it is only where no key type answers to the
        // algorithm.
        const ASN1_OBJECT* algorithm = nullptr;
        PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info.get());
        const bool isOffered = isKeyTypeOffered(algorithm);
        auto stack = base::drainQueue();
        const bool isOurs = base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Internal;
        throw Error(isOurs      ? ErrorKind::Internal
                    : isOffered ? ErrorKind::BadInput
                                : ErrorKind::Unsupported,
                    isOffered ? "The private key is damaged"
                              : "Private keys of this type cannot be used with the OpenSSL of this computer",
                    {}, std::move(stack));
    }
    return adopt(std::move(key));
}

base::Secret PrivateKey::toPkcs8Der() const {
    const Handle<PKCS8_PRIV_KEY_INFO> info(
        base::check(EVP_PKEY2PKCS8(m_key.get()), "encode the private key", ErrorKind::Unsupported));
    const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
    base::check(length, "encode the private key");
    base::Secret der(static_cast<std::size_t>(length));
    unsigned char* position = der.data();
    base::check(i2d_PKCS8_PRIV_KEY_INFO(info.get(), &position), "encode the private key");
    return der;
}

bool PrivateKey::canSign() const {
    const bool can = EVP_PKEY_can_sign(m_key.get()) == 1;
    base::clearQueue();
    return can;
}

std::string PrivateKey::naturalDigest() const {
    return publicKey().naturalDigest();
}

Handle<EVP_MD_CTX> PrivateKey::signingContext(std::string_view digest, RsaPadding padding) const {
    if (!canSign())
        throw Error(ErrorKind::NotAllowed, "A key of the type " + displayText(facts()) + " cannot sign",
                    "It can be in a certificate, but only another key can sign that.");
    if (facts().curve == "SM2")
        throw Error(ErrorKind::Unsupported, "Signatures with SM2 keys are not offered",
                    "They depend on an identifier of the signer besides the key (GM/T 0009); take another curve.");
    const std::string natural = naturalDigest();
    if (natural.empty() && !digest.empty())
        throw Error(ErrorKind::BadInput, "Keys of the type " + facts().type + " sign without a digest of choice",
                    "Leave the digest out.");
    if (padding == RsaPadding::Pss && facts().type != "RSA" && facts().type != "RSA-PSS")
        throw Error(ErrorKind::BadInput, "A key of the type " + displayText(facts()) + " cannot sign with RSA-PSS");
    const std::string name = digest.empty() ? natural : std::string(digest);
    Handle<EVP_MD_CTX> context(base::check(EVP_MD_CTX_new(), "prepare the signature"));
    base::clearQueue();
    EVP_PKEY_CTX* details = nullptr; // belongs to the context
    if (EVP_DigestSignInit_ex(context.get(), &details, name.empty() ? nullptr : name.c_str(), nullptr, nullptr,
                              m_key.get(), nullptr) > 0) {
        if (padding == RsaPadding::Pss || facts().type == "RSA-PSS")
            choosePss(details, !demandedDigest(m_key.get()).empty());
        return context;
    }
    auto stack = base::drainQueue();
    // Whatever OpenSSL calls it, "unsupported" as a rule: the digest is what can be chosen differently.
    const bool isOurs = base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Internal;
    throw Error(isOurs ? ErrorKind::Internal : ErrorKind::BadInput,
                "A key of the type " + displayText(facts()) + " cannot sign with the digest “" + name + "”",
                "Leave the digest out, or take SHA256, SHA384 or SHA512.", std::move(stack));
}

base::Bytes PrivateKey::sign(base::BytesView data, std::string_view digest) const {
    const Handle<EVP_MD_CTX> context = signingContext(digest);
    std::size_t length = 0;
    base::check(EVP_DigestSign(context.get(), nullptr, &length, data.data(), data.size()), "make a signature");
    base::Bytes signature(length);
    // A digest can turn out too long for a small RSA key only here.
    base::check(EVP_DigestSign(context.get(), signature.data(), &length, data.data(), data.size()), "make a signature",
                ErrorKind::BadInput);
    signature.resize(length);
    return signature;
}

} // namespace certwright::crypto
