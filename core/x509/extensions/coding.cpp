#include "core/x509/extensions/coding.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/native_text.h"

#include <algorithm>

namespace certwright::x509::coding {

using base::Bytes;
using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

std::optional<BytesView> only(BytesView value, std::uint8_t identifier) noexcept {
    DerReader reader(value);
    const auto element = reader.expect(identifier);
    return element && reader.atEnd() ? std::optional(element->content) : std::nullopt;
}

std::optional<std::string> readOid(DerReader& reader) {
    const auto element = reader.expect(der::Oid);
    return element ? base::oidText(element->content) : std::nullopt;
}

std::optional<std::uint64_t> numberOf(BytesView content) noexcept {
    if (content.empty() || content.size() > sizeof(std::uint64_t) || (content[0] & 0x80U) != 0)
        return std::nullopt;
    std::uint64_t out = 0;
    for (const std::uint8_t octet : content)
        out = out << 8U | octet;
    return out;
}

std::optional<std::uint64_t> readNumber(DerReader& reader) noexcept {
    const auto element = reader.expect(der::Integer);
    return element ? numberOf(element->content) : std::nullopt;
}

std::optional<Serial> serialOf(BytesView content) {
    const Bytes element = base::derElement(der::Integer, content);
    const unsigned char* position = element.data();
    const Handle<ASN1_STRING> native(d2i_ASN1_INTEGER(nullptr, &position, base::longSize(element.size())));
    base::clearQueue();
    return native ? std::optional(Serial::share(native.get())) : std::nullopt;
}

std::optional<std::string> readString(DerReader& reader) {
    const auto element = reader.next();
    return element ? base::stringText(*element) : std::nullopt;
}

std::optional<std::vector<GeneralName>> namesOf(BytesView content) {
    try {
        return generalNamesFromDer(base::derElement(der::Sequence, content));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            throw;
        return std::nullopt;
    }
}

std::optional<unsigned> namedBitsOf(BytesView content) noexcept {
    if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0))
        return std::nullopt;
    unsigned bits = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(content.size() - 1, 4); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((content[i + 1] & (0x80U >> bit)) != 0)
                bits |= 1U << (8 * static_cast<unsigned>(i) + bit);
        }
    }
    return bits;
}

void append(Bytes& out, BytesView element) {
    out.insert(out.end(), element.begin(), element.end());
}

Bytes oidElement(std::string_view type) {
    const Handle<ASN1_OBJECT> object = objectOf(type);
    unsigned char* buffer = nullptr;
    const int length = object ? i2d_ASN1_OBJECT(object.get(), &buffer) : 0;
    base::clearQueue();
    if (length <= 0)
        throw Error(ErrorKind::BadInput, "“" + std::string(type) + "” is not an object identifier",
                    "Write it with dots, e.g. 1.3.6.1.4.1.99999.1.");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {buffer, buffer + length};
}

Bytes numberElement(std::uint64_t number, std::uint8_t identifier) {
    Bytes content;
    do {
        content.insert(content.begin(), static_cast<std::uint8_t>(number & 0xFFU));
        number >>= 8U;
    } while (number != 0);
    if ((content.front() & 0x80U) != 0)
        content.insert(content.begin(), std::uint8_t{0});
    return base::derElement(identifier, content);
}

Bytes serialElement(const Serial& number, std::uint8_t identifier) {
    const Handle<ASN1_INTEGER> native = number.toNative();
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_INTEGER(native.get(), &buffer);
    base::check(length, "encode a number");
    const base::OpensslMemory<unsigned char> owner(buffer);
    Bytes out(buffer, buffer + length);
    out.front() = identifier;
    return out;
}

Bytes ia5Element(std::string_view text, std::uint8_t identifier) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” has characters that are not ASCII");
    return base::derElement(identifier, base::bytesOf(text));
}

Bytes utf8Element(std::string_view text) {
    return base::derElement(der::Utf8String, base::bytesOf(text));
}

Bytes booleanElement(bool value, std::uint8_t identifier) {
    return {identifier, 1, static_cast<std::uint8_t>(value ? 0xFF : 0)};
}

Bytes namesElement(const std::vector<GeneralName>& names, std::uint8_t identifier) {
    Bytes out = generalNamesToDer(names);
    out.front() = identifier;
    return out;
}

Bytes namedBitsElement(unsigned bits, std::uint8_t identifier) {
    Bytes content{0};
    for (unsigned i = 0; i < 32 && bits >> i != 0; ++i) {
        if (i % 8 == 0)
            content.push_back(0);
        if ((bits >> i & 1U) != 0)
            content.back() = static_cast<std::uint8_t>(content.back() | (0x80U >> (i % 8)));
        content.front() = static_cast<std::uint8_t>(7 - i % 8);
    }
    return base::derElement(identifier, content);
}

} // namespace certwright::x509::coding
