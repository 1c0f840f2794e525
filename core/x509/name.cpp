#include "core/x509/name.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

struct StringTypeRow {
    StringType type;
    int asn1Type;
    int inputFormat; ///< MBSTRING_..., how OpenSSL is to read the UTF-8 it gets
    std::string_view text;
};

constexpr StringTypeRow StringTypes[] = {
    {StringType::Utf8, V_ASN1_UTF8STRING, MBSTRING_UTF8, "UTF8String"},
    {StringType::Printable, V_ASN1_PRINTABLESTRING, MBSTRING_UTF8, "PrintableString"},
    {StringType::Ia5, V_ASN1_IA5STRING, MBSTRING_UTF8, "IA5String"},
    {StringType::Bmp, V_ASN1_BMPSTRING, MBSTRING_UTF8, "BMPString"},
    {StringType::T61, V_ASN1_T61STRING, MBSTRING_UTF8, "T61String"},
    {StringType::Universal, V_ASN1_UNIVERSALSTRING, MBSTRING_UTF8, "UniversalString"},
};

StringType typeOfAsn1(int asn1Type) noexcept {
    const auto* found = std::find_if(std::begin(StringTypes), std::end(StringTypes),
                                     [asn1Type](const StringTypeRow& row) { return row.asn1Type == asn1Type; });
    return found == std::end(StringTypes) ? StringType::Other : found->type;
}

Handle<ASN1_OBJECT> attributeObject(std::string_view type) {
    std::string name(type);
    // Spellings that people know from other programs.
    if (name == "E" || name == "EMAIL" || name == "email")
        name = "emailAddress";
    else if (name == "S")
        name = "ST";
    Handle<ASN1_OBJECT> object(OBJ_txt2obj(name.c_str(), 0));
    if (!object) {
        base::clearQueue();
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        object.reset(OBJ_txt2obj(name.c_str(), 0));
    }
    if (!object) {
        base::clearQueue();
        throw Error(ErrorKind::BadInput, "“" + std::string(type) + "” is not an attribute of a name",
                    "Use a short name such as CN, O, OU, C, an OpenSSL long name, or a dotted OID.");
    }
    return object;
}

std::string dottedOid(const ASN1_OBJECT* object) {
    std::array<char, 256> buffer{};
    const int length = OBJ_obj2txt(buffer.data(), buffer.size(), object, 1);
    if (length < 0)
        return {};
    if (static_cast<std::size_t>(length) < buffer.size())
        return {buffer.data(), static_cast<std::size_t>(length)};
    std::string text(static_cast<std::size_t>(length) + 1, '\0');
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    text.pop_back();
    return text;
}

std::string derHex(const ASN1_STRING* value) {
    // The type and the content are all there is: put them together again.
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(value));
    base::Bytes out{static_cast<std::uint8_t>(ASN1_STRING_type(value))};
    if (length < 0x80) {
        out.push_back(static_cast<std::uint8_t>(length));
    } else {
        std::size_t octets = 0;
        for (std::size_t rest = length; rest != 0; rest >>= 8U)
            ++octets;
        out.push_back(static_cast<std::uint8_t>(0x80U | octets));
        for (std::size_t i = octets; i-- > 0;)
            out.push_back(static_cast<std::uint8_t>(length >> (8U * i)));
    }
    const unsigned char* data = ASN1_STRING_get0_data(value);
    out.insert(out.end(), data, data + length);
    return '#' + base::toHex(out);
}

std::string attributeText(const ASN1_STRING* value) {
    unsigned char* buffer = nullptr;
    const int length = ASN1_STRING_to_UTF8(&buffer, value);
    if (length < 0) {
        base::clearQueue();
        return derHex(value);
    }
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length)};
}

