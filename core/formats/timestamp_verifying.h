#pragma once

#include "core/base/bytes.h"
#include "core/formats/cms_message.h"
#include "core/formats/cms_verifying.h"
#include "core/x509/certificate.h"
#include "core/x509/timestamp.h"
#include "core/x509/verify/trust_store.h"

#include <optional>
#include <vector>

namespace certwright::formats {

/// What is asked about a timestamp.
struct TimestampVerifyOptions {
    /// Verifies the certificate of the TSA, and gets those of the token, which are not trusted by that. Null: it is not
    /// verified.
    x509::TrustStore* trust = nullptr;
    /// How it is verified: always for time stamping, and at the time of the timestamp unless a time is given.
    x509::VerifyOptions chain{};
    std::vector<x509::Certificate> certificates{};   ///< of TSAs that the token does not carry
    std::optional<base::BytesView> data{};           ///< what was stamped
    std::optional<x509::TimestampRequest> request{}; ///< what the TSA was asked for; may stand in for `data`
    std::optional<base::Time> now{};                 ///< for remarks; the computer's time when it is not set
};

/// Verifies a timestamp token (RFC 3161 2.2, 2.3 and 2.4.2, RFC 5816 2.2) and explains: its signature; that the
/// certificate of the TSA is trusted, for time stamping alone and, critically, for nothing else; that the token was
/// made with that certificate; that it is about the data, and answers the request. Never throws for one that is wrong.
/// @throws Error BadInput when the message is no timestamp token
TimestampVerifyResult verifyTimestamp(const CmsMessage& token, const TimestampVerifyOptions& options = {});

/// The same of what a TSA answered; when it refused, that is a finding. @throws Error BadInput when its token is none
TimestampVerifyResult verifyTimestamp(const x509::TimestampResponse& response,
                                      const TimestampVerifyOptions& options = {});

} // namespace certwright::formats
