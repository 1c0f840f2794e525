#pragma once

#include "core/base/bytes.h"
#include "core/tls/wire/field.h"
#include "core/tls/wire/reader.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace certwright::tls::wire {

/// Octets as hexadecimal text, the first 64 of them.
std::string hexValue(base::BytesView bytes);
/// Octets as text: printable ASCII as it is, others escaped as in C.
std::string textValue(base::BytesView bytes);
std::string decimalValue(std::uint32_t number);
/// "name (0x1301)", and the number alone when there is no name.
std::string namedValue(const std::string& name, std::uint32_t number, int digits);

/// Reads a message and makes a field of each part. What the bytes are too short for becomes a damaged field with all
/// that is left, and the reader is at its end.
class FieldReader {
public:
    using Number = std::string (*)(std::uint32_t);
    using Text = std::string (*)(base::BytesView);
    using Decode = std::function<void(FieldReader&)>;

    /// More parts of one list are not told apart: a message may be as long as it likes.
    static constexpr std::size_t MaximumListed = 1000;

    /// `offset` is where `bytes` begin in the message. Both must outlive the reader.
    FieldReader(base::BytesView bytes, std::size_t offset, std::vector<Field>& fields)
        : m_reader(bytes)
        , m_size(bytes.size())
        , m_offset(offset)
        , m_fields(fields) {}

    bool atEnd() const noexcept { return m_reader.atEnd(); }
    std::size_t remaining() const noexcept { return m_reader.remaining(); }
    /// Where in the message it is.
    std::size_t offset() const noexcept { return m_offset + m_size - m_reader.remaining(); }

    /// A number of one to four octets; 0 when it is damaged.
    std::uint32_t number(const char* name, std::size_t octets, Number text = decimalValue);
    /// Octets of a size that is known.
    base::BytesView bytes(const char* name, std::size_t size, Text text = hexValue);
    /// Octets after their length.
    base::BytesView opaque(const char* name, std::size_t lengthOctets, Text text = hexValue);
    /// What stands after its length, decoded. What `decode` leaves becomes a damaged field.
    void vector(const std::string& name, std::size_t lengthOctets, const Decode& decode);
    /// The same of a type of two octets before the length, of which `name` and `decode` are made.
    void typedVector(const std::function<std::string(std::uint32_t)>& name,
                     const std::function<void(std::uint32_t, FieldReader&)>& decode);
    /// `decode` again and again until the end.
    void list(const Decode& decode);
    /// One field whose parts `decode` reads.
    void group(const char* name, const Decode& decode);
    /// All that is left, if anything.
    base::BytesView rest(const char* name, Text text = hexValue);
    /// All that is left, which should not be there.
    void unexpected();
    /// What the last field says.
    void setValue(std::string value);

private:
    void add(std::string name, std::string value, std::size_t from, std::vector<Field> children = {});
    void damage(const std::string& name, const std::string& why);
    std::optional<base::BytesView> content(const std::string& name, std::size_t typeOctets, std::size_t lengthOctets);

    Reader m_reader;
    std::size_t m_size;
    std::size_t m_offset;
    std::vector<Field>& m_fields;
};

} // namespace certwright::tls::wire