std::size_t utf8Length(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// Says in the field's own words what OpenSSL's string tables would refuse, before it does.
void checkValue(const std::string& oid, std::string_view value, StringType type) {
    const std::string field = attributeLongName(oid);
    if (value.empty())
        throw Error(ErrorKind::BadInput, "The " + field + " is empty", "Leave the attribute out, or give it a value.");
    if (oid == "2.5.4.6" && (value.size() != 2 || std::isalpha(static_cast<unsigned char>(value[0])) == 0 ||
                             std::isalpha(static_cast<unsigned char>(value[1])) == 0))
        throw Error(ErrorKind::BadInput,
                    "Country must be two letters (ISO 3166), e.g. DE, not “" + std::string(value) + "”");
    const std::size_t limit = attributeLimit(oid);
    const std::size_t length = utf8Length(value);
    if (limit != 0 && length > limit)
        throw Error(ErrorKind::BadInput, field + " is longer than " + std::to_string(limit) + " characters (it has " +
                                             std::to_string(length) + ")");
    if (type != StringType::Automatic && type != StringType::Printable && type != StringType::Ia5)
        return;
    if (type == StringType::Automatic)
        return;
    static constexpr std::string_view printable = " '()+,-./:=?";
    const auto* bad = std::find_if(value.begin(), value.end(), [type](char c) {
        const auto byte = static_cast<unsigned char>(c);
        if (type == StringType::Ia5)
            return byte >= 0x80;
        return byte >= 0x80 || (std::isalnum(byte) == 0 && printable.find(c) == std::string_view::npos);
    });
    if (bad == value.end())
        return;
    const std::size_t start = static_cast<std::size_t>(bad - value.begin());
    std::size_t end = start + 1;
    while (end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80)
        ++end;
    throw Error(ErrorKind::BadInput,
                std::string(toString(type)) + " cannot hold “" + std::string(value.substr(start, end - start)) +
                    "” of the " + field,
                "Use UTF8String.");
}

/// Splits at separators that are not escaped and not in quotes, and undoes the escapes of each part.
class NameTextReader {
public:
    explicit NameTextReader(std::string_view text)
        : m_text(text) {}

    bool atEnd() const noexcept { return m_position >= m_text.size(); }
    char peek() const noexcept { return atEnd() ? '\0' : m_text[m_position]; }
    void skip() noexcept { ++m_position; }
    void skipSpaces() noexcept {
        while (!atEnd() && peek() == ' ')
            ++m_position;
    }

    std::string type() {
        const std::size_t end = m_text.find('=', m_position);
        if (end == std::string_view::npos)
            throw Error(ErrorKind::BadInput, "“" + std::string(m_text.substr(m_position)) + "” in the name has no “=”",
                        "Write a name as CN=www.example.test,O=Example,C=DE.");
        std::string out(m_text.substr(m_position, end - m_position));
        m_position = end + 1;
        while (!out.empty() && out.back() == ' ')
            out.pop_back();
        if (out.starts_with("OID.") || out.starts_with("oid."))
            out.erase(0, 4);
        return out;
    }

    /// The value up to one of `separators`; `wasHex` says that it is "#" and hexadecimal DER (RFC 4514 2.4).
    std::string value(std::string_view separators, bool& wasHex) {
        std::string out;
        std::size_t keep = 0; // trailing spaces go, unless they were escaped
        bool isQuoted = false;
        const std::size_t start = m_position;
        wasHex = peek() == '#';
        for (; !atEnd(); ++m_position) {
            const char c = peek();
            if (c == '"' && (isQuoted || m_position == start)) {
                isQuoted = !isQuoted;
                keep = out.size();
                continue;
            }
            if (!isQuoted && separators.find(c) != std::string_view::npos)
                break;
            if (c == '\\') {
                out.push_back(escaped());
                keep = out.size();
                continue;
            }
            out.push_back(c);
            if (c != ' ' || isQuoted)
                keep = out.size();
        }
        if (isQuoted)
            throw Error(ErrorKind::BadInput, "A quotation mark in the name is not closed");
        out.resize(keep);
        return out;
    }

private:
    char escaped() {
        if (m_position + 1 >= m_text.size())
            throw Error(ErrorKind::BadInput, "The name ends in the middle of an escape (“\\”)");
        if (m_position + 2 < m_text.size()) {
            const auto octet = base::fromHex(m_text.substr(m_position + 1, 2));
            if (octet && octet->size() == 1) {
                m_position += 2;
                return static_cast<char>(octet->front());
            }
        }
        return m_text[++m_position];
    }

    std::string_view m_text;
    std::size_t m_position = 0;
};

struct ParsedAttribute {
    std::string type;
    std::string value;
    bool isHex = false;
    bool joinsPrevious = false;
};

/// `separators` lists what ends a value: the RDN separator first, '+' after it.
std::vector<ParsedAttribute> readAttributes(std::string_view text, std::string_view separators) {
    NameTextReader reader(text);
    std::vector<ParsedAttribute> out;
    bool joins = false;
    while (!reader.atEnd()) {
        reader.skipSpaces();
        ParsedAttribute attribute;
        attribute.joinsPrevious = joins;
        attribute.type = reader.type();
        if (separators.front() != '/')
            reader.skipSpaces();
        attribute.value = reader.value(separators, attribute.isHex);
        out.push_back(std::move(attribute));
        joins = reader.peek() == '+';
        if (!reader.atEnd()) {
            reader.skip();
            if (reader.atEnd() && separators.front() != '/')
                throw Error(ErrorKind::BadInput, "The name ends with a separator");
        }
    }
    return out;
}

void appendHexValue(X509_NAME* name, const std::string& type, const std::string& hex, bool joinsPrevious) {
    const auto der = base::fromHex(std::string_view(hex).substr(1));
    base::DerReader reader(der ? base::BytesView(*der) : base::BytesView());
    const auto element = reader.next();
    if (!element || !reader.atEnd() || element->isConstructed())
        throw Error(ErrorKind::BadInput, "“" + hex + "” is not the DER of a string for " + type);
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    base::check(X509_NAME_add_entry_by_OBJ(name, object.get(), element->identifier, element->content.data(),
                                           static_cast<int>(element->content.size()), -1, joinsPrevious ? -1 : 0),
                "add " + type + " to the name", ErrorKind::BadInput);
}

std::string printed(const X509_NAME* name, unsigned long flags) {
    const Handle<BIO> bio(base::check(BIO_new(BIO_s_mem()), "make a buffer"));
    if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) {
        base::clearQueue();
        return {};
    }
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::string hexHash(unsigned long hash) {
    std::array<char, 20> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), "%08lx", hash);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

} // namespace

