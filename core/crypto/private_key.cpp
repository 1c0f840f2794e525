#include "core/crypto/private_key.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <openssl/x509.h>

#include <utility>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;
using base::Handle;

PrivateKey::PrivateKey(std::shared_ptr<EVP_PKEY> key, PublicKey publicKey)
    : m_key(std::move(key))
    , m_public(std::move(publicKey)) {}

PrivateKey PrivateKey::adopt(Handle<EVP_PKEY> key) {
    PublicKey publicKey = PublicKey::share(key.get());
    return {std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free), std::move(publicKey)};
}

PrivateKey PrivateKey::fromPkcs8Der(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    const Handle<PKCS8_PRIV_KEY_INFO> info(
        base::check(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())), "read the private key",
                    ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the private key");
    Handle<EVP_PKEY> key(base::check(EVP_PKCS82PKEY(info.get()), "read the private key", ErrorKind::Unsupported));
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
    return EVP_PKEY_can_sign(m_key.get()) == 1;
}

base::Bytes PrivateKey::sign(base::BytesView data, std::string_view digest) const {
    if (!canSign())
        throw Error(ErrorKind::NotAllowed, "A key of the type " + displayText(facts()) + " cannot sign");
    const std::string name = digest.empty() ? naturalDigest(facts()) : std::string(digest);
    const Handle<EVP_MD_CTX> context(base::check(EVP_MD_CTX_new(), "make a signature"));
    base::check(EVP_DigestSignInit_ex(context.get(), nullptr, name.empty() ? nullptr : name.c_str(), nullptr, nullptr,
                                      m_key.get(), nullptr),
                "make a signature", ErrorKind::BadInput);
    std::size_t length = 0;
    base::check(EVP_DigestSign(context.get(), nullptr, &length, data.data(), data.size()), "make a signature");
    base::Bytes signature(length);
    base::check(EVP_DigestSign(context.get(), signature.data(), &length, data.data(), data.size()), "make a signature");
    signature.resize(length);
    return signature;
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

} // namespace certwright::crypto
