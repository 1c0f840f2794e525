#include "core/tls/host_check.h"

#include "core/tls/socket_address.h"

#include <openssl/x509v3.h>

namespace certwright::tls {

bool isIpAddress(const std::string& text) {
    return SocketAddress::fromText(text, 0).has_value();
}

bool matchesHost(const x509::Certificate& certificate, const std::string& hostOrAddress) {
    // An empty name or one with a zero octet would be "no check" to OpenSSL.
    if (hostOrAddress.empty() || hostOrAddress.find('\0') != std::string::npos)
        return false;
    if (isIpAddress(hostOrAddress)) {
        // A zone is how this machine reaches the address, not part of its name.
        const std::string address = hostOrAddress.substr(0, hostOrAddress.find('%'));
        return X509_check_ip_asc(certificate.native(), address.c_str(), 0) == 1;
    }
    std::string name = hostOrAddress;
    if (name.size() > 1 && name.back() == '.')
        name.pop_back();
    return X509_check_host(certificate.native(), name.c_str(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                           nullptr) == 1;
}

} // namespace certwright::tls
