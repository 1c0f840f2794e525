#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <string>

namespace certwright::tls {

/// A cipher suite by its number, and what the linked OpenSSL knows of it.
struct CipherSuite {
    std::uint16_t id = 0;
    std::string ianaName;    ///< "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"; empty where OpenSSL does not know it
    std::string opensslName; ///< "ECDHE-RSA-AES128-GCM-SHA256"; empty where OpenSSL does not know it
    int strengthBits = 0;    ///< as OpenSSL counts, 0 when it is not known
    std::string keyExchange; ///< "ECDHE", "RSA", "any" in TLS 1.3
    std::string authentication;
    std::string encryption;
    std::string mac; ///< "AEAD" where encryption brings its own

    bool operator==(const CipherSuite&) const = default;
};

/// @param cipher must not be null
CipherSuite cipherSuiteOf(const SSL_CIPHER* cipher);

/// "0x1301", as the registry writes the number.
std::string cipherSuiteId(std::uint16_t id);

} // namespace certwright::tls
