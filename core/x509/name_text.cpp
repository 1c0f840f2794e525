#include "core/x509/name_text.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/name_attributes.h"

#include <openssl/objects.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;

namespace {

/// Walks over a name's text. What RFC 4514 and OpenSSL's one line have in common; they differ in what ends a value.
class NameTextReader {
public:
    NameTextReader(std::string_view text, std::size_t start, std::string_view separators)
        : m_text(text)
        , m_separators(separators)
        , m_position(start) {}

    bool atEnd() const noexcept { return m_position >= m_text.size(); }
    char peek() const noexcept { return atEnd() ? '\0' : m_text[m_position]; }
    void skip() noexcept { ++m_position; }
    std::size_t position() const noexcept { return m_position; }
    bool atSeparator() const noexcept { return !atEnd() && m_separators.find(peek()) != std::string_view::npos; }
    void skipSpaces() noexcept {
        while (!atEnd() && peek() == ' ')
            ++m_position;
    }

    [[noreturn]] void fail(const std::string& message, std::size_t where, std::string hint = {}) const {
        throw Error(ErrorKind::BadInput, message + placeIn(m_text, where), std::move(hint));
    }

    /// The type in front of the next '=', which is skipped too.
    std::string type() {
        const std::size_t start = m_position;
        while (!atEnd() && peek() != '=' && !atSeparator())
            ++m_position;
        std::string out(m_text.substr(start, m_position - start));
        while (!out.empty() && out.back() == ' ')
            out.pop_back();
        if (peek() != '=')
            fail(out.empty() ? "An attribute of the name is missing" : "“" + out + "” in the name has no “=”", start,
                 "Write a name as CN=www.example.test,O=Example,C=DE; a separator inside a value needs “\\” in front.");
        if (out.empty())
            fail("There is no attribute type in front of “=”", start);
        ++m_position;
        return out;
    }

    /// A value in RFC 4514's form: escapes also as two hexadecimal digits, spaces around it do not count, RFC 2253's
    /// quotation marks. `wasHex` says that it is "#" and hexadecimal DER (RFC 4514 2.4).
    std::string rfcValue(bool& wasHex) {
        skipSpaces();
        wasHex = peek() == '#';
        if (peek() == '"')
            return quotedValue();
        std::string out;
        std::size_t keep = 0; // trailing spaces go, unless they were escaped
        while (!atEnd() && !atSeparator()) {
            if (peek() == '\\') {
                out.push_back(escaped(true));
                keep = out.size();
                continue;
            }
            out.push_back(peek());
            if (peek() != ' ' && peek() != '\r')
                keep = out.size();
            ++m_position;
        }
        out.resize(keep);
        return out;
    }

    /// A value of the one-line form: everything counts, and a backslash takes the next character as it is.
    std::string oneLineValue(bool& wasHex) {
        const bool mayBeHex = peek() == '#';
        std::string out;
        while (!atEnd() && !atSeparator()) {
            if (peek() == '\\') {
                out.push_back(escaped(false));
                continue;
            }
            out.push_back(peek());
            ++m_position;
        }
        // OpenSSL knows no hexadecimal here; what toOneLine() writes for values that are no strings is told by its DER.
        wasHex = mayBeHex && derOfHexValue(out).has_value();
        return out;
    }

private:
    std::string quotedValue() {
        const std::size_t start = m_position;
        std::string out;
        for (++m_position; peek() != '"' || atEnd();) {
            if (atEnd())
                fail("A quotation mark in the name is not closed", start);
            if (peek() == '\\') {
                out.push_back(escaped(true));
                continue;
            }
            out.push_back(peek());
            ++m_position;
        }
        ++m_position;
        skipSpaces();
        if (!atEnd() && !atSeparator())
            fail("There is text behind a closed quotation mark", m_position,
                 "Write \\\" for a quotation mark that belongs to the value.");
        return out;
    }

    char escaped(bool takesHex) {
        const std::size_t start = m_position;
        if (start + 1 >= m_text.size())
            fail("The name ends in the middle of an escape (“\\”)", start);
        const auto octet = takesHex ? base::fromHex(m_text.substr(start + 1, 2)) : std::nullopt;
        if (octet && octet->size() == 1) {
            m_position += 3;
            return static_cast<char>(octet->front());
        }
        m_position += 2;
        return m_text[start + 1];
    }

