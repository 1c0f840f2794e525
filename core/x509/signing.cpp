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

namespace {

/// The digest is what can be chosen differently, whatever OpenSSL says.
[[noreturn]] void refuse(const std::string& message, std::string_view digest) {
    auto stack = base::drainQueue();
    const bool isOurs = base::kindOf(stack, base::ErrorKind::BadInput) == base::ErrorKind::Internal;
    throw base::Error(isOurs ? base::ErrorKind::Internal : base::ErrorKind::Unsupported, message,
                      digest.empty()
                          ? "Take another key."
                          : "This OpenSSL has no signature algorithm for this key with this digest. Leave the "
                            "digest out, or take SHA256, SHA384 or SHA512.",
                      std::move(stack));
}

std::string with(std::string_view digest) {
    return digest.empty() ? std::string() : " with " + std::string(digest);
}

} // namespace

void checkSigned(int result, std::string_view what, std::string_view digest) {
    if (result <= 0)
        refuse("Could not sign " + std::string(what) + with(digest), digest);
}

void checkVerified(int result, std::string_view what, std::string_view digest) {
    if (result != 1)
        refuse("The signature of " + std::string(what) + with(digest) + " could not be verified after it was made",
               digest);
}

} // namespace certwright::x509
