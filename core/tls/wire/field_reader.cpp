#include "core/tls/wire/field_reader.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace certwright::tls::wire {

namespace {

constexpr std::size_t ShownOctets = 64;

std::string octetsText(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " octet" : " octets");
}

} // namespace

std::string hexValue(base::BytesView bytes) {
    if (bytes.size() <= ShownOctets)
        return base::toHex(bytes);
    return base::toHex(bytes.first(ShownOctets)) + "… (" + octetsText(bytes.size()) + ")";
}

std::string textValue(base::BytesView bytes) {
    std::string text;
    for (const std::uint8_t octet : bytes) {
        if (octet >= 0x20 && octet < 0x7F && octet != '\\')
            text += static_cast<char>(octet);
        else
            text += "\\x" + base::toHex(base::BytesView(&octet, 1));
    }
    return text;
}

std::string decimalValue(std::uint32_t number) {
    return std::to_string(number);
}

std::string namedValue(const std::string& name, std::uint32_t number, int digits) {
    std::array<char, 16> hex{};
    std::snprintf(hex.data(), hex.size(), "0x%0*X", digits, static_cast<unsigned>(number));
    if (name.empty() || name == hex.data())
        return hex.data();
    return name + " (" + hex.data() + ")";
}

std::uint32_t FieldReader::number(const char* name, std::size_t octets, Number text) {
    const std::size_t from = offset();
    if (octets > remaining()) {
        damage(name, octetsText(octets) + " wanted, " + std::to_string(remaining()) + " left");
        return 0;
    }
    const std::uint32_t value = m_reader.unsignedNumber(octets);
    add(name, text(value), from);
    return value;
}

base::BytesView FieldReader::bytes(const char* name, std::size_t size, Text text) {
    const std::size_t from = offset();
    if (size > remaining()) {
        damage(name, octetsText(size) + " wanted, " + std::to_string(remaining()) + " left");
        return {};
    }
    const base::BytesView taken = m_reader.bytes(size);
    add(name, text(taken), from);
    return taken;
}

/// Type and length, then what they announce; nothing when that is damaged.
std::optional<base::BytesView> FieldReader::content(const std::string& name, std::size_t typeOctets,
                                                    std::size_t lengthOctets) {
    if (typeOctets + lengthOctets > remaining()) {
        damage(name, "a length of " + octetsText(lengthOctets) + " wanted, " + std::to_string(remaining()) + " left");
        return std::nullopt;
    }
    Reader ahead = m_reader;
    ahead.bytes(typeOctets);
    const std::uint32_t length = ahead.unsignedNumber(lengthOctets);
    if (length > ahead.remaining()) {
        damage(name, "its length says " + octetsText(length) + ", " + std::to_string(ahead.remaining()) + " left");
        return std::nullopt;
    }
    const base::BytesView taken = ahead.bytes(length);
    m_reader = ahead;
    return taken;
}

base::BytesView FieldReader::opaque(const char* name, std::size_t lengthOctets, Text text) {
    const std::size_t from = offset();
    const std::optional<base::BytesView> taken = content(name, 0, lengthOctets);
    if (!taken)
        return {};
    add(name, text(*taken), from);
    return *taken;
}

void FieldReader::vector(const std::string& name, std::size_t lengthOctets, const Decode& decode) {
    const std::size_t from = offset();
    const std::optional<base::BytesView> taken = content(name, 0, lengthOctets);
    if (!taken)
        return;
    std::vector<Field> children;
    FieldReader inner(*taken, from + lengthOctets, children);
    decode(inner);
    inner.unexpected();
    add(name, {}, from, std::move(children));
}

void FieldReader::typedVector(const std::function<std::string(std::uint32_t)>& name,
                              const std::function<void(std::uint32_t, FieldReader&)>& decode) {
    const std::size_t from = offset();
    Reader ahead = m_reader;
    const std::uint32_t type = ahead.u16();
    const std::string title = ahead.hasFailed() ? std::string("type") : name(type);
    const std::optional<base::BytesView> taken = content(title, 2, 2);
    if (!taken)
        return;
    std::vector<Field> children;
    FieldReader inner(*taken, from + 4, children);
    decode(type, inner);
    inner.unexpected();
    add(title, {}, from, std::move(children));
}

void FieldReader::list(const Decode& decode) {
    const std::size_t before = m_fields.size();
    while (!atEnd()) {
        if (m_fields.size() - before >= MaximumListed) {
            rest("more, not listed");
            return;
        }
        decode(*this);
    }
}

void FieldReader::group(const char* name, const Decode& decode) {
    const std::size_t from = offset();
    std::vector<Field> children;
    Reader ahead = m_reader;
    FieldReader inner(ahead.bytes(ahead.remaining()), from, children);
    decode(inner);
    m_reader.bytes(remaining() - inner.remaining());
    add(name, {}, from, std::move(children));
}

base::BytesView FieldReader::rest(const char* name, Text text) {
    return atEnd() ? base::BytesView{} : bytes(name, remaining(), text);
}

void FieldReader::unexpected() {
    if (!atEnd())
        damage("rest", octetsText(remaining()) + " more than there should be");
}

void FieldReader::setValue(std::string value) {
    if (!m_fields.empty())
        m_fields.back().value = std::move(value);
}

void FieldReader::add(std::string name, std::string value, std::size_t from, std::vector<Field> children) {
    Field field;
    field.name = std::move(name);
    field.value = std::move(value);
    field.offset = from;
    field.length = offset() - from;
    field.children = std::move(children);
    m_fields.push_back(std::move(field));
}

void FieldReader::damage(const std::string& name, const std::string& why) {
    const std::size_t from = offset();
    const base::BytesView left = m_reader.bytes(remaining());
    add(name, "damaged: " + why + (left.empty() ? std::string() : ": " + hexValue(left)), from);
    m_fields.back().isDamaged = true;
}

} // namespace certwright::tls::wire
