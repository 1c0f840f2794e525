#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/secret.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace certwright::formats::ssh {

[[noreturn]] inline void throwDamaged() {
    throw base::Error(base::ErrorKind::BadInput, "The SSH key is damaged",
                      "Get the key again from where it came from.");
}

[[noreturn]] inline void throwUnsupported(std::string_view type) {
    throw base::Error(base::ErrorKind::Unsupported, "SSH keys of the type " + std::string(type) + " are not read here",
                      "Keys on hardware tokens and SSH's own certificates have no counterpart in X.509.");
}

/// Reads fields of SSH's wire encoding (RFC 4251 5). @throws Error BadInput at the end of the data
class FieldReader {
public:
    explicit FieldReader(base::BytesView bytes)
        : m_rest(bytes) {}

    base::BytesView take(std::size_t size) {
        if (size > m_rest.size())
            throwDamaged();
        const base::BytesView out = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return out;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (const std::uint8_t octet : take(4))
            value = (value << 8U) | octet;
        return value;
    }
    base::BytesView string() { return take(number()); }
    std::string text() { return std::string(base::textOf(string())); }

private:
    base::BytesView m_rest;
};

/// Writes them, into memory that is wiped.
class FieldWriter {
public:
    void octets(base::BytesView bytes) {
        if (m_size + bytes.size() > m_buffer.size()) {
            base::Secret larger(2 * (m_size + bytes.size()));
            std::copy_n(m_buffer.data(), m_size, larger.data());
            m_buffer = std::move(larger);
        }
        std::copy(bytes.begin(), bytes.end(), m_buffer.data() + m_size);
        m_size += bytes.size();
    }
    void octet(std::uint8_t value) { octets(base::BytesView(&value, 1)); }
    void number(std::uint32_t value) {
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            octet(static_cast<std::uint8_t>(value >> shift));
    }
    void string(base::BytesView bytes) {
        number(static_cast<std::uint32_t>(bytes.size()));
        octets(bytes);
    }
    void text(std::string_view text) { string(base::bytesOf(text)); }
    /// mpint of a big-endian number that is not negative; leading zeros do not matter.
    void integer(base::BytesView number) {
        while (!number.empty() && number.front() == 0)
            number = number.subspan(1);
        const bool needsZero = !number.empty() && number.front() >= 0x80U;
        this->number(static_cast<std::uint32_t>(number.size() + (needsZero ? 1 : 0)));
        if (needsZero)
            octet(0);
        octets(number);
    }

    std::size_t size() const noexcept { return m_size; }
    base::BytesView view() const noexcept { return m_buffer.view().first(m_size); }
    /// Empties it.
    base::Secret take() {
        m_buffer.truncate(m_size);
        m_size = 0;
        return std::move(m_buffer);
    }

private:
    base::Secret m_buffer;
    std::size_t m_size = 0;
};

} // namespace certwright::formats::ssh
