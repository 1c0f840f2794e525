#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/public_key.h"
#include "core/x509/general_name.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::x509 {

/// What lists and look-ups need of a certificate, read without OpenSSL's decoder (which costs a hundred microseconds).
struct CertificateColumns {
    int version = 1;
    std::string serial;     ///< as Certificate::serial()
    base::Bytes subjectDer; ///< the Name as encoded
    base::Bytes issuerDer;
    std::string subject; ///< as Name::toRfc2253()
    std::string issuer;
    std::string commonName; ///< as Name::displayName() of the subject
    std::optional<base::Time> notBefore;
    std::optional<base::Time> notAfter;
    crypto::KeyFacts key;
    std::string spkiSha256; ///< upper-case hexadecimal
    std::string sha256;
    std::string sha1;
    std::string signatureOid;
    std::vector<GeneralName> subjectAltNames;
    base::Bytes subjectKeyId;
    base::Bytes authorityKeyId;
    bool hasBasicConstraints = false;
    bool isCa = false;
    std::optional<long> pathLength;
    unsigned keyUsageBits = 0; ///< bit n is bit n of RFC 5280 4.2.1.3; 0x10000 when the extension can be read
    std::vector<std::string> extendedKeyUsageOids;
};

/// The columns of a certificate's DER, by the bounds-checked reader of base. It accepts what Certificate::fromDer()
/// accepts, with the same fields; what is not plain DER takes that way. Callable from any thread.
/// @throws Error BadInput
CertificateColumns columnsFromDer(base::BytesView der);

} // namespace certwright::x509
