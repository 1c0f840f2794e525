#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// One element of ASN.1 as it stands in the bytes: where it is and what its header says. Small, since a revocation list
/// has a million of them; the texts are made when asked for.
struct Asn1Element {
    static constexpr std::size_t NoParent = std::numeric_limits<std::size_t>::max();

    std::size_t offset = 0;        ///< of the identifier octet, from the start of all bytes
    std::size_t length = 0;        ///< content octets, without end-of-contents; what the header says of a cut one
    std::size_t parent = NoParent; ///< index of the element that it is in
    std::uint64_t tag = 0;         ///< tag number
    std::uint16_t headerLength = 0;
    std::uint16_t depth = 0;   ///< 0 for those that are in no other
    std::uint8_t tagClass = 0; ///< 0 universal, 1 application, 2 context-specific, 3 private
    bool isConstructed = false;
    bool isIndefinite = false;   ///< its length is not said, end-of-contents octets follow the content
    bool isShortest = true;      ///< tag number and length are in their shortest form, as DER wants them
    bool isEncapsulated = false; ///< it is the content of an OCTET STRING or BIT STRING, its parent
    bool isOpened = false;       ///< elements follow that are in it
    bool isCut = false;          ///< the content ends before the length that the header says
};

/// What ASN.1 some bytes are: every element in the order of the bytes, each followed by those in it. Reads BER (X.690):
/// indefinite lengths, long tag numbers, lengths in any form; content of OCTET and BIT STRINGs that is DER by itself is
/// opened, too. Bytes that are damaged are shown as far as they can be, with the reason why they end there. Works
/// without recursion, up to MaxDepth levels.
class Asn1View {
public:
    /// As deep as OpenSSL's asn1parse goes.
    static constexpr std::size_t MaxDepth = 128;

    /// Never throws for bad bytes. The view takes no copy: the bytes must outlive it.
    explicit Asn1View(base::BytesView bytes);

    const std::vector<Asn1Element>& elements() const noexcept { return m_elements; }
    /// True when the bytes are well formed to their end.
    bool isComplete() const noexcept { return m_problem.empty(); }
    /// Why it stops, a sentence without full stop; empty when it is complete.
    const std::string& problem() const noexcept { return m_problem; }
    /// Offset of what is wrong.
    std::size_t problemOffset() const noexcept { return m_problemOffset; }

    /// "SEQUENCE", "[0]", "[APPLICATION 3]", "universal 50".
    static std::string typeName(const Asn1Element& element);
    /// Name of an OBJECT IDENTIFIER where OpenSSL or this program has one ("commonName"), else empty.
    std::string oidName(const Asn1Element& element) const;
    /// The content in words: numbers, dotted OIDs, UTF-8 of strings, times (RFC 3339), hexadecimal of what is no text.
    /// Empty for what holds other elements. Hexadecimal and decimal digits end behind `maxOctets` with "...".
    std::string value(const Asn1Element& element,
                      std::size_t maxOctets = std::numeric_limits<std::size_t>::max()) const;
    /// Identifier, length and content octets (and end-of-contents), as far as they are there.
    base::BytesView whole(const Asn1Element& element) const noexcept;
    base::BytesView content(const Asn1Element& element) const noexcept;
    /// The element whose identifier octet is at this offset; null when there is none.
    const Asn1Element* at(std::size_t offset) const noexcept;

private:
    struct Frame;
    void parse();
    /// Goes into the element at `position`. False when nothing more can be read.
    bool enter(std::vector<Frame>& open, std::size_t& position);
    void openString(std::vector<Frame>& open, std::size_t index, std::size_t& position, std::size_t end);
    bool isEncapsulation(const Asn1Element& element, std::size_t& skipped) const noexcept;
    void stop(std::size_t offset, std::string problem);

    base::BytesView m_bytes;
    std::vector<Asn1Element> m_elements;
    std::string m_problem;
    std::size_t m_problemOffset = 0;
};

/// One run of ASN.1 in a file.
struct Asn1Source {
    std::string label; ///< PEM label; empty for what is not PEM
    base::Bytes bytes;
    std::string problem; ///< why there are no bytes: the PEM block is damaged or encrypted; else empty
};

/// The ASN.1 in the bytes of a file: PEM (every block), base64 alone, UTF-16 of these, or the bytes themselves. Never
/// throws for bad bytes, and gives one at least.
std::vector<Asn1Source> asn1Sources(base::BytesView bytes);

} // namespace certwright::formats
