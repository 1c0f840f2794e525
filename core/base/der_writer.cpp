#include "core/base/der_writer.h"

#include "core/base/der_reader.h"

#include <charconv>

namespace certwright::base {

namespace {

void appendLength(Bytes& out, std::size_t length) {
    if (length < 0x80U) {
        out.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    std::uint8_t count = 0;
    for (std::size_t rest = length; rest != 0; rest >>= 8U)
        ++count;
    out.push_back(static_cast<std::uint8_t>(0x80U | count));
    for (std::uint8_t i = count; i > 0; --i)
        out.push_back(static_cast<std::uint8_t>(length >> (8U * (i - 1U))));
}

void appendArc(Bytes& out, std::uint64_t arc) {
    unsigned shift = 0;
    for (std::uint64_t rest = arc >> 7U; rest != 0; rest >>= 7U)
        shift += 7;
    for (; shift > 0; shift -= 7)
        out.push_back(static_cast<std::uint8_t>(0x80U | ((arc >> shift) & 0x7FU)));
    out.push_back(static_cast<std::uint8_t>(arc & 0x7FU));
}

} // namespace

Bytes derElement(std::uint8_t identifier, BytesView content) {
    Bytes out;
    out.reserve(content.size() + 6);
    out.push_back(identifier);
    appendLength(out, content.size());
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

Bytes derSequence(std::initializer_list<BytesView> elements) {
    Bytes content;
    for (const BytesView element : elements)
        content.insert(content.end(), element.begin(), element.end());
    return derElement(der::Sequence, content);
}

Bytes derUnsigned(BytesView number) {
    while (number.size() > 1 && number.front() == 0)
        number = number.subspan(1);
    Bytes content;
    if (number.empty() || number.front() >= 0x80U)
        content.push_back(0);
    content.insert(content.end(), number.begin(), number.end());
    return derElement(der::Integer, content);
}

Bytes derBitString(BytesView content) {
    Bytes bits;
    bits.reserve(content.size() + 1);
    bits.push_back(0);
    bits.insert(bits.end(), content.begin(), content.end());
    return derElement(der::BitString, bits);
}

Bytes derOid(std::string_view dotted) {
    Bytes content;
    std::uint64_t first = 0;
    for (int index = 0; !dotted.empty(); ++index) {
        std::uint64_t arc = 0;
        const auto parsed = std::from_chars(dotted.data(), dotted.data() + dotted.size(), arc);
        dotted.remove_prefix(static_cast<std::size_t>(parsed.ptr - dotted.data()));
        if (!dotted.empty())
            dotted.remove_prefix(1);
        if (index == 0)
            first = arc;
        else
            appendArc(content, index == 1 ? first * 40 + arc : arc);
    }
    return derElement(der::Oid, content);
}

} // namespace certwright::base
