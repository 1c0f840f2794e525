#include "core/x509/signing.h"

namespace certwright::x509 {

base::Handle<EVP_MD_CTX> signingContext(const crypto::PrivateKey& key, std::string_view digest) {
    return key.signingContext(digest);
}

} // namespace certwright::x509
