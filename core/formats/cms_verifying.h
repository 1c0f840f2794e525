#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/formats/cms_message.h"
#include "core/x509/certificate.h"
#include "core/x509/timestamp.h"
#include "core/x509/verify/trust_store.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::formats {

/// What is asked about a signed message.
struct CmsVerifyOptions {
    /// Verifies the certificates of the signers; gets the certificates and revocation lists of the message, which are
    /// not trusted by that. Null: the certificates are not verified.
    x509::TrustStore* trust = nullptr;
    x509::VerifyOptions chain;                   ///< how the certificates of the signers are verified
    std::vector<x509::Certificate> certificates; ///< of signers that the message does not carry
    std::optional<base::BytesView> content;      ///< of a detached signature
    bool checksTimestamps = true;                ///< those over signatures (RFC 3161 appendix A)
};

struct TimestampVerifyResult;

/// What came out for one signer.
struct CmsSignerResult {
    bool isVerified = false; ///< everything that was asked holds
    Pkcs7Signer signer;
    std::string signatureAlgorithm;               ///< "rsaEncryption", "ecdsa-with-SHA256", as OpenSSL calls it
    std::optional<x509::Certificate> certificate; ///< nothing when it was not found
    std::optional<bool> isSignatureValid;         ///< nothing: it could not be checked
    std::optional<bool> matchesContent;           ///< the digest that was signed is that of the content
    std::optional<base::Time> signingTime;        ///< as the signer says; nobody vouches for it
    /// Nothing when it was not verified. When no time was asked for and it is not trusted now, it is that of the time
    /// of a verified timestamp, if it was trusted then.
    std::optional<x509::VerifyResult> chain;
    std::vector<TimestampVerifyResult> timestamps; ///< over this signature: it was made before their time
    std::vector<x509::Finding> findings;           ///< about the signature; those about the chain stand there
};

/// What came out for a message.
struct CmsVerifyResult {
    bool isVerified = false; ///< there is a signer, and all of them are
    std::string typeName;
    std::vector<CmsSignerResult> signers;
    std::vector<x509::Finding> findings;         ///< about the message as a whole
    std::vector<x509::Certificate> certificates; ///< that it carries
    std::optional<base::Bytes> content;          ///< what the signatures are about; nothing when it is not there
};

/// What came out for a timestamp.
struct TimestampVerifyResult {
    bool isVerified = false;                 ///< everything that was asked holds
    std::optional<x509::TimestampInfo> info; ///< nothing when the TSA gave none
    std::optional<bool> matchesData;         ///< nothing: there was nothing to compare with
    std::string boundBy;                     ///< the digest that names the TSA's certificate (RFC 5816); empty: none
    CmsVerifyResult signature;               ///< of the token
    std::vector<x509::Finding> findings;     ///< about the timestamp; those about its signature stand there
};

/// Verifies the signatures of a message of signed data (RFC 5652 5.6), or the digest of digested data (7), and
/// explains. Never throws for a signature that is wrong. @throws Error BadInput when the message is of another type, or
/// the options make no sense
CmsVerifyResult verifyCms(const CmsMessage& message, const CmsVerifyOptions& options = {});

} // namespace certwright::formats
