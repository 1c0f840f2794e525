#pragma once

#include "core/x509/certificate.h"

#include <string>
#include <vector>

namespace certwright::x509 {

/// Where a certificate says that more is to be had: URIs of whatever scheme, in the order in which they stand there.
/// They are claims of the certificate; nothing is fetched here.
struct AccessPoints {
    std::vector<std::string> ocsp;              ///< responders (RFC 5280 4.2.2.1, id-ad-ocsp)
    std::vector<std::string> issuers;           ///< issuers' certificates (id-ad-caIssuers)
    std::vector<std::vector<std::string>> crls; ///< for each distribution point those of the same list (4.2.1.13)
};

/// Damaged extensions count as none. Never throws but for lack of memory.
AccessPoints accessPointsOf(const Certificate& certificate);

} // namespace certwright::x509
