#include "core/tls/starttls/plain_message.h"

#include <algorithm>

namespace certwright::tls::starttls {

namespace {

constexpr std::size_t MaximumText = 1000;

/// The code point at `at` and its length; length 0 when it is not well-formed UTF-8 (RFC 3629 4).
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0;
};

CodePoint codePointAt(base::BytesView bytes, std::size_t at) {
    const std::uint8_t first = bytes[at];
    if (first < 0x80)
        return {first, 1};
    std::size_t length = 0;
    std::uint32_t value = 0;
    if (first >= 0xC2 && first < 0xE0) {
        length = 2;
        value = first & 0x1FU;
    } else if (first >= 0xE0 && first < 0xF0) {
        length = 3;
        value = first & 0x0FU;
    } else if (first >= 0xF0 && first < 0xF5) {
        length = 4;
        value = first & 0x07U;
    }
    if (length == 0 || length > bytes.size() - at)
        return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((bytes[at + i] & 0xC0U) != 0x80U)
            return {};
        value = (value << 6U) | (bytes[at + i] & 0x3FU);
    }
    const bool isOverlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool isSurrogate = value >= 0xD800 && value <= 0xDFFF;
    return isOverlong || isSurrogate || value > 0x10FFFF ? CodePoint{} : CodePoint{value, length};
}

/// Characters that move or hide others: C0 and C1 controls, bidirectional and zero-width ones.
bool isInvisible(std::uint32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x61C || (value >= 0x200B && value <= 0x200F) ||
           (value >= 0x2028 && value <= 0x202E) || (value >= 0x2060 && value <= 0x206F) || value == 0xFEFF;
}

} // namespace

std::string visibleText(base::BytesView bytes, std::size_t limit) {
    const bool isCut = bytes.size() > limit;
    std::string text;
    for (std::size_t at = 0; at < std::min(bytes.size(), limit);) {
        const CodePoint point = codePointAt(bytes, at);
        const std::size_t length = std::max<std::size_t>(point.length, 1);
        if (point.length != 0 && !isInvisible(point.value)) {
            text += base::textOf(bytes.subspan(at, length));
        } else if (point.value == '\t') {
            text += ' ';
        } else {
            for (const std::uint8_t octet : bytes.subspan(at, length))
                text += "\\x" + base::toHex(base::BytesView(&octet, 1));
        }
        at += length;
    }
    return isCut ? text + "..." : text;
}

std::string PlainMessage::toText() const {
    if (!isBinary)
        return visibleText(bytes, MaximumText);
    const base::BytesView shown = base::BytesView(bytes).first(std::min(bytes.size(), MaximumText / 3));
    return base::toHex(shown, ' ') + (shown.size() < bytes.size() ? " ..." : "");
}

} // namespace certwright::tls::starttls
