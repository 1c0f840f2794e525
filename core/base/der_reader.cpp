#include "core/base/der_reader.h"

#include <vector>

namespace certwright::base {

namespace {

/// Length octets at `position` (X.690 10.1: definite, shortest form). Moves `position` behind them.
std::optional<std::size_t> readLength(BytesView bytes, std::size_t& position) noexcept {
    if (position >= bytes.size())
        return std::nullopt;
    const std::uint8_t first = bytes[position++];
    if (first < 0x80)
        return first;
    const std::size_t count = first & 0x7FU;
    if (count == 0 || count > 4 || bytes.size() - position < count)
        return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i)
        length = (length << 8U) | bytes[position++];
    const bool isShortest = length >= 0x80 && (count == 1 || (length >> (8U * (count - 1))) != 0);
    if (!isShortest)
        return std::nullopt;
    return length;
}

void appendUtf8(std::string& out, std::uint32_t codePoint) {
    if (codePoint < 0x80) {
        out.push_back(static_cast<char>(codePoint));
    } else if (codePoint < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (codePoint >> 6U)));
        out.push_back(static_cast<char>(0x80U | (codePoint & 0x3FU)));
    } else if (codePoint < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (codePoint >> 12U)));
        out.push_back(static_cast<char>(0x80U | ((codePoint >> 6U) & 0x3FU)));
        out.push_back(static_cast<char>(0x80U | (codePoint & 0x3FU)));
    } else {
        out.push_back(static_cast<char>(0xF0U | (codePoint >> 18U)));
        out.push_back(static_cast<char>(0x80U | ((codePoint >> 12U) & 0x3FU)));
        out.push_back(static_cast<char>(0x80U | ((codePoint >> 6U) & 0x3FU)));
        out.push_back(static_cast<char>(0x80U | (codePoint & 0x3FU)));
    }
}

/// Big-endian characters of `width` octets each, as BMPString (2) and UniversalString (4) hold them.
std::optional<std::string> wideText(BytesView content, std::size_t width) {
    if (content.size() % width != 0)
        return std::nullopt;
    std::string out;
    out.reserve(content.size() / width);
    for (std::size_t i = 0; i < content.size(); i += width) {
        std::uint32_t codePoint = 0;
        for (std::size_t j = 0; j < width; ++j)
            codePoint = (codePoint << 8U) | content[i + j];
        if (codePoint > 0x10FFFF || (codePoint >= 0xD800 && codePoint <= 0xDFFF))
            return std::nullopt;
        appendUtf8(out, codePoint);
    }
    return out;
}

bool isContinuation(std::uint8_t byte) noexcept {
    return (byte & 0xC0U) == 0x80;
}

/// Shortest forms only, no surrogates, nothing above U+10FFFF (RFC 3629 4).
bool isUtf8(BytesView bytes) noexcept {
    std::size_t i = 0;
    while (i < bytes.size()) {
        const std::uint8_t lead = bytes[i];
        const std::size_t count = lead < 0x80                   ? 1
                                  : lead >= 0xC2 && lead < 0xE0 ? 2
                                  : (lead & 0xF0U) == 0xE0      ? 3
                                  : lead >= 0xF0 && lead < 0xF5 ? 4
                                                                : 0;
        if (count == 0 || bytes.size() - i < count)
            return false;
        for (std::size_t j = 1; j < count; ++j) {
            if (!isContinuation(bytes[i + j]))
                return false;
        }
        const std::uint8_t second = count > 1 ? bytes[i + 1] : std::uint8_t{0};
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F))
            return false;
        i += count;
    }
    return true;
}

