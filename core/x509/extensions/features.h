#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// What servers and responders have to do, and what not. encode() gives DER; decode() gives nothing for a value that is
// damaged.

/// The TLS extensions that a server must offer (RFC 7633 4): 5 is status_request, "must staple"; 17
/// status_request_v2.
struct TlsFeature {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.5.5.7.1.24"};

    std::vector<std::uint16_t> extensions;

    /// @throws Error BadInput when there is none
    base::Bytes encode() const;
    static std::optional<TlsFeature> decode(base::BytesView value);
    bool operator==(const TlsFeature&) const = default;
};

/// Nobody has to ask whether this responder's own certificate was revoked (RFC 6960 4.2.2.2.1).
struct OcspNoCheck {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.5.5.7.48.1.5"};

    base::Bytes encode() const;
    static std::optional<OcspNoCheck> decode(base::BytesView value);
    bool operator==(const OcspNoCheck&) const = default;
};

} // namespace certwright::x509
