#pragma once

#include "core/base/bytes.h"
#include "core/crypto/public_key.h"

namespace certwright::store {

/// The SubjectPublicKeyInfo of a certificate as a view into its DER; empty when it is not one.
base::BytesView spkiOf(base::BytesView certificateDer) noexcept;

/// True when `key` verifies the signature of a certificate, as x509::Certificate::isSignedBy(). For RSA with PKCS#1,
/// ECDSA and EdDSA it does so over the DER as it is, without the hundred microseconds that OpenSSL's decoder needs for
/// the certificate's own key. False for anything else that is wrong. Callable from any thread.
bool isSignedBy(base::BytesView certificateDer, const crypto::PublicKey& key) noexcept;

} // namespace certwright::store