std::string_view toString(StringType type) noexcept {
    if (type == StringType::Automatic)
        return "automatic";
    const auto* found = std::find_if(std::begin(StringTypes), std::end(StringTypes),
                                     [type](const StringTypeRow& row) { return row.type == type; });
    return found == std::end(StringTypes) ? std::string_view("other") : found->text;
}

Name::Name()
    : m_name(base::check(X509_NAME_new(), "make a name")) {}

Name::Name(Handle<X509_NAME> name)
    : m_name(std::move(name)) {}

Name::Name(const Name& other)
    : m_name(base::check(X509_NAME_dup(other.m_name.get()), "copy a name")) {}

Name& Name::operator=(const Name& other) {
    if (this != &other)
        m_name.reset(base::check(X509_NAME_dup(other.m_name.get()), "copy a name"));
    return *this;
}

Name Name::fromDer(base::BytesView der) {
    const unsigned char* position = der.data();
    base::clearQueue();
    Handle<X509_NAME> name(base::check(d2i_X509_NAME(nullptr, &position, static_cast<long>(der.size())),
                                       "read the name", ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the name");
    return Name(std::move(name));
}

Name Name::share(const X509_NAME* name) {
    return Name(Handle<X509_NAME>(base::check(X509_NAME_dup(name), "copy a name")));
}

Name Name::parse(std::string_view text) {
    const bool isOneLine = text.starts_with('/');
    std::vector<ParsedAttribute> attributes;
    if (isOneLine) {
        // "/O=a/b" cannot be told from two attributes; OpenSSL asks for "\/" there, and so do we.
        attributes = readAttributes(text.substr(1), "/+");
    } else {
        attributes = readAttributes(text, ",+;\n");
        // RFC 4514 2.1 writes the last RDN first. RDNs turn round, the attributes inside one stay in order.
        std::vector<ParsedAttribute> turned;
        for (std::size_t end = attributes.size(); end > 0;) {
            std::size_t start = end - 1;
            while (attributes[start].joinsPrevious)
                --start;
            turned.insert(turned.end(), attributes.begin() + static_cast<std::ptrdiff_t>(start),
                          attributes.begin() + static_cast<std::ptrdiff_t>(end));
            end = start;
        }
        attributes = std::move(turned);
    }
    Name name;
    for (const ParsedAttribute& attribute : attributes) {
        if (attribute.isHex)
            appendHexValue(name.m_name.get(), attribute.type, attribute.value, attribute.joinsPrevious);
        else
            name.append(attribute.type, attribute.value, StringType::Automatic, attribute.joinsPrevious);
    }
    return name;
}

bool Name::isEmpty() const noexcept {
    return X509_NAME_entry_count(m_name.get()) == 0;
}

std::vector<Rdn> Name::rdns() const {
    std::vector<Rdn> out;
    int previousSet = -1;
    const int count = X509_NAME_entry_count(m_name.get());
    for (int i = 0; i < count; ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(m_name.get(), i);
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
        const int set = X509_NAME_ENTRY_set(entry);
        if (set != previousSet || out.empty())
            out.emplace_back();
        previousSet = set;
        out.back().push_back(
            {dottedOid(X509_NAME_ENTRY_get_object(entry)), attributeText(value), typeOfAsn1(ASN1_STRING_type(value))});
    }
    return out;
}

void Name::append(std::string_view type, std::string_view value, StringType stringType, bool joinPrevious) {
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    const std::string oid = dottedOid(object.get());
    checkValue(oid, value, stringType);
    const auto* row =
        std::find_if(std::begin(StringTypes), std::end(StringTypes),
                     [stringType](const StringTypeRow& candidate) { return candidate.type == stringType; });
    base::clearQueue();
    const int loc = -1;
    const int set = joinPrevious ? -1 : 0;
    const std::string what = "add " + attributeLongName(oid) + " to the name";
    if (row == std::end(StringTypes)) {
        base::check(X509_NAME_add_entry_by_OBJ(m_name.get(), object.get(), MBSTRING_UTF8, base::bytesOf(value).data(),
                                               static_cast<int>(value.size()), loc, set),
                    what, ErrorKind::BadInput);
        return;
    }
    // A chosen string type: convert here, and hand OpenSSL the finished octets, which it then keeps.
    ASN1_STRING* converted = nullptr;
    base::check(ASN1_mbstring_copy(&converted, base::bytesOf(value).data(), static_cast<int>(value.size()),
                                   row->inputFormat, static_cast<unsigned long>(ASN1_tag2bit(row->asn1Type))),
                what, ErrorKind::BadInput);
    const Handle<ASN1_STRING> owner(converted);
    base::check(X509_NAME_add_entry_by_OBJ(m_name.get(), object.get(), row->asn1Type, ASN1_STRING_get0_data(converted),
                                           ASN1_STRING_length(converted), loc, set),
                what, ErrorKind::BadInput);
}

std::optional<std::string> Name::first(std::string_view type) const {
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    const int index = X509_NAME_get_index_by_OBJ(m_name.get(), object.get(), -1);
    if (index < 0)
        return std::nullopt;
    return attributeText(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(m_name.get(), index)));
}

std::string Name::displayName() const {
    const int count = X509_NAME_entry_count(m_name.get());
    if (count == 0)
        return {};
    int best = count - 1;
    for (int i = count - 1; i >= 0; --i) {
        const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(X509_NAME_get_entry(m_name.get(), i));
        if (OBJ_obj2nid(object) == NID_commonName) {
            best = i;
            break;
        }
    }
    return attributeText(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(m_name.get(), best)));
}

