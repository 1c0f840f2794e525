#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// ASN.1 string types of a name's attribute value. Automatic picks PrintableString where RFC 5280 or the attribute
/// demands it (country, serial number), IA5String for e-mail and domain component, else UTF8String. Other is what is no
/// character string.
enum class StringType { Automatic, Utf8, Printable, Ia5, Bmp, T61, Universal, Other, Numeric };

/// "UTF8String", "PrintableString"...
std::string_view toString(StringType type) noexcept;

/// One attribute of a distinguished name.
struct NameAttribute {
    std::string oid;   ///< dotted
    std::string value; ///< UTF-8; of a type that is no string, '#' and hexadecimal DER
    StringType type = StringType::Automatic;

    bool operator==(const NameAttribute&) const = default;
};

/// A relative distinguished name: one attribute, or several that belong together (multi-valued).
using Rdn = std::vector<NameAttribute>;

/// A distinguished name (RFC 5280 4.1.2.4): RDNs in encoding order. A value; mutable, so owned by one thread. As long
/// as it is not changed it keeps its encoding byte for byte.
class Name {
public:
    /// The empty name.
    Name();
    /// @throws Error BadInput
    static Name fromDer(base::BytesView der);
    /// Reads "CN=a,O=b" (RFC 4514, most specific RDN first) or "/O=b/CN=a" (OpenSSL's one line, encoding order), with
    /// escapes and multi-valued RDNs ('+'); attribute types by short name, long name or OID, whatever their case. An
    /// empty text is the empty name. @throws Error BadInput naming the part that is wrong and the character it is at
    static Name parse(std::string_view text);
    static Name share(const X509_NAME* name);

    Name(const Name& other);
    Name& operator=(const Name& other);
    Name(Name&&) noexcept = default;
    Name& operator=(Name&&) noexcept = default;
    ~Name() = default;

    bool isEmpty() const noexcept;
    /// In encoding order.
    std::vector<Rdn> rdns() const;

    /// Adds an attribute at the end; `type` is a short name, a long name or a dotted OID. With `joinPrevious` it goes
    /// into the last RDN. With the type Other the value is '#' and hexadecimal DER. @throws Error BadInput for an
    /// unknown type, a value too long for it (RFC 5280 appendix A: country 2, common name 64...) or one its string type
    /// cannot hold; the message names the field
    void append(std::string_view type, std::string_view value, StringType stringType = StringType::Automatic,
                bool joinPrevious = false);
    /// Gives the first attribute of this type another value, at its place, or appends it when there is none; with
    /// nothing the first one is removed, if there is one. @throws Error as append(); the name is then unchanged
    void set(std::string_view type, std::optional<std::string_view> value,
             StringType stringType = StringType::Automatic);
    /// Value of the first attribute of this type (short name, long name or OID); nothing when there is none.
    /// @throws Error BadInput for an unknown type
    std::optional<std::string> first(std::string_view type) const;
    /// The last common name that is not empty, else the most specific such attribute's value; empty when there is none.
    /// For lists.
    std::string displayName() const;

    base::Bytes toDer() const;
    /// As `openssl -nameopt RFC2253,-esc_msb` prints it: most specific first, UTF-8 left readable. Values that OpenSSL
    /// cannot print stand there in hexadecimal.
    std::string toRfc2253() const;
    /// "/C=DE/O=Lab/CN=x": encoding order, in the form OpenSSL's -subj takes.
    std::string toOneLine() const;

    /// Hash of the canonical encoding, as hashed CA folders use it ("5e4f0a1b").
    std::string hash() const;
    /// The MD5 hash that OpenSSL before 1.0 used; empty where MD5 is not available.
    std::string hashOld() const;

    /// Compares as RFC 5280 7.1 says (case and white space folded; beyond ASCII by code points, as OpenSSL does).
    bool matches(const Name& other) const noexcept;
    /// Compares by encoding.
    bool operator==(const Name& other) const;

    const X509_NAME* native() const noexcept { return m_name.get(); }

private:
    explicit Name(base::Handle<X509_NAME> name);
    base::Handle<X509_NAME> m_name;
};

/// What OpenSSL or this program calls an attribute type, e.g. "CN" for "2.5.4.3"; the OID itself where it has no name.
std::string attributeShortName(std::string_view oid);
std::string attributeLongName(std::string_view oid);

/// Most characters that an attribute may have (RFC 5280 appendix A), 0 where there is no limit.
std::size_t attributeLimit(std::string_view oid) noexcept;

} // namespace certwright::x509
