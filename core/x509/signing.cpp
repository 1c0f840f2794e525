#include "core/x509/signing.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <string>
#include <utility>

namespace certwright::x509 {

base::Handle<EVP_MD_CTX> signingContext(const crypto::PrivateKey& key, std::string_view digest,
                                        crypto::RsaPadding padding) {
    return key.signingContext(digest, padding);
}

void checkSigned(int result, std::string_view what, std::string_view digest) {
    if (result <= 0)
        base::throwFromQueue("sign " + std::string(what) + (digest.empty() ? "" : " with " + std::string(digest)),
                             base::ErrorKind::BadInput);
}

void checkVerified(int result, std::string_view what, std::string_view digest) {
    if (result == 1)
        return;
    auto stack = base::drainQueue();
    const bool isOurs = base::kindOf(stack, base::ErrorKind::BadInput) == base::ErrorKind::Internal;
    throw base::Error(isOurs ? base::ErrorKind::Internal : base::ErrorKind::BadInput,
                      "The signature of " + std::string(what) +
                          (digest.empty() ? std::string() : " with " + std::string(digest)) +
                          " could not be verified after it was made",
                      "Leave the digest out, or take SHA256, SHA384 or SHA512.", std::move(stack));
}

} // namespace certwright::x509
