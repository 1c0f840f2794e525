#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/x509/crl.h"
#include "core/x509/serial.h"

#include <array>
#include <optional>
#include <string_view>

namespace certwright::x509 {

// What revocation lists and their entries say. encode() gives DER; decode() gives nothing for a value that is damaged.

/// RFC 5280 5.2.3 and 5.2.4: the number of a list, or of the one that a delta list builds on.
struct CrlNumber {
    /// Number, delta indicator.
    static constexpr std::array<std::string_view, 2> Oids{"2.5.29.20", "2.5.29.27"};

    Serial number;

    /// @throws Error BadInput when it is negative or longer than 20 octets (RFC 5280 5.2.3)
    base::Bytes encode() const;
    static std::optional<CrlNumber> decode(base::BytesView value);
    bool operator==(const CrlNumber&) const = default;
};

/// RFC 5280 5.3.1.
struct CrlReason {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.21"};

    RevocationReason reason = RevocationReason::Unspecified;

    base::Bytes encode() const;
    static std::optional<CrlReason> decode(base::BytesView value);
    bool operator==(const CrlReason&) const = default;
};

/// RFC 5280 5.3.2.
struct InvalidityDate {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.24"};

    base::Time time;

    /// @throws Error BadInput outside the years 0 to 9999
    base::Bytes encode() const;
    static std::optional<InvalidityDate> decode(base::BytesView value);
    bool operator==(const InvalidityDate&) const = default;
};

} // namespace certwright::x509
