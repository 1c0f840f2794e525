#pragma once

#include "core/base/bytes.h"
#include "core/x509/general_name.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// A range of names (RFC 5280 4.2.1.10). An address has its mask behind it: "192.0.2.0/255.255.255.0",
/// "2001:db8::/ffff:ffff::"; the number of bits is written, too ("192.0.2.0/24"). Host names, addresses of mail and
/// URIs may be empty: all of their type.
struct NameSubtree {
    GeneralName base;
    std::uint64_t minimum = 0;              ///< RFC 5280 knows 0 only
    std::optional<std::uint64_t> maximum{}; ///< RFC 5280 knows none

    bool operator==(const NameSubtree&) const = default;
};

/// RFC 5280 4.2.1.10. encode() gives DER; decode() gives nothing for a value that is damaged.
struct NameConstraints {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.30"};

    std::vector<NameSubtree> permitted{};
    std::vector<NameSubtree> excluded{};

    /// @throws Error BadInput when both are empty, a mask is wrong, or a name as in generalNamesToDer()
    base::Bytes encode() const;
    static std::optional<NameConstraints> decode(base::BytesView value);
    bool operator==(const NameConstraints&) const = default;
};

} // namespace certwright::x509
