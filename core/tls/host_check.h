#pragma once

#include "core/x509/certificate.h"

#include <string>

namespace certwright::tls {

/// True when `text` is an IPv4 or IPv6 address.
bool isIpAddress(const std::string& text);

/// True when the certificate is for this host name or address (RFC 6125 6.4, RFC 9110 4.3.5): subject alternative names
/// only count; the common name does where there are none of that kind, as OpenSSL does it.
bool matchesHost(const x509::Certificate& certificate, const std::string& hostOrAddress);

} // namespace certwright::tls
