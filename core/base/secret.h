#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <string_view>

namespace certwright::base {

/// Bytes that must not leak: a passphrase, a key. They lie on OpenSSL's secure heap, are wiped when released, cannot be
/// copied by accident, and have no output operator. Movable between threads; not to be shared by two.
class Secret {
public:
    /// The empty secret: a passphrase of no characters, which is something else than no passphrase.
    Secret() = default;
    /// `size` zero bytes. @throws Error Internal when the secure heap is full
    explicit Secret(std::size_t size);
    /// A copy of `bytes`; wiping the source is the caller's part. @throws Error Internal when the secure heap is full
    explicit Secret(BytesView bytes);
    explicit Secret(std::string_view text);
    ~Secret();

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    /// A deliberate copy. @throws Error Internal when the secure heap is full
    Secret clone() const;

    std::uint8_t* data() noexcept { return m_data; }
    const std::uint8_t* data() const noexcept { return m_data; }
    std::size_t size() const noexcept { return m_size; }
    bool empty() const noexcept { return m_size == 0; }
    BytesView view() const noexcept { return {m_data, m_size}; }
    /// For calls that take a pointer and a length as char; not to be copied into a string.
    std::string_view text() const noexcept;

    /// Keeps the first `size` bytes, wiping the rest; no effect when it is shorter already.
    void truncate(std::size_t size) noexcept;
    /// Compares in constant time for equal lengths.
    bool equals(const Secret& other) const noexcept;
    /// Wipes and empties.
    void clear() noexcept;

private:
    std::uint8_t* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace certwright::base
