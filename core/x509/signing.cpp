#include "core/x509/signing.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <string>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;

base::Handle<EVP_MD_CTX> signingContext(const crypto::PrivateKey& key, std::string_view digest) {
    if (!key.canSign())
        throw Error(ErrorKind::NotAllowed, "A key of the type " + crypto::displayText(key.facts()) + " cannot sign",
                    "It can be in a certificate, but only another key can sign that.");
    const std::string natural = crypto::naturalDigest(key.facts());
    const std::string name = digest.empty() ? natural : std::string(digest);
    if (natural.empty() && !digest.empty())
        throw Error(ErrorKind::BadInput, "Keys of the type " + key.facts().type + " sign without a digest of choice",
                    "Leave the digest out.");
    base::Handle<EVP_MD_CTX> context(base::check(EVP_MD_CTX_new(), "prepare the signature"));
    base::clearQueue();
    base::check(EVP_DigestSignInit_ex(context.get(), nullptr, name.empty() ? nullptr : name.c_str(), nullptr, nullptr,
                                      key.native(), nullptr),
                "prepare the signature with " + (name.empty() ? std::string("the key's own digest") : name),
                ErrorKind::BadInput);
    return context;
}

} // namespace certwright::x509
