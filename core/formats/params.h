#pragma once

#include "core/base/bytes.h"
#include "core/formats/der_shape.h"
#include "core/formats/item.h"

namespace certwright::formats {

/// DH (PKCS#3, X9.42), DSA or EC domain parameters by the outline of their DER. @throws Error BadInput
ParametersItem readParameters(DerKind kind, base::BytesView der);

/// Two bare integers may be an RSA public key (PKCS#1) or DH parameters: true for the latter, whose first is a prime.
bool areDhParameters(base::BytesView der);

/// A public key that the linked OpenSSL can use, or of an algorithm that it does not offer at all.
/// @throws Error BadInput when it offers the algorithm and refuses the key
crypto::PublicKey publicKeyFromSpki(base::BytesView der);

/// The SubjectPublicKeyInfo of an RSA public key in PKCS#1 form (RFC 8017 A.1.1). @throws Error BadInput
crypto::PublicKey publicKeyFromPkcs1(base::BytesView der);

} // namespace certwright::formats
