#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/private_key.h"
#include "core/formats/cms_message.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::formats {

/// Who signs, and how.
struct CmsSigner {
    x509::Certificate certificate;
    crypto::PrivateKey key; ///< that of the certificate
    std::string digest;     ///< any name OpenSSL knows; empty: the key's natural one
    crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1;
};

/// A message of signed data (RFC 5652 5) to be made.
struct CmsSignOptions {
    std::vector<CmsSigner> signers;              ///< one at least
    std::vector<x509::Certificate> certificates; ///< sent along: those of the issuers
    bool isDetached = false;                     ///< the content stays outside
    bool isText = false;                         ///< the MIME head of plain text goes in front of the content
    bool includesCertificates = true;            ///< false: none at all, also not those of the signers
    bool hasAttributes = true;                   ///< false: no signing time, no content type; PKCS#7 as in 1993
    bool namesByKeyId = false;                   ///< the signers by key identifier, not by issuer and serial
    std::optional<base::Time> signingTime;       ///< now when it is not set
    CmsEncoding encoding = CmsEncoding::Der;
};

/// Signs `content`. As detached S/MIME the lines of the content end by CRLF, as mail has them, else it is signed octet
/// for octet. Every signature is verified after it was made. @throws Error NotAllowed when there is no signer, a key
/// is not that of its certificate or cannot sign, BadInput for a digest that does not exist or does not fit,
/// Unsupported when OpenSSL makes no such signatures in messages (Ed25519 in 3.0)
base::Bytes signCms(base::BytesView content, const CmsSignOptions& options);

} // namespace certwright::formats
