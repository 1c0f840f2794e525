#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <string>
#include <string_view>

namespace certwright::x509 {

/// A certificate's serial number (RFC 5280 4.1.2.2): an integer of any size, sign kept. A value.
class Serial {
public:
    /// Zero.
    Serial() = default;
    /// 128 random bits but for two: the first one is 0, so that it is positive, the eighth 1, so that all are equally
    /// long.
    static Serial random();
    /// Hexadecimal digits, with an optional '-' in front; colons and spaces are skipped. @throws Error BadInput
    static Serial parse(std::string_view hex);
    static Serial share(const ASN1_INTEGER* serial);

    /// Upper-case hexadecimal without leading zeros ("0" for zero), '-' in front of a negative one.
    const std::string& toHex() const noexcept { return m_hex; }
    std::string toDecimal() const;
    base::Handle<ASN1_INTEGER> toNative() const;
    /// Length of its DER content in octets.
    std::size_t octets() const;
    /// As RFC 5280 4.1.2.2 wants it.
    bool isPositive() const noexcept { return m_hex != "0" && m_hex.front() != '-'; }

    bool operator==(const Serial&) const = default;

private:
    std::string m_hex = "0";
};

} // namespace certwright::x509
