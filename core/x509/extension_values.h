#pragma once

#include "core/base/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// What stands in the values of the extensions that this program acts on. One reader for certificates and for lists, so
// that both always say the same. Nothing is thrown; nothing is given for a value that is damaged.

/// RFC 5280 4.2.1.9.
struct BasicConstraints {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.19"};

    bool isCa = false;
    std::optional<long> pathLength; ///< as large as a long can be when it is larger

    /// @throws Error BadInput for a path length that is negative, or of no CA
    base::Bytes encode() const;
    static std::optional<BasicConstraints> decode(base::BytesView value);
    bool operator==(const BasicConstraints&) const = default;
};
std::optional<BasicConstraints> readBasicConstraints(base::BytesView value);

/// Bit n is bit n of RFC 5280 4.2.1.3, bits 0 to 8.
std::optional<unsigned> readKeyUsage(base::BytesView value);

/// Dotted OIDs of RFC 5280 4.2.1.12.
std::optional<std::vector<std::string>> readExtendedKeyUsage(base::BytesView value);

/// RFC 5280 4.2.1.2.
std::optional<base::Bytes> readSubjectKeyId(base::BytesView value);

/// The key identifier of RFC 5280 4.2.1.1; empty when issuer and serial number alone are there.
std::optional<base::Bytes> readAuthorityKeyId(base::BytesView value);

} // namespace certwright::x509
