#pragma once

#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"
#include "core/formats/ssh_fields.h"

#include <string>

namespace certwright::formats::ssh {

// Keys in SSH's encoding: RSA, DSA, Ed25519 and EC on the three curves of NIST (RFC 4253 6.6, RFC 5656 3.1, RFC 8709
// 4).

/// SSH's name for the type of a key: "ssh-rsa". @throws Error Unsupported when SSH knows no such keys
std::string typeName(const crypto::KeyFacts& facts);

/// @throws Error BadInput, Unsupported naming the type
crypto::PublicKey publicKeyFromBlob(base::BytesView blob);
/// @throws Error Unsupported
base::Bytes blobOf(const crypto::PublicKey& key);

/// The type and the fields behind it, as OpenSSH's private section has them (PROTOCOL.key).
/// @throws Error BadInput, Unsupported naming the type
crypto::PrivateKey privateKeyFromFields(FieldReader& fields);
/// @throws Error Unsupported
void writePrivateFields(FieldWriter& out, const crypto::PrivateKey& key);

/// From PuTTY's two halves. @throws Error BadInput, Unsupported
crypto::PrivateKey privateKeyFromHalves(base::BytesView publicBlob, base::BytesView privateBlob);

} // namespace certwright::formats::ssh
