#pragma once

#include "core/base/bytes.h"
#include "core/x509/general_name.h"
#include "core/x509/serial.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace certwright::x509 {

// Which keys and names a certificate or a list speaks of. encode() gives DER; decode() gives nothing for a value that
// is damaged.

/// RFC 5280 4.2.1.2.
struct SubjectKeyIdentifier {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.14"};

    base::Bytes keyId;

    base::Bytes encode() const;
    static std::optional<SubjectKeyIdentifier> decode(base::BytesView value);
    bool operator==(const SubjectKeyIdentifier&) const = default;
};

/// RFC 5280 4.2.1.1 and 5.2.1.
struct AuthorityKeyIdentifier {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.35"};

    std::optional<base::Bytes> keyId{};
    std::vector<GeneralName> issuer{}; ///< of the certificate that has the key
    std::optional<Serial> serial{};    ///< of that certificate

    /// @throws Error BadInput when one of issuer and serial is there without the other
    base::Bytes encode() const;
    static std::optional<AuthorityKeyIdentifier> decode(base::BytesView value);
    bool operator==(const AuthorityKeyIdentifier&) const = default;
};

/// RFC 5280 4.2.1.6, 4.2.1.7, 5.2.2 and, of an entry of a list, 5.3.3.
struct AlternativeNames {
    /// Subject, issuer, certificate issuer.
    static constexpr std::array<std::string_view, 3> Oids{"2.5.29.17", "2.5.29.18", "2.5.29.29"};

    std::vector<GeneralName> names;

    /// @throws Error BadInput when there is none, and as generalNamesToDer()
    base::Bytes encode() const;
    static std::optional<AlternativeNames> decode(base::BytesView value);
    bool operator==(const AlternativeNames&) const = default;
};

} // namespace certwright::x509
