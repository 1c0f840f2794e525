#pragma once

#include "core/base/bytes.h"
#include "core/x509/certificate.h"

#include <string>
#include <vector>

namespace certwright::x509 {

/// A certificate whose status is asked for, and its issuer.
struct OcspSubject {
    Certificate certificate;
    Certificate issuer;
};

/// A question to an OCSP responder (RFC 6960 4.1), not signed. An immutable value, readable by any thread.
class OcspRequest {
public:
    struct Options {
        std::string digest = "SHA1"; ///< of the identifiers; every responder knows SHA-1 (RFC 5019 2.1.1)
        bool withNonce = true;       ///< 32 random octets (RFC 9654 2.1), which the answer should repeat
    };

    /// @throws Error BadInput for an empty list, Unsupported for an unknown digest, Internal
    static OcspRequest make(const std::vector<OcspSubject>& subjects, const Options& options);
    /// With the usual options.
    static OcspRequest make(const std::vector<OcspSubject>& subjects);

    /// What goes to the responder as application/ocsp-request (RFC 6960 A.1).
    const base::Bytes& der() const noexcept { return m_der; }
    /// The octets inside the extension's OCTET STRING; empty when there is no nonce.
    const base::Bytes& nonce() const noexcept { return m_nonce; }

private:
    OcspRequest() = default;

    base::Bytes m_der;
    base::Bytes m_nonce;
};

} // namespace certwright::x509
