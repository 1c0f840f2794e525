#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace certwright::inspect {

/// A cipher of SSL 2.0 (draft-hickman-netscape-ssl-00), which has numbers of three octets.
struct Ssl2CipherKind {
    std::uint32_t id = 0;
    std::string_view name;        ///< of the draft
    std::string_view opensslName; ///< of OpenSSL 1.0.2, the last to have it
    int strengthBits = 0;
};

std::span<const Ssl2CipherKind> ssl2CipherKinds() noexcept;

/// Null for a number that the draft does not have.
const Ssl2CipherKind* findSsl2CipherKind(std::uint32_t id) noexcept;

} // namespace certwright::inspect
