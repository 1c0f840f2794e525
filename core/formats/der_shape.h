#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <string_view>

namespace certwright::formats {

/// What some bytes are by the outline of their DER or BER, before anything is decoded.
enum class DerKind {
    NotDer,    ///< no SEQUENCE and no OBJECT IDENTIFIER
    Truncated, ///< starts as DER and says it is longer than it is
    Unknown,   ///< well-formed DER of no kind below
    Certificate,
    Request,
    Crl,
    Spkac,
    AttributeCertificate,
    PublicKey,      ///< SubjectPublicKeyInfo
    RsaPublicKey,   ///< PKCS#1 (RFC 8017 A.1.1)
    PrivateKeyInfo, ///< PKCS#8
    EncryptedPrivateKey,
    RsaPrivateKey, ///< PKCS#1 (RFC 8017 A.1.2)
    DsaPrivateKey,
    EcPrivateKey, ///< SEC 1 (RFC 5915)
    Pkcs12,
    ContentInfo,   ///< PKCS#7 or CMS
    TwoIntegers,   ///< DH parameters or an RSA public key
    ThreeIntegers, ///< DH parameters with a length, or DSA parameters
    DhParameters,  ///< X9.42
    EcParameters,
    OcspResponse,
    TimestampRequest,
    TimestampResponse,
};

/// The outline of the first element of some bytes.
struct DerShape {
    DerKind kind = DerKind::NotDer;
    std::size_t length = 0; ///< octets of the first element; of a truncated one what it claims
};

/// Looks at tags and lengths only, at most a few levels deep and a dozen elements wide; accepts indefinite lengths as
/// BER has them. Never reads outside `bytes`.
DerShape shapeOf(base::BytesView bytes);

/// "a certificate", "an encrypted private key"...; for messages.
std::string_view describe(DerKind kind) noexcept;

} // namespace certwright::formats
