#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// What a log of certificate transparency signed (RFC 6962 3.2).
struct SignedCertificateTimestamp {
    std::uint8_t version = 0;            ///< 0 is version 1, the only one whose parts are known
    base::Bytes logId{};                 ///< SHA-256 of the log's key
    std::uint64_t timestamp = 0;         ///< milliseconds since 1970, UTC
    base::Bytes extensions{};            ///< of the log; nobody has defined any
    std::uint8_t hashAlgorithm = 4;      ///< RFC 5246 7.4.1.4.1: 4 is SHA-256
    std::uint8_t signatureAlgorithm = 3; ///< 1 is RSA, 3 ECDSA
    base::Bytes signature{};
    base::Bytes unread{}; ///< all behind the version, where that is another one

    bool operator==(const SignedCertificateTimestamp&) const = default;
};

/// RFC 6962 3.3, of a certificate and of an OCSP response. encode() gives DER; decode() gives nothing for a value that
/// is damaged.
struct SctList {
    static constexpr std::array<std::string_view, 2> Oids{"1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.5"};

    std::vector<SignedCertificateTimestamp> timestamps;

    /// @throws Error BadInput when there is none, a log's identifier has not 32 octets, or something is too long for
    /// its length
    base::Bytes encode() const;
    static std::optional<SctList> decode(base::BytesView value);
    bool operator==(const SctList&) const = default;
};

} // namespace certwright::x509
