#include "core/base/bytes.h"

#include <array>
#include <cstddef>

namespace certwright::base {

namespace {

int hexDigit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool isSpace(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

constexpr std::string_view Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> makeBase64Values() {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values)
        value = -1;
    for (std::size_t i = 0; i < Base64Alphabet.size(); ++i)
        values[static_cast<unsigned char>(Base64Alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

constexpr std::array<std::int8_t, 256> Base64Values = makeBase64Values();

} // namespace

BytesView bytesOf(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view textOf(BytesView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes toBytes(BytesView view) {
    return {view.begin(), view.end()};
}

std::string toHex(BytesView bytes, char separator) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(bytes.size() * (separator == '\0' ? 2 : 3));
    for (const std::uint8_t byte : bytes) {
        if (separator != '\0' && !out.empty())
            out.push_back(separator);
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 0x0FU]);
    }
    return out;
}

std::optional<Bytes> fromHex(std::string_view text) {
    Bytes out;
    out.reserve(text.size() / 2);
    int high = -1;
    for (const char c : text) {
        if (high < 0 && (c == ':' || isSpace(c)))
            continue;
        const int digit = hexDigit(c);
        if (digit < 0)
            return std::nullopt;
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0)
        return std::nullopt;
    return out;
}

std::string toBase64(BytesView bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const unsigned group = (unsigned{bytes[i]} << 16U) | (left > 1 ? unsigned{bytes[i + 1]} << 8U : 0U) |
                               (left > 2 ? unsigned{bytes[i + 2]} : 0U);
        out.push_back(Base64Alphabet[(group >> 18U) & 63U]);
        out.push_back(Base64Alphabet[(group >> 12U) & 63U]);
        out.push_back(left > 1 ? Base64Alphabet[(group >> 6U) & 63U] : '=');
        out.push_back(left > 2 ? Base64Alphabet[group & 63U] : '=');
    }
    return out;
}

std::optional<Bytes> fromBase64(std::string_view text) {
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    unsigned group = 0;
    unsigned digits = 0;
    unsigned padding = 0;
    for (const char c : text) {
        if (isSpace(c))
            continue;
        if (c == '=') {
            if (digits < 2 || ++padding > 2)
                return std::nullopt;
            group <<= 6U;
        } else {
            const std::int8_t value = Base64Values[static_cast<unsigned char>(c)];
            if (value < 0 || padding != 0)
                return std::nullopt;
            group = (group << 6U) | static_cast<unsigned>(value);
        }
        if (++digits < 4)
            continue;
        out.push_back(static_cast<std::uint8_t>(group >> 16U));
        if (padding < 2)
            out.push_back(static_cast<std::uint8_t>(group >> 8U));
        if (padding < 1)
            out.push_back(static_cast<std::uint8_t>(group));
        group = 0;
        digits = padding == 0 ? 0 : 5; // after padding nothing but white space may follow
        if (digits == 5)
            padding = 3;
    }
    if (digits != 0 && digits != 5)
        return std::nullopt;
    return out;
}

} // namespace certwright::base
