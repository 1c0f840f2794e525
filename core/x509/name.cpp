#include "core/x509/name.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/name_attributes.h"
#include "core/x509/name_text.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

/// The object of X509_NAME_add_entry(): an attribute as it stands in a name, SEQUENCE { type, value }.
struct EntryDeleter {
    void operator()(X509_NAME_ENTRY* entry) const noexcept { X509_NAME_ENTRY_free(entry); }
};
using Entry = std::unique_ptr<X509_NAME_ENTRY, EntryDeleter>;

/// An attribute whose value is '#' and hexadecimal DER, as rdns() gives what is no string.
/// @throws Error BadInput for a type that no name can hold, or octets that the type forbids
Entry entryOfHex(const ASN1_OBJECT* object, std::string_view hex, const std::string& what) {
    const auto value = derOfHexValue(hex);
    if (!value)
        throw Error(ErrorKind::BadInput, "“" + std::string(hex) + "” is not the DER of a value",
                    "Write \\# for a value that begins with “#”.");
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_OBJECT(object, &buffer);
    base::check(length, what);
    const base::OpensslMemory<unsigned char> owner(buffer);
    base::Bytes content(buffer, buffer + length);
    content.insert(content.end(), value->begin(), value->end());
    const int size = base::intSize(content.size());
    base::Bytes der(static_cast<std::size_t>(ASN1_object_size(1, size, V_ASN1_SEQUENCE)));
    unsigned char* position = der.data();
    ASN1_put_object(&position, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    std::copy(content.begin(), content.end(), position);
    const unsigned char* start = der.data();
    base::clearQueue();
    Entry entry(
        base::check(d2i_X509_NAME_ENTRY(nullptr, &start, static_cast<long>(der.size())), what, ErrorKind::BadInput));
    const ASN1_STRING* read = X509_NAME_ENTRY_get_data(entry.get());
    if (typeOfTag(ASN1_STRING_type(read)) != StringType::Other && !stringValue(read))
        throw Error(ErrorKind::BadInput, "“" + std::string(hex) + "” is not a valid string of its type");
    return entry;
}

/// The value as OpenSSL's string type, converted from UTF-8.
Handle<ASN1_STRING> convertedValue(std::string_view value, StringType type, const std::string& what) {
    ASN1_STRING* converted = nullptr;
    base::check(ASN1_mbstring_copy(&converted, base::bytesOf(value).data(), base::intSize(value.size()), MBSTRING_UTF8,
                                   static_cast<unsigned long>(ASN1_tag2bit(tagOf(type)))),
                what, ErrorKind::BadInput);
    return Handle<ASN1_STRING>(converted);
}

/// The attribute that append() and set() make. @throws Error as Name::append()
Entry makeEntry(std::string_view type, std::string_view value, StringType stringType) {
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    const std::string oid = dottedOid(object.get());
    const std::string what = "add " + attributeLongName(oid) + " to the name";
    base::clearQueue();
    if (stringType == StringType::Other)
        return entryOfHex(object.get(), value, what);
    checkAttributeValue(oid, value, stringType);
    const StringType used = stringType == StringType::Automatic ? definedType(oid) : stringType;
    X509_NAME_ENTRY* entry = nullptr;
    if (used == StringType::Automatic) {
        entry = X509_NAME_ENTRY_create_by_OBJ(nullptr, object.get(), MBSTRING_UTF8, base::bytesOf(value).data(),
                                              base::intSize(value.size()));
    } else {
        // Convert here, and hand OpenSSL the finished octets, which it then keeps: its tables would take a chosen type
        // for a wish, and allow an e-mail address the 128 characters of RFC 3280.
        const Handle<ASN1_STRING> converted = convertedValue(value, used, what);
        entry =
            X509_NAME_ENTRY_create_by_OBJ(nullptr, object.get(), tagOf(used), ASN1_STRING_get0_data(converted.get()),
                                          ASN1_STRING_length(converted.get()));
    }
    return Entry(base::check(entry, what, ErrorKind::BadInput));
}

/// At the end of the name, in an RDN of its own or in the last one.
void addEntry(Handle<X509_NAME>& name, const X509_NAME_ENTRY* entry, bool joinsPrevious) {
    base::check(X509_NAME_add_entry(name.get(), entry, -1, joinsPrevious ? -1 : 0), "add an attribute to the name");
    // An RDN is a set, whose encoding has an order of its own (X.690 11.6). Read back, the name shows that one.
    if (joinsPrevious)
        name.reset(base::check(X509_NAME_dup(name.get()), "sort an RDN"));
}

std::string hexHash(unsigned long hash) {
    std::array<char, 20> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), "%08lx", hash);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string entryText(const X509_NAME* name, int index) {
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
    const auto text = stringValue(value);
    return text ? *text : hexValue(value);
}

} // namespace

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
    Name name;
    for (const ParsedAttribute& attribute : parseNameText(text)) {
        try {
            const StringType type = attribute.isHex ? StringType::Other : StringType::Automatic;
            addEntry(name.m_name, makeEntry(attribute.type, attribute.value, type).get(), attribute.joinsPrevious);
        } catch (const Error& error) {
            throw Error(error.kind(), error.message() + placeIn(text, attribute.position), error.hint(), error.stack());
        }
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
        out.back().push_back({dottedOid(X509_NAME_ENTRY_get_object(entry)), entryText(m_name.get(), i),
                              typeOfTag(ASN1_STRING_type(value))});
    }
    return out;
}

