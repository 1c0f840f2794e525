#include "core/formats/asn1_view.h"

#include "core/formats/ber_header.h"
#include "core/formats/der_shape.h"
#include "core/formats/pem.h"
#include "core/formats/text_encoding.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace certwright::formats {

using base::BytesView;

namespace {

constexpr std::uint64_t TagBitString = 3, TagOctetString = 4, TagSequence = 16, TagSet = 17;

/// True when the content of a primitive universal type is as it must be: what is not is hardly meant to be ASN.1.
bool isPlausible(const BerHeader& header, BytesView content) noexcept {
    if (header.tagClass != 0)
        return true;
    if (header.isConstructed)
        return header.tag == TagSequence || header.tag == TagSet;
    switch (header.tag) {
    case 1: // BOOLEAN
        return content.size() == 1 && (content[0] == 0 || content[0] == 0xFF);
    case 2: // INTEGER
    case 10:
        return !content.empty() && !(content.size() > 1 && ((content[0] == 0 && content[1] < 0x80) ||
                                                            (content[0] == 0xFF && content[1] >= 0x80)));
    case TagBitString:
        return !content.empty() && content[0] < 8;
    case 5: // NULL
        return content.empty();
    case 6: // OBJECT IDENTIFIER
        return !content.empty() && content.back() < 0x80;
    case TagOctetString:
    case 12: // UTF8String
    case 19: // PrintableString
    case 20:
    case 22: // IA5String
    case 23: // UTCTime
    case 24:
    case 30: // BMPString
        return true;
    default:
        return false;
    }
}

/// True when `bytes` are DER through and through: elements one after the other, down to the last level.
bool isDer(BytesView bytes, std::size_t depth) noexcept {
    std::array<std::size_t, Asn1View::MaxDepth> ends{};
    std::size_t level = 0;
    ends[0] = bytes.size();
    std::size_t position = 0;
    while (position < bytes.size()) {
        const std::size_t end = ends[level];
        if (position == end) {
            --level; // the lowest level ends with the bytes
            continue;
        }
        const BerHeader header = readBerHeader(bytes.subspan(position, end - position));
        if (!header.isValid() || header.isIndefinite || !header.isShortest ||
            header.length > end - position - header.size)
            return false;
        position += header.size;
        if (!isPlausible(header, bytes.subspan(position, header.length)))
            return false;
        if (!header.isConstructed) {
            position += header.length;
        } else if (++level + depth >= Asn1View::MaxDepth) {
            return false;
        } else {
            ends[level] = position + header.length;
        }
    }
    return true;
}

} // namespace

/// An element whose content is being read.
struct Asn1View::Frame {
    std::size_t index = 0; ///< NoParent: the bytes themselves
    std::size_t end = 0;   ///< behind the content; of an indefinite one behind what it can be at most
    bool isIndefinite = false;
    bool isEncapsulating = false; ///< its elements are those of an OCTET STRING or BIT STRING
};

Asn1View::Asn1View(BytesView bytes)
    : m_bytes(bytes) {
    parse();
}

void Asn1View::stop(std::size_t offset, std::string problem) {
    if (!m_problem.empty())
        return;
    m_problem = std::move(problem);
    m_problemOffset = offset;
}

void Asn1View::parse() {
    std::vector<Frame> open{{Asn1Element::NoParent, m_bytes.size(), false, false}};
    std::size_t position = 0;
    if (m_bytes.empty())
        stop(0, "There is nothing to read");
    while (!open.empty()) {
        const Frame frame = open.back();
        if (frame.isIndefinite && frame.end - position >= 2 && m_bytes[position] == 0 && m_bytes[position + 1] == 0) {
            Asn1Element& element = m_elements[frame.index];
            element.length = position - element.offset - element.headerLength;
            position += 2;
            open.pop_back();
        } else if (position < frame.end) {
            if (!enter(open, position))
                break;
        } else if (frame.isIndefinite) {
            stop(m_elements[frame.index].offset, "The end-of-contents octets of this element are missing");
            break;
        } else {
            if (frame.index != Asn1Element::NoParent && m_elements[frame.index].isCut)
                break; // the problem is noted already, and what follows would be no sense
            open.pop_back();
        }
    }
    for (const Frame& frame : open) {
        if (frame.index == Asn1Element::NoParent)
            continue;
        Asn1Element& element = m_elements[frame.index];
        if (frame.isIndefinite) {
            element.length = frame.end - element.offset - element.headerLength;
            element.isCut = true;
        }
    }
}