/// One arc of an OID, a number of any size: an OID made of a UUID (ITU-T X.667) has 128 bits in one arc.
class DecimalArc {
public:
    /// Takes seven more bits at the low end.
    void append(unsigned bits) {
        std::uint64_t carry = bits;
        for (std::uint64_t& limb : m_limbs) {
            carry += limb << 7U;
            limb = carry % LimbBase;
            carry /= LimbBase;
        }
        if (carry != 0)
            m_limbs.push_back(carry);
    }
    bool isBelow(unsigned limit) const noexcept {
        return m_limbs.empty() || (m_limbs.size() == 1 && m_limbs[0] < limit);
    }
    /// `value` is not greater than the number.
    void subtract(unsigned value) noexcept {
        std::uint64_t borrow = value;
        for (std::uint64_t& limb : m_limbs) {
            const bool needsMore = limb < borrow;
            limb += (needsMore ? LimbBase : 0) - borrow;
            borrow = needsMore ? 1 : 0;
        }
    }
    std::string text() const {
        std::string out;
        for (std::size_t i = m_limbs.size(); i-- > 0;) {
            const std::string digits = std::to_string(m_limbs[i]);
            if (out.empty() && m_limbs[i] == 0)
                continue; // a limb that subtract() emptied
            if (!out.empty())
                out.append(LimbDigits - digits.size(), '0');
            out += digits;
        }
        return out.empty() ? std::string("0") : out;
    }

private:
    static constexpr std::size_t LimbDigits = 16;
    static constexpr std::uint64_t LimbBase = 10'000'000'000'000'000U; // times 128 fits into 64 bits
    std::vector<std::uint64_t> m_limbs;                                ///< lowest first
};

/// OpenSSL prints no longer ones either (CVE-2023-2650: the work grows with the square of the length).
constexpr std::size_t MaximumOid = 586;

} // namespace

std::optional<DerElement> DerReader::next() noexcept {
    if (m_failed || m_rest.empty())
        return std::nullopt;
    std::size_t position = 1;
    const bool hasLongTag = (m_rest[0] & 0x1FU) == 0x1F;
    const auto length = hasLongTag ? std::nullopt : readLength(m_rest, position);
    if (!length || m_rest.size() - position < *length) {
        m_failed = true;
        return std::nullopt;
    }
    DerElement element;
    element.identifier = m_rest[0];
    element.content = m_rest.subspan(position, *length);
    element.whole = m_rest.first(position + *length);
    m_rest = m_rest.subspan(position + *length);
    return element;
}

std::optional<DerElement> DerReader::expect(std::uint8_t identifier) noexcept {
    if (peek() != identifier || m_rest.empty()) {
        m_failed = true;
        return std::nullopt;
    }
    return next();
}

std::optional<DerElement> DerReader::optional(std::uint8_t identifier) noexcept {
    if (m_failed || m_rest.empty() || m_rest.front() != identifier)
        return std::nullopt;
    return next();
}

std::optional<std::string> oidText(BytesView content) {
    if (content.empty() || content.size() > MaximumOid || (content.back() & 0x80U) != 0)
        return std::nullopt;
    std::string out;
    DecimalArc arc;
    bool isArcStart = true;
    for (const std::uint8_t byte : content) {
        if (isArcStart && byte == 0x80)
            return std::nullopt;
        arc.append(byte & 0x7FU);
        isArcStart = (byte & 0x80U) == 0;
        if (!isArcStart)
            continue;
        if (out.empty()) {
            const unsigned root = arc.isBelow(40) ? 0 : arc.isBelow(80) ? 1 : 2;
            arc.subtract(root * 40);
            out = std::to_string(root);
        }
        out += '.';
        out += arc.text();
        arc = DecimalArc();
    }
    return out;
}

std::optional<std::string> stringText(const DerElement& element) {
    switch (element.identifier) {
    case der::Utf8String:
        if (!isUtf8(element.content))
            return std::nullopt;
        return std::string(textOf(element.content));
    case der::PrintableString:
    case der::Ia5String:
    case 0x12: // NumericString
    case 0x1A: // VisibleString
    case der::T61String: {
        std::string out;
        out.reserve(element.content.size());
        for (const std::uint8_t byte : element.content)
            appendUtf8(out, byte);
        return out;
    }
    case der::BmpString:
        return wideText(element.content, 2);
    case der::UniversalString:
        return wideText(element.content, 4);
    default:
        return std::nullopt;
    }
}

std::optional<Time> timeOf(const DerElement& element) {
    if (element.identifier != der::UtcTime && element.identifier != der::GeneralizedTime)
        return std::nullopt;
    // The year's digits alone tell the two apart for parseAsn1Time(), so the rest must be as the type wants it.
    const std::string_view text = textOf(element.content);
    const auto digits = text.find_first_not_of("0123456789");
    if ((element.identifier == der::GeneralizedTime) != (digits == 14))
        return std::nullopt;
    return parseAsn1Time(text);
}

} // namespace certwright::base
