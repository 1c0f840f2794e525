#include "core/base/secret.h"

#include "core/base/error.h"
#include "core/base/library.h"
#include "core/base/openssl_check.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>

namespace certwright::base {

namespace {

std::uint8_t* allocate(std::size_t size) {
    if (size == 0)
        return nullptr;
    initialiseLibrary();
    auto* data = static_cast<std::uint8_t*>(OPENSSL_secure_zalloc(size));
    if (data == nullptr)
        throw Error(ErrorKind::Internal, "The protected memory for secrets is full",
                    "Close windows that hold keys, or restart the program.", drainQueue());
    return data;
}

} // namespace

Secret::Secret(std::size_t size)
    : m_data(allocate(size))
    , m_size(size)
    , m_capacity(size) {}

Secret::Secret(BytesView bytes)
    : Secret(bytes.size()) {
    if (!bytes.empty())
        std::memcpy(m_data, bytes.data(), bytes.size());
}

Secret::Secret(std::string_view text)
    : Secret(bytesOf(text)) {}

Secret::~Secret() {
    clear();
}

Secret::Secret(Secret&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
    , m_capacity(std::exchange(other.m_capacity, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        clear();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
        m_capacity = std::exchange(other.m_capacity, 0);
    }
    return *this;
}

Secret Secret::clone() const {
    return Secret(view());
}

std::string_view Secret::text() const noexcept {
    return textOf(view());
}

void Secret::truncate(std::size_t size) noexcept {
    if (size >= m_size)
        return;
    OPENSSL_cleanse(m_data + size, m_size - size);
    m_size = size;
}

bool Secret::equals(const Secret& other) const noexcept {
    return m_size == other.m_size && (m_size == 0 || CRYPTO_memcmp(m_data, other.m_data, m_size) == 0);
}

void Secret::clear() noexcept {
    if (m_data != nullptr)
        OPENSSL_secure_clear_free(m_data, m_capacity);
    m_data = nullptr;
    m_size = 0;
    m_capacity = 0;
}

} // namespace certwright::base
