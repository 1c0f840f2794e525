#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace certwright::tls {

/// One row of the IANA registry "TLS Cipher Suites".
struct RegisteredSuite {
    std::uint16_t id = 0;
    std::string_view ianaName;
    std::string_view opensslName; ///< empty where no release of OpenSSL has had the suite
};

/// All rows, sorted by number; signalling values (RFC 5746, RFC 7507) are among them.
std::span<const RegisteredSuite> registeredSuiteTable() noexcept;

} // namespace certwright::tls
