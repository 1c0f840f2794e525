#pragma once

#include "core/base/bytes.h"
#include "core/x509/crl.h"
#include "core/x509/general_name.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// Where revocation lists are found, and for what they speak. encode() gives DER; decode() gives nothing for a value
// that is damaged. A relative name is one RDN as RFC 4514 writes it, "CN=list 1": it is put behind the name of the
// list's issuer.

/// RFC 5280 4.2.1.13.
struct DistributionPoint {
    std::vector<GeneralName> fullName{};
    std::string relativeName{};
    std::vector<RevocationReason> reasons{}; ///< empty: all
    std::vector<GeneralName> crlIssuer{};    ///< empty: the certificate's issuer

    bool operator==(const DistributionPoint&) const = default;
};

/// RFC 5280 4.2.1.13, 4.2.1.15 and 5.2.6.
struct DistributionPoints {
    /// CRL distribution points, freshest CRL.
    static constexpr std::array<std::string_view, 2> Oids{"2.5.29.31", "2.5.29.46"};

    std::vector<DistributionPoint> points;

    /// @throws Error BadInput when there is none, one has neither a name nor an issuer, or both kinds of names, or a
    /// reason that cannot be named there (unspecified, removeFromCRL)
    base::Bytes encode() const;
    static std::optional<DistributionPoints> decode(base::BytesView value);
    bool operator==(const DistributionPoints&) const = default;
};

/// For which certificates and reasons a revocation list speaks, where it does not for all of its issuer (RFC 5280
/// 5.2.5).
struct IssuingDistributionPoint {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.28"};
    enum class Scope { All, EndEntities, Cas, AttributeCertificates };

    std::vector<GeneralName> fullName; ///< where the list is found; may be empty
    Scope scope = Scope::All;
    /// Empty: all. Unspecified and removeFromCRL cannot be named here.
    std::vector<RevocationReason> onlySomeReasons{};
    bool isIndirect = false; ///< with certificates of other issuers: RevokedEntry::certificateIssuer
    std::string relativeName{};

    /// @throws Error BadInput for both kinds of names, or a reason that cannot be named here
    base::Bytes encode() const;
    static std::optional<IssuingDistributionPoint> decode(base::BytesView value);
    bool operator==(const IssuingDistributionPoint&) const = default;
};

} // namespace certwright::x509