    std::string_view m_text;
    std::string_view m_separators;
    std::size_t m_position;
};

std::vector<ParsedAttribute> parseOneLine(std::string_view text) {
    // "/O=a/b" cannot be told from two attributes; OpenSSL asks for "\/" there, and so do we.
    NameTextReader reader(text, 1, "/+");
    std::vector<ParsedAttribute> out;
    bool joins = false;
    while (!reader.atEnd()) {
        ParsedAttribute attribute;
        attribute.joinsPrevious = joins;
        reader.skipSpaces();
        attribute.position = reader.position();
        attribute.type = reader.type();
        attribute.value = reader.oneLineValue(attribute.isHex);
        out.push_back(std::move(attribute));
        joins = reader.peek() == '+';
        if (joins && reader.position() + 1 == text.size())
            reader.fail("The name ends with a separator", reader.position());
        reader.skip();
    }
    return out;
}

std::vector<ParsedAttribute> parseRfc4514(std::string_view text) {
    NameTextReader reader(text, 0, ",+;\n");
    std::vector<ParsedAttribute> out;
    bool joins = false;
    reader.skipSpaces();
    while (!reader.atEnd()) {
        ParsedAttribute attribute;
        attribute.joinsPrevious = joins;
        attribute.position = reader.position();
        attribute.type = reader.type();
        attribute.value = reader.rfcValue(attribute.isHex);
        out.push_back(std::move(attribute));
        if (reader.atEnd())
            break;
        const std::size_t separator = reader.position();
        joins = reader.peek() == '+';
        reader.skip();
        reader.skipSpaces();
        if (reader.atEnd())
            reader.fail("The name ends with a separator", separator);
    }
    // RFC 4514 2.1 writes the last RDN first. RDNs turn round, the attributes inside one stay in order.
    std::vector<ParsedAttribute> turned;
    turned.reserve(out.size());
    for (std::size_t end = out.size(); end > 0;) {
        std::size_t start = end - 1;
        while (out[start].joinsPrevious)
            --start;
        for (std::size_t i = start; i < end; ++i)
            turned.push_back(std::move(out[i]));
        end = start;
    }
    return turned;
}

/// RFC 4514 2.4: what is special anywhere, "#" and space at the beginning, space at the end. Control characters as two
/// hexadecimal digits, as OpenSSL writes them.
void appendEscaped(std::string& out, std::string_view value) {
    static constexpr std::string_view special = ",+\"<>;\\";
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const auto byte = static_cast<unsigned char>(c);
        const bool isEdge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == value.size() && c == ' ');
        if (byte < 0x20 || byte == 0x7F) {
            out += '\\' + base::toHex({&byte, 1});
            continue;
        }
        if (isEdge || special.find(c) != std::string_view::npos)
            out.push_back('\\');
        out.push_back(c);
    }
}

} // namespace

std::string_view characterAt(std::string_view text, std::size_t octet) noexcept {
    std::size_t end = octet + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
        ++end;
    return text.substr(octet, end - octet);
}

std::string placeIn(std::string_view text, std::size_t octets) {
    const auto start = text.substr(0, octets);
    const auto characters = std::count_if(start.begin(), start.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
    return " (at character " + std::to_string(characters + 1) + ")";
}

std::vector<ParsedAttribute> parseNameText(std::string_view text) {
    // The end of the line that a pasted name brings along; an escaped one is part of the value.
    while (text.ends_with('\n') || text.ends_with('\r')) {
        const std::size_t last = text.find_last_not_of('\\', text.size() - 2);
        const std::size_t backslashes = text.size() - 2 - last;
        if (text.size() > 1 && backslashes % 2 == 1)
            break;
        text.remove_suffix(1);
    }
    return text.starts_with('/') ? parseOneLine(text) : parseRfc4514(text);
}

std::optional<std::string> stringValue(const ASN1_STRING* value) {
    unsigned char* buffer = nullptr;
    const int length = ASN1_STRING_to_UTF8(&buffer, value);
    if (length < 0) {
        base::clearQueue();
        return std::nullopt;
    }
    const base::OpensslMemory<unsigned char> owner(buffer);
    return std::string(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length));
}

std::string hexValue(const ASN1_STRING* value) {
    struct Deleter {
        void operator()(ASN1_TYPE* type) const noexcept { ASN1_TYPE_free(type); }
    };
    const std::unique_ptr<ASN1_TYPE, Deleter> any(base::check(ASN1_TYPE_new(), "encode a value"));
    base::check(ASN1_TYPE_set1(any.get(), ASN1_STRING_type(value), value), "encode a value");
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_TYPE(any.get(), &buffer);
    base::check(length, "encode a value");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return '#' + base::toHex({buffer, static_cast<std::size_t>(length)});
}

std::optional<base::Bytes> derOfHexValue(std::string_view text) {
    if (!text.starts_with('#'))
        return std::nullopt;
    auto der = base::fromHex(text.substr(1));
    base::DerReader reader(der ? base::BytesView(*der) : base::BytesView());
    if (!reader.next() || !reader.atEnd())
        return std::nullopt;
    return der;
}

std::string rfc2253Text(const X509_NAME* name) {
    std::string out;
    int previousSet = 0;
    for (int i = X509_NAME_entry_count(name) - 1; i >= 0; --i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        const int set = X509_NAME_ENTRY_set(entry);
        if (!out.empty())
            out += set == previousSet ? '+' : ',';
        previousSet = set;
        const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
        const int nid = OBJ_obj2nid(object);
        out += shortNameOf(object) + '=';
        // RFC 4514 2.4: a type that is written as numbers has its value in hexadecimal, for nobody knows its syntax.
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
        const auto text = nid == NID_undef ? std::nullopt : stringValue(value);
        if (text)
            appendEscaped(out, *text);
        else
            out += hexValue(value);
    }
    return out;
}

std::string oneLineText(const X509_NAME* name) {
    std::string out;
    int previousSet = -1;
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        const int set = X509_NAME_ENTRY_set(entry);
        out += set == previousSet ? '+' : '/';
        previousSet = set;
        out += shortNameOf(X509_NAME_ENTRY_get_object(entry)) + '=';
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
        const auto text = stringValue(value);
        if (!text) {
            out += hexValue(value);
            continue;
        }
        static constexpr std::string_view special = "/+\\\r\n";
        for (std::size_t at = 0; at < text->size(); ++at) {
            const char c = (*text)[at];
            if (special.find(c) != std::string_view::npos || (at == 0 && c == '#'))
                out.push_back('\\');
            out.push_back(c);
        }
    }
    return out;
}

} // namespace certwright::x509
