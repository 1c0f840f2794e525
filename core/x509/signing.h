#pragma once

#include "core/base/handle.h"
#include "core/crypto/private_key.h"

#include <string_view>

namespace certwright::x509 {

/// A context with which certificates, requests and revocation lists are signed: `digest`, or the key's natural one when
/// it is empty. @throws Error NotAllowed when the key cannot sign, BadInput for a digest that does not exist or does
/// not fit the key
base::Handle<EVP_MD_CTX> signingContext(const crypto::PrivateKey& key, std::string_view digest,
                                        crypto::RsaPadding padding);

/// Says what is wrong when one of OpenSSL's X509_..._sign_ctx() gave no signature: as a rule there is no algorithm for
/// this digest with this key (BLAKE2 with EC). `what` is "the certificate" and so on. @throws Error Unsupported
void checkSigned(int result, std::string_view what, std::string_view digest);

/// The same for the verification of what was just signed: OpenSSL can sign with digests for which it finds no algorithm
/// again (RSA with SHA-512/256 in OpenSSL 3.0). @throws Error Unsupported
void checkVerified(int result, std::string_view what, std::string_view digest);

} // namespace certwright::x509