void Name::append(std::string_view type, std::string_view value, StringType stringType, bool joinPrevious) {
    addEntry(m_name, makeEntry(type, value, stringType).get(), joinPrevious);
}

void Name::set(std::string_view type, std::optional<std::string_view> value, StringType stringType) {
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    const int found = X509_NAME_get_index_by_OBJ(m_name.get(), object.get(), -1);
    const Entry entry = value ? makeEntry(type, *value, stringType) : nullptr;
    if (found < 0) {
        if (entry)
            addEntry(m_name, entry.get(), false);
        return;
    }
    // Put together anew: taking an attribute out of a multi-valued RDN and putting one in would not keep it in there.
    Name changed;
    int previousSet = -1;
    for (int i = 0; i < X509_NAME_entry_count(m_name.get()); ++i) {
        const X509_NAME_ENTRY* old = X509_NAME_get_entry(m_name.get(), i);
        const X509_NAME_ENTRY* used = i == found ? entry.get() : old;
        if (used == nullptr)
            continue;
        addEntry(changed.m_name, used, X509_NAME_ENTRY_set(old) == previousSet);
        previousSet = X509_NAME_ENTRY_set(old);
    }
    m_name = std::move(changed.m_name);
}

std::optional<std::string> Name::first(std::string_view type) const {
    const Handle<ASN1_OBJECT> object = attributeObject(type);
    const int index = X509_NAME_get_index_by_OBJ(m_name.get(), object.get(), -1);
    if (index < 0)
        return std::nullopt;
    return entryText(m_name.get(), index);
}

std::string Name::displayName() const {
    std::string fallback;
    for (int i = X509_NAME_entry_count(m_name.get()) - 1; i >= 0; --i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(m_name.get(), i);
        const bool isCommonName = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == NID_commonName;
        if (!isCommonName && !fallback.empty())
            continue;
        std::string text = entryText(m_name.get(), i);
        if (isCommonName && !text.empty())
            return text;
        if (fallback.empty())
            fallback = std::move(text);
    }
    return fallback;
}

base::Bytes Name::toDer() const {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_NAME(m_name.get(), &buffer);
    base::check(length, "encode the name");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {buffer, buffer + length};
}

std::string Name::toRfc2253() const {
    return rfc2253Text(m_name.get());
}

std::string Name::toOneLine() const {
    return oneLineText(m_name.get());
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

} // namespace certwright::x509
