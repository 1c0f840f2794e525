#include "core/formats/text_encoding.h"

#include <algorithm>

namespace certwright::formats {

namespace {

constexpr std::size_t ProbeSize = 64;

void appendUtf8(std::string& out, char32_t code) {
    const auto put = [&out](char32_t octet) { out.push_back(static_cast<char>(static_cast<unsigned char>(octet))); };
    if (code < 0x80U) {
        put(code);
    } else if (code < 0x800U) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000U) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

/// True when every octet of the start with this parity is zero and no other one is: ASCII as UTF-16.
bool looksLikeAscii16(base::BytesView bytes, std::size_t zeroParity) {
    const std::size_t size = std::min(bytes.size(), ProbeSize);
    if (size < 4 || bytes.size() % 2 != 0)
        return false;
    for (std::size_t i = 0; i < size; ++i) {
        if ((bytes[i] == 0) != (i % 2 == zeroParity))
            return false;
    }
    return true;
}

std::string decode(base::BytesView bytes, bool isBigEndian) {
    std::string out;
    out.reserve(bytes.size() / 2);
    const auto unitAt = [bytes, isBigEndian](std::size_t i) {
        const auto first = static_cast<char32_t>(bytes[i]);
        const auto second = static_cast<char32_t>(bytes[i + 1]);
        return isBigEndian ? (first << 8U) | second : (second << 8U) | first;
    };
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        char32_t code = unitAt(i);
        if (code >= 0xD800U && code < 0xDC00U && i + 3 < bytes.size()) {
            const char32_t low = unitAt(i + 2);
            if (low >= 0xDC00U && low < 0xE000U) {
                code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
                i += 2;
            }
        }
        if (code >= 0xD800U && code < 0xE000U)
            code = 0xFFFDU; // half a pair
        appendUtf8(out, code);
    }
    return out;
}

} // namespace

std::optional<std::string> utf8FromUtf16(base::BytesView bytes) {
    if (bytes.size() >= 2 && bytes[0] == 0xFFU && bytes[1] == 0xFEU)
        return decode(bytes.subspan(2), false);
    if (bytes.size() >= 2 && bytes[0] == 0xFEU && bytes[1] == 0xFFU)
        return decode(bytes.subspan(2), true);
    if (looksLikeAscii16(bytes, 1))
        return decode(bytes, false);
    if (looksLikeAscii16(bytes, 0))
        return decode(bytes, true);
    return std::nullopt;
}

base::BytesView withoutByteOrderMark(base::BytesView bytes) noexcept {
    if (bytes.size() >= 3 && bytes[0] == 0xEFU && bytes[1] == 0xBBU && bytes[2] == 0xBFU)
        return bytes.subspan(3);
    return bytes;
}

} // namespace certwright::formats
