#include "core/x509/signing.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <string>

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

} // namespace certwright::x509
