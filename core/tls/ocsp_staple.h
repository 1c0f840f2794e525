#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::tls {

/// An OCSP response that came with the handshake (RFC 6066 8, RFC 6960 4.2).
struct OcspStaple {
    enum class CertificateStatus { Unknown, Good, Revoked };

    std::string responseStatus; ///< "successful", "tryLater"...; "damaged" when it can't be read
    std::optional<CertificateStatus> certificateStatus; ///< nothing when it says nothing of the peer's certificate
    std::optional<base::Time> thisUpdate;
    std::optional<base::Time> nextUpdate;
    std::optional<base::Time> revokedAt;
    std::string revocationReason; ///< "keyCompromise"...; empty when it gives none
    bool isSignatureValid = false;
    std::vector<x509::Finding> findings;
    base::Bytes der;
};

/// "good", "revoked", "unknown".
std::string_view toString(OcspStaple::CertificateStatus status) noexcept;

/// Reads and checks a stapled response: its signature against the chain and the trust, its times at `now`, and what it
/// says about the first certificate of `chain`. A revoked certificate is a finding of severity Error, also where the
/// chain is trusted. Never throws for a bad response.
OcspStaple readOcspStaple(base::BytesView der, const std::vector<x509::Certificate>& chain, X509_STORE* trust,
                          base::Time now);

} // namespace certwright::tls
