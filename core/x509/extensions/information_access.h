#pragma once

#include "core/base/bytes.h"
#include "core/x509/general_name.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// What is found where.
struct AccessDescription {
    std::string method; ///< dotted OID; OpenSSL's names are written, too ("OCSP", "caIssuers", "caRepository")
    GeneralName location;

    bool operator==(const AccessDescription&) const = default;
};

/// RFC 5280 4.2.2.1 and 4.2.2.2. encode() gives DER; decode() gives nothing for a value that is damaged.
struct InformationAccess {
    /// Of the authority, of the subject.
    static constexpr std::array<std::string_view, 2> Oids{"1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11"};

    std::vector<AccessDescription> descriptions;

    /// @throws Error BadInput when there is none, for an unknown method, and as generalNamesToDer()
    base::Bytes encode() const;
    static std::optional<InformationAccess> decode(base::BytesView value);
    bool operator==(const InformationAccess&) const = default;
};

} // namespace certwright::x509
