#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/x509/general_name.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// The digest of what is stamped (MessageImprint, RFC 3161 2.4.1).
struct MessageImprint {
    std::string digest; ///< "SHA256"; the OID where OpenSSL has no name
    base::Bytes value;

    bool operator==(const MessageImprint&) const = default;
};

/// What a time stamping authority asserts (TSTInfo, RFC 3161 2.4.2). A value.
struct TimestampInfo {
    int version = 1;
    std::string policy; ///< dotted OID
    MessageImprint imprint;
    std::string serial; ///< upper-case hexadecimal
    base::Time time;
    std::string fraction;                        ///< digits of the second behind the point; empty when there are none
    std::optional<std::uint64_t> accuracyMicros; ///< the time is right to so many microseconds; nothing: not said
    bool isOrdered = false;                      ///< later ones of this TSA have a later time
    std::string nonce;                           ///< upper-case hexadecimal; empty when there is none
    std::optional<GeneralName> tsa;              ///< how the TSA names itself
    std::vector<std::string> extensions;         ///< their OIDs
};

/// "2026-11-24T03:15:00.25Z"
std::string timeText(const TimestampInfo& info);
/// "1.5 s", "20 ms", "1 us"
std::string accuracyText(std::uint64_t micros);

/// What somebody asked a TSA for (TimeStampReq, RFC 3161 2.4.1). A value.
struct TimestampRequest {
    int version = 1;
    MessageImprint imprint;
    std::string policy; ///< dotted OID; empty: any
    std::string nonce;  ///< upper-case hexadecimal; empty when there is none
    bool wantsCertificate = false;
};

/// What a TSA answered (TimeStampResp, RFC 3161 2.4.2). A value.
struct TimestampResponse {
    bool isGranted() const noexcept { return status == 0 || status == 1; }

    unsigned status = 0;               ///< PKIStatus: 0 granted, 1 granted with changes, 2 rejected...
    std::vector<std::string> text;     ///< what the TSA says about it
    std::vector<std::string> failures; ///< "badAlg", "unacceptedPolicy"...
    base::Bytes token;                 ///< DER or BER of the CMS message; empty when there is none
};

/// "granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification", else the
/// number.
std::string statusName(unsigned status);

/// These read DER and may be called from any thread. @throws Error BadInput
TimestampInfo parseTimestampInfo(base::BytesView der);
TimestampRequest parseTimestampRequest(base::BytesView der);
TimestampResponse parseTimestampResponse(base::BytesView der);

} // namespace certwright::x509