bool Asn1View::enter(std::vector<Frame>& open, std::size_t& position) {
    const Frame frame = open.back();
    const BerHeader header = readBerHeader(m_bytes.subspan(position, frame.end - position));
    if (!header.isValid()) {
        stop(position, "This is no element of ASN.1: " + std::string(header.problem));
        return false;
    }
    Asn1Element element;
    element.offset = position;
    element.length = header.length;
    element.parent = frame.index;
    element.tag = header.tag;
    element.headerLength = static_cast<std::uint16_t>(header.size);
    element.depth = static_cast<std::uint16_t>(open.size() - 1);
    element.tagClass = header.tagClass;
    element.isConstructed = header.isConstructed;
    element.isIndefinite = header.isIndefinite;
    element.isShortest = header.isShortest;
    element.isEncapsulated = frame.isEncapsulating;
    position += header.size;
    const std::size_t left = frame.end - position;
    element.isCut = header.length > left;
    if (element.isCut) {
        stop(element.offset, "This element says that it has " + std::to_string(header.length) + " octets, but " +
                                 std::to_string(left) + " are left" +
                                 (frame.end == m_bytes.size() ? "" : " in the one that it is in"));
    }
    const std::size_t end = position + std::min(header.length, left);
    if (frame.index != Asn1Element::NoParent)
        m_elements[frame.index].isOpened = true;
    m_elements.push_back(element);
    const std::size_t index = m_elements.size() - 1;
    if (element.tagClass == 0 && element.tag == 0 && !element.isConstructed && element.length == 0) {
        stop(element.offset, "End-of-contents octets stand here though no element without a length is open");
        return false;
    }
    if (!element.isConstructed) {
        openString(open, index, position, end);
        return !element.isCut;
    }
    if (open.size() >= MaxDepth) {
        stop(element.offset, "There are more than " + std::to_string(MaxDepth) + " elements in each other");
        return false;
    }
    open.push_back({index, header.isIndefinite ? frame.end : end, header.isIndefinite, false});
    return true;
}

void Asn1View::openString(std::vector<Frame>& open, std::size_t index, std::size_t& position, std::size_t end) {
    std::size_t skipped = 0;
    if (open.size() < MaxDepth && isEncapsulation(m_elements[index], skipped)) {
        position += skipped;
        open.push_back({index, end, false, true});
    } else {
        position = end;
    }
}

bool Asn1View::isEncapsulation(const Asn1Element& element, std::size_t& skipped) const noexcept {
    if (element.tagClass != 0 || element.isCut)
        return false;
    BytesView inside = content(element);
    if (element.tag == TagBitString) {
        // Keys and signatures; a BIT STRING that is no container begins with a SEQUENCE by chance only.
        if (inside.size() < 3 || inside[0] != 0 || inside[1] != 0x30)
            return false;
        inside = inside.subspan(1);
        skipped = 1;
    } else if (element.tag != TagOctetString) {
        return false;
    }
    return inside.size() >= 2 && isDer(inside, element.depth + std::size_t{1});
}

BytesView Asn1View::whole(const Asn1Element& element) const noexcept {
    const std::size_t left = m_bytes.size() - element.offset;
    const std::size_t end = element.isIndefinite && !element.isCut ? 2 : 0;
    if (element.length >= left)
        return m_bytes.subspan(element.offset);
    return m_bytes.subspan(element.offset, std::min(left, element.headerLength + element.length + end));
}

BytesView Asn1View::content(const Asn1Element& element) const noexcept {
    const std::size_t start = element.offset + element.headerLength;
    return m_bytes.subspan(start, std::min(element.length, m_bytes.size() - start));
}

const Asn1Element* Asn1View::at(std::size_t offset) const noexcept {
    const auto found =
        std::lower_bound(m_elements.begin(), m_elements.end(), offset,
                         [](const Asn1Element& element, std::size_t wanted) { return element.offset < wanted; });
    return found != m_elements.end() && found->offset == offset ? &*found : nullptr;
}

std::vector<Asn1Source> asn1Sources(BytesView bytes) {
    const DerShape shape = shapeOf(bytes);
    const bool isWholeDer =
        shape.kind != DerKind::NotDer && shape.kind != DerKind::Truncated && shape.length == bytes.size();
    std::vector<Asn1Source> sources;
    if (!isWholeDer) {
        const std::optional<std::string> utf8 = utf8FromUtf16(bytes);
        const std::string_view text = utf8 ? std::string_view(*utf8) : base::textOf(withoutByteOrderMark(bytes));
        PemScanner scanner(text);
        while (auto block = scanner.next()) {
            Asn1Source source{block->label, std::move(block->der), {}};
            if (block->error)
                source.problem = block->error->message();
            else if (block->header("DEK-Info") != nullptr)
                source.problem = "The block " + block->label + " is encrypted as a whole: no ASN.1 shows";
            sources.push_back(std::move(source));
        }
        if (!sources.empty())
            return sources;
        if (auto decoded = base::fromBase64(text); decoded && !decoded->empty()) {
            sources.push_back({{}, std::move(*decoded), {}});
            return sources;
        }
    }
    sources.push_back({{}, base::toBytes(bytes), {}});
    return sources;
}

} // namespace certwright::formats
