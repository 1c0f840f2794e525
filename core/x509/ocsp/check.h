#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/ocsp/response.h"
#include "core/x509/verify/finding.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// How a response came to us. It decides what is advised, and how grave it is that nothing is said.
enum class OcspSource { File, Fetched, Stapled };

/// "file", "fetched", "stapled".
std::string_view toString(OcspSource source) noexcept;

/// Who signed a response (RFC 6960 2.6, 4.2.2.2).
enum class OcspSigner { None, Issuer, Delegate };

/// "none", "issuer", "delegate".
std::string_view toString(OcspSigner signer) noexcept;

/// What became of the nonce of the request. Responders that sign in advance leave it out, which is allowed (RFC 9654
/// 2.1).
enum class OcspNonce { NotSent, Missing, Matched, Different };

/// "not-sent", "missing", "matched", "different".
std::string_view toString(OcspNonce nonce) noexcept;

/// A response to be checked.
struct OcspInput {
    base::Bytes der;
    OcspSource source = OcspSource::File;
    base::Bytes nonce{}; ///< of the request; empty when there was none
};

/// What a response says about a certificate, and whether to believe it.
struct OcspReport {
    OcspSource source = OcspSource::File;
    std::string responseStatus;       ///< as OcspResponse gives it; "damaged" when it cannot be read
    std::optional<OcspStatus> status; ///< claimed unless isVerified; nothing when it says nothing of the certificate
    std::optional<base::Time> producedAt;
    std::optional<base::Time> thisUpdate;
    std::optional<base::Time> nextUpdate;
    std::optional<base::Time> revokedAt;
    std::string revocationReason; ///< "keyCompromise"...; empty when it gives none
    std::string responder;        ///< as OcspResponse gives it; empty when there is none
    OcspSigner signer = OcspSigner::None;
    std::optional<Certificate> delegate; ///< the responder's certificate when the issuer did not sign itself
    bool hasNoCheck = false;             ///< the delegate has id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1)
    OcspNonce nonce = OcspNonce::NotSent;
    bool isVerified = false; ///< signed by the issuer, or by somebody whom the issuer named for it
    std::vector<Finding> findings;
    base::Bytes der;

    /// Verified, in time, about this certificate, and good.
    bool isGood() const noexcept;
};

/// How far the clocks of two computers may be apart.
inline constexpr std::chrono::seconds OcspClockSkew{300};

/// Checks a response: that the issuer signed it, or a responder with extended key usage OCSPSigning and a certificate
/// of this very issuer (RFC 6960 4.2.2.2); its times at `now` (3.2); its nonce; and that it is about `certificate`.
/// That the issuer is to be trusted at all is the chain's matter. `issuer` may be null when it is not known: then
/// nothing can be believed. What is wrong stands in the findings, all of depth 0. Never throws for a bad response.
/// @throws Error Internal
OcspReport checkOcsp(const OcspInput& input, const Certificate& certificate, const Certificate* issuer, base::Time now,
                     std::chrono::seconds skew = OcspClockSkew);

/// The one of `candidates` that issued the certificate; null when none did.
const Certificate* issuerAmong(const std::vector<Certificate>& candidates, const Certificate& certificate);

} // namespace certwright::x509
