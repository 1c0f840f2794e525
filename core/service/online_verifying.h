#pragma once

#include "core/base/error.h"
#include "core/base/outcome.h"
#include "core/service/facts_json.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::service {

/// What may be fetched for a verification. Nothing unless it was asked for: whoever is asked learns what is looked at.
struct FetchChoice {
    bool issuers = false; ///< missing intermediate certificates, by authority information access (RFC 5280 4.2.2.1)
    bool crls = false;    ///< lists that a check of revocation lacks, by distribution points (RFC 5280 4.2.1.13)
    bool ocsp = false;    ///< the certificate's status, from its responder (RFC 6960)
    std::chrono::milliseconds timeout{15000}; ///< for each thing that is fetched
};

/// Something that was fetched, or could not be.
struct FetchedItem {
    enum class Kind { Issuer, Crl, Ocsp };

    Kind kind = Kind::Issuer;
    std::string url;
    std::string certificate; ///< SHA-256 of the one it was needed for
    std::optional<base::Error> failure;
};

/// "issuer", "crl", "ocsp".
std::string_view toString(FetchedItem::Kind kind) noexcept;

/// What is to be verified, and by what.
struct OnlineRequest {
    x509::Certificate certificate;
    x509::TrustStore trust;
    x509::VerifyOptions options;
    FetchChoice fetch;
};

/// What came out. A value that may cross threads.
struct OnlineVerification {
    x509::VerifyResult result;
    std::vector<FetchedItem> fetched; ///< in the order in which it was tried

    /// The network's failure that may have left the question open: the certificate is not trusted, and something could
    /// not be fetched from anywhere.
    std::optional<base::Error> failure() const;
};

using OnlineVerificationPtr = std::shared_ptr<const base::Outcome<OnlineVerification>>;

/// verifyJson() and what was fetched: "fetched": [{"kind", "url", "certificate", "error"?}], "error"?
Json onlineVerificationJson(const OnlineVerification& verification);

} // namespace certwright::service