base::Bytes Name::toDer() const {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_NAME(m_name.get(), &buffer);
    base::check(length, "encode the name");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {buffer, buffer + length};
}

std::string Name::toRfc2253() const {
    return printed(m_name.get(), XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
}

std::string Name::toOneLine() const {
    std::string out;
    for (const Rdn& rdn : rdns()) {
        bool isFirst = true;
        for (const NameAttribute& attribute : rdn) {
            out += isFirst ? '/' : '+';
            isFirst = false;
            out += attributeShortName(attribute.oid) + '=';
            for (const char c : attribute.value) {
                if (c == '/' || c == '+' || c == '\\')
                    out.push_back('\\');
                out.push_back(c);
            }
        }
    }
    return out;
}

std::string Name::hash() const {
    int ok = 0;
    const unsigned long hash = X509_NAME_hash_ex(m_name.get(), nullptr, nullptr, &ok);
    base::check(ok, "compute the hash of the name");
    return hexHash(hash);
}

std::string Name::hashOld() const {
    const base::Bytes der = toDer();
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    if (EVP_Digest(der.data(), der.size(), digest.data(), nullptr, EVP_md5(), nullptr) != 1) {
        base::clearQueue();
        return {};
    }
    unsigned long hash = 0;
    for (std::size_t i = 4; i-- > 0;)
        hash = (hash << 8U) | digest[i];
    return hexHash(hash);
}

bool Name::matches(const Name& other) const noexcept {
    return X509_NAME_cmp(m_name.get(), other.m_name.get()) == 0;
}

bool Name::operator==(const Name& other) const {
    return toDer() == other.toDer();
}

std::string attributeShortName(std::string_view oid) {
    const int nid = OBJ_txt2nid(std::string(oid).c_str());
    return nid == NID_undef ? std::string(oid) : std::string(OBJ_nid2sn(nid));
}

std::string attributeLongName(std::string_view oid) {
    const int nid = OBJ_txt2nid(std::string(oid).c_str());
    return nid == NID_undef ? std::string(oid) : std::string(OBJ_nid2ln(nid));
}

std::size_t attributeLimit(std::string_view oid) noexcept {
    struct Limit {
        std::string_view oid;
        std::size_t characters;
    };
    // RFC 5280 appendix A.1, "Upper Bounds"; PKCS#9 allows 255 for an e-mail address, and so does the RFC.
    static constexpr Limit limits[] = {
        {"2.5.4.3", 64},   {"2.5.4.5", 64},
        {"2.5.4.6", 2},    {"2.5.4.7", 128},
        {"2.5.4.8", 128},  {"2.5.4.10", 64},
        {"2.5.4.11", 64},  {"2.5.4.12", 64},
        {"2.5.4.4", 40},   {"2.5.4.42", 16},
        {"2.5.4.43", 5},   {"2.5.4.44", 3},
        {"2.5.4.65", 128}, {"1.2.840.113549.1.9.1", 255},
    };
    const auto* found =
        std::find_if(std::begin(limits), std::end(limits), [oid](const Limit& row) { return row.oid == oid; });
    return found == std::end(limits) ? 0 : found->characters;
}

} // namespace certwright::x509
