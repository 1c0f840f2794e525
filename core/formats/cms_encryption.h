#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/cms_message.h"
#include "core/x509/certificate.h"

#include <string>
#include <vector>

namespace certwright::formats {

/// A message of enveloped data (RFC 5652 6), or of authenticated enveloped data (RFC 5083), to be made.
struct CmsEncryptOptions {
    std::vector<x509::Certificate> recipients; ///< by the key in it: RSA key transport, or EC key agreement
    const base::Secret* passphrase = nullptr;  ///< one more recipient: who knows it (RFC 5652 6.2.4); or the only one
    int iterations = 600'000;                  ///< PBKDF2 with HMAC-SHA-256, for the passphrase
    std::string cipher = "AES-256-CBC";        ///< any name of OpenSSL; GCM makes it authenticated
    bool usesOaep = false;                     ///< RSA by OAEP with SHA-256 instead of PKCS #1 v1.5
    bool namesByKeyId = false;                 ///< the recipients by key identifier, not by issuer and serial
    bool isText = false;                       ///< the MIME head of plain text goes in front of the content
    CmsEncoding encoding = CmsEncoding::Der;
};

/// Encrypts `content`. @throws Error NotAllowed when there is no recipient, or nothing can be encrypted for the key of
/// one, BadInput for a cipher that does not exist or does not fit
base::Bytes encryptCms(base::BytesView content, const CmsEncryptOptions& options);

} // namespace certwright::formats
