#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <vector>

namespace certwright::tls {

/// A cipher suite by its number, and what is known of it.
struct CipherSuite {
    std::uint16_t id = 0;
    std::string ianaName;    ///< "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"; empty where it is not registered
    std::string opensslName; ///< "ECDHE-RSA-AES128-GCM-SHA256"; empty where no OpenSSL has had it
    int strengthBits = 0;    ///< as OpenSSL counts, 0 when it is not known or there is no encryption
    std::string keyExchange; ///< "ECDHE", "RSA", "any" in TLS 1.3
    std::string authentication;
    std::string encryption;
    std::string mac; ///< "AEAD" where encryption brings its own

    bool operator==(const CipherSuite&) const = default;
};

/// @param cipher must not be null
CipherSuite cipherSuiteOf(const SSL_CIPHER* cipher);

/// The suite of a number by the IANA registry, also one that the linked OpenSSL lacks. Of a number that is not
/// registered only the id is set.
CipherSuite registeredSuite(std::uint16_t id);

/// True for the suites of TLS 1.3 (RFC 8446 B.4), which are offered to no older version.
bool isTls13Suite(std::uint16_t id) noexcept;

/// Every registered suite that a client may offer for TLS 1.3, or for the versions before it: signalling values and
/// TLS_NULL_WITH_NULL_NULL (RFC 5246 A.5) are not among them. In the order of their numbers.
std::vector<std::uint16_t> registeredSuites(bool isTls13);

/// "0x1301", as the registry writes the number.
std::string cipherSuiteId(std::uint16_t id);

} // namespace certwright::tls
