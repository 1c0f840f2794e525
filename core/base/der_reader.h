#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace certwright::base {

/// One element of DER: views into the bytes that the reader was given.
struct DerElement {
    std::uint8_t identifier = 0; ///< first identifier octet: class, constructed bit and tag number below 31
    BytesView content;           ///< the content octets
    BytesView whole;             ///< identifier, length and content octets

    bool isConstructed() const noexcept { return (identifier & 0x20U) != 0; }
};

/// Identifier octets that readers ask for (X.690 8.1.2).
namespace der {
inline constexpr std::uint8_t Boolean = 0x01, Integer = 0x02, BitString = 0x03, OctetString = 0x04, Null = 0x05,
                              Oid = 0x06, Enumerated = 0x0A, Utf8String = 0x0C, PrintableString = 0x13,
                              T61String = 0x14, Ia5String = 0x16, UtcTime = 0x17, GeneralizedTime = 0x18,
                              UniversalString = 0x1C, BmpString = 0x1E, Sequence = 0x30, Set = 0x31;
/// [n] IMPLICIT of a primitive type, or [n] EXPLICIT / of a constructed one.
constexpr std::uint8_t context(unsigned n) noexcept {
    return static_cast<std::uint8_t>(0x80U | n);
}
constexpr std::uint8_t contextConstructed(unsigned n) noexcept {
    return static_cast<std::uint8_t>(0xA0U | n);
}
} // namespace der

/// Walks over DER elements one after the other without allocating. Never reads outside the bytes it was given, and
/// accepts only definite lengths in their shortest form (X.690 10.1) and tag numbers below 31. Nothing is thrown: a
/// reader that met something else stays failed and gives nothing more. The bytes must outlive it.
class DerReader {
public:
    explicit DerReader(BytesView bytes) noexcept
        : m_rest(bytes) {}

    bool atEnd() const noexcept { return !m_failed && m_rest.empty(); }
    bool hasFailed() const noexcept { return m_failed; }

    /// The next element, whatever it is. Nothing at the end or when it is not DER.
    std::optional<DerElement> next() noexcept;
    /// The next element if it has this identifier octet; otherwise the reader fails.
    std::optional<DerElement> expect(std::uint8_t identifier) noexcept;
    /// The next element if it has this identifier octet; otherwise nothing, and the reader stands still.
    std::optional<DerElement> optional(std::uint8_t identifier) noexcept;
    /// The identifier octet of the next element, 0 at the end.
    std::uint8_t peek() const noexcept { return m_failed || m_rest.empty() ? std::uint8_t{0} : m_rest.front(); }

private:
    BytesView m_rest;
    bool m_failed = false;
};

/// Dotted text of an OBJECT IDENTIFIER's content octets (X.690 8.19). Nothing when they are not well formed.
std::optional<std::string> oidText(BytesView content);

/// UTF-8 of a string element's content by its identifier octet; T61String is read as Latin-1, as OpenSSL does.
/// Nothing for another type or when the octets are not valid for theirs.
std::optional<std::string> stringText(const DerElement& element);

/// Time of a UTCTime or GeneralizedTime element in the forms of RFC 5280 4.1.2.5.
std::optional<Time> timeOf(const DerElement& element);

} // namespace certwright::base
