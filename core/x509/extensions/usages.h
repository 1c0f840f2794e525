#pragma once

#include "core/base/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// What a key and its certificate may be used for. encode() gives DER; decode() gives nothing for a value that is
// damaged.

/// RFC 5280 4.2.1.3.
struct KeyUsage {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.15"};
    enum Bit : unsigned {
        DigitalSignature = 1U << 0U,
        NonRepudiation = 1U << 1U,
        KeyEncipherment = 1U << 2U,
        DataEncipherment = 1U << 3U,
        KeyAgreement = 1U << 4U,
        KeyCertSign = 1U << 5U,
        CrlSign = 1U << 6U,
        EncipherOnly = 1U << 7U,
        DecipherOnly = 1U << 8U,
    };

    unsigned bits = 0;

    /// @throws Error BadInput when no bit is set, or one that has no meaning
    base::Bytes encode() const;
    static std::optional<KeyUsage> decode(base::BytesView value);
    bool operator==(const KeyUsage&) const = default;
};

/// RFC 5280 4.2.1.12.
struct ExtendedKeyUsage {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.37"};

    std::vector<std::string> purposes; ///< dotted OIDs; OpenSSL's names are written, too ("serverAuth")

    /// @throws Error BadInput for an unknown name, and when there is no purpose
    base::Bytes encode() const;
    static std::optional<ExtendedKeyUsage> decode(base::BytesView value);
    bool operator==(const ExtendedKeyUsage&) const = default;
};

/// What Microsoft's programs act on beside, or instead of, the extended key usage ([MS-WCCE] 2.2.2.7.7.3): the syntax
/// is that of certificate policies. Qualifiers are not read.
struct ApplicationPolicies {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.4.1.311.21.10"};

    std::vector<std::string> purposes; ///< as in ExtendedKeyUsage

    /// @throws Error as ExtendedKeyUsage::encode()
    base::Bytes encode() const;
    static std::optional<ApplicationPolicies> decode(base::BytesView value);
    bool operator==(const ApplicationPolicies&) const = default;
};

} // namespace certwright::x509
