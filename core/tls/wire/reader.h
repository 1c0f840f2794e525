#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>

namespace certwright::tls::wire {

/// Reads the presentation language of TLS (RFC 8446 3) without ever leaving the bytes it was given. Nothing is thrown:
/// a reader that ran short stays failed and gives zeros and empty views. The bytes must outlive it.
class Reader {
public:
    explicit Reader(base::BytesView bytes) noexcept
        : m_rest(bytes) {}

    bool hasFailed() const noexcept { return m_failed; }
    bool atEnd() const noexcept { return m_rest.empty(); }
    std::size_t remaining() const noexcept { return m_rest.size(); }

    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() noexcept { return number(3); }
    /// A number of one to four octets.
    std::uint32_t unsignedNumber(std::size_t octets) noexcept { return number(octets); }

    /// The next `size` octets.
    base::BytesView bytes(std::size_t size) noexcept {
        if (m_failed || size > m_rest.size()) {
            m_failed = true;
            m_rest = {};
            return {};
        }
        const base::BytesView taken = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return taken;
    }

    /// A vector with a length of one, two or three octets in front.
    base::BytesView vector8() noexcept { return bytes(u8()); }
    base::BytesView vector16() noexcept { return bytes(u16()); }
    base::BytesView vector24() noexcept { return bytes(u24()); }

private:
    std::uint32_t number(std::size_t octets) noexcept {
        std::uint32_t value = 0;
        for (const std::uint8_t octet : bytes(octets))
            value = (value << 8U) | octet;
        return value;
    }

    base::BytesView m_rest;
    bool m_failed = false;
};

} // namespace certwright::tls::wire
