#include "core/x509/name_attributes.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/name_text.h"
#include "core/x509/native_text.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

struct StringTypeRow {
    StringType type;
    int tag;
    std::string_view text;
};

constexpr StringTypeRow StringTypes[] = {
    {StringType::Utf8, V_ASN1_UTF8STRING, "UTF8String"},
    {StringType::Printable, V_ASN1_PRINTABLESTRING, "PrintableString"},
    {StringType::Ia5, V_ASN1_IA5STRING, "IA5String"},
    {StringType::Bmp, V_ASN1_BMPSTRING, "BMPString"},
    {StringType::T61, V_ASN1_T61STRING, "T61String"},
    {StringType::Universal, V_ASN1_UNIVERSALSTRING, "UniversalString"},
    {StringType::Numeric, V_ASN1_NUMERICSTRING, "NumericString"},
};

/// Types whose case matters in OpenSSL's tables and not in RFC 4514 2.3, and spellings that other programs write.
constexpr std::pair<std::string_view, const char*> Spellings[] = {
    {"businesscategory", "businessCategory"},
    {"commonname", "CN"},
    {"countryname", "C"},
    {"description", "description"},
    {"dnqualifier", "dnQualifier"},
    {"domaincomponent", "DC"},
    {"e", "emailAddress"},
    {"email", "emailAddress"},
    {"emailaddress", "emailAddress"},
    {"g", "GN"},
    {"generationqualifier", "generationQualifier"},
    {"givenname", "GN"},
    {"initials", "initials"},
    {"jurisdictionc", "jurisdictionC"},
    {"jurisdictionl", "jurisdictionL"},
    {"jurisdictionst", "jurisdictionST"},
    {"localityname", "L"},
    {"name", "name"},
    {"organizationalunitname", "OU"},
    {"organizationidentifier", "organizationIdentifier"},
    {"organizationname", "O"},
    {"postalcode", "postalCode"},
    {"pseudonym", "pseudonym"},
    {"s", "ST"},
    {"serialnumber", "serialNumber"},
    {"stateorprovincename", "ST"},
    {"street", "street"},
    {"streetaddress", "street"},
    {"surname", "SN"},
    {"t", "title"},
    {"title", "title"},
    {"uid", "UID"}, // RFC 4514 3; OpenSSL's "uid" is another one, see shortNameOf()
    {"userid", "UID"},
};

constexpr std::string_view Country = "2.5.4.6";
constexpr std::string_view JurisdictionCountry = "1.3.6.1.4.1.311.60.2.1.3";

std::string changedCase(std::string_view text, int (*change)(int)) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [change](unsigned char c) { return static_cast<char>(change(c)); });
    return out;
}

/// True when the octet is a character that the type cannot hold; only of types that hold ASCII or less.
bool isUnfit(char c, StringType type) noexcept {
    static constexpr std::string_view punctuation = " '()+,-./:=?"; // X.680 41.4
    const auto byte = static_cast<unsigned char>(c);
    switch (type) {
    case StringType::Printable:
        return byte >= 0x80 || (std::isalnum(byte) == 0 && punctuation.find(c) == std::string_view::npos);
    case StringType::Ia5:
        return byte >= 0x80;
    case StringType::Numeric:
        return c != ' ' && std::isdigit(byte) == 0;
    default:
        return false;
    }
}

bool isContinuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

bool isCountryCode(std::string_view value) noexcept {
    return value.size() == 2 && std::isalpha(static_cast<unsigned char>(value[0])) != 0 &&
           std::isalpha(static_cast<unsigned char>(value[1])) != 0;
}

} // namespace

Handle<ASN1_OBJECT> attributeObject(std::string_view type) {
    std::string_view name = type;
    if (name.starts_with("OID.") || name.starts_with("oid."))
        name.remove_prefix(4);
    const std::string lower = changedCase(name, std::tolower);
    const auto* row = std::find_if(std::begin(Spellings), std::end(Spellings),
                                   [&lower](const auto& spelling) { return spelling.first == lower; });
    Handle<ASN1_OBJECT> object;
    if (row != std::end(Spellings))
        object = objectOf(row->second);
    if (!object)
        object = objectOf(name);
    if (!object)
        object = objectOf(changedCase(name, std::toupper));
    if (!object)
        throw Error(ErrorKind::BadInput, "“" + std::string(type) + "” is not an attribute of a name",
                    "Use a short name such as CN, O, OU, C, an OpenSSL long name, or a dotted OID.");
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

std::string shortNameOf(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    if (nid == NID_undef)
        return dottedOid(object);
    // Its short name differs only in case from "UID", which is userId, and case does not count (RFC 4514 2.3).
    return nid == NID_uniqueIdentifier ? OBJ_nid2ln(nid) : OBJ_nid2sn(nid);
}

int tagOf(StringType type) noexcept {
    const auto* found = std::find_if(std::begin(StringTypes), std::end(StringTypes),
                                     [type](const StringTypeRow& row) { return row.type == type; });
    return found == std::end(StringTypes) ? -1 : found->tag;
}

StringType typeOfTag(int tag) noexcept {
    const auto* found = std::find_if(std::begin(StringTypes), std::end(StringTypes),
                                     [tag](const StringTypeRow& row) { return row.tag == tag; });
    return found == std::end(StringTypes) ? StringType::Other : found->type;
}

StringType definedType(std::string_view oid) noexcept {
    static constexpr std::string_view printable[] = {Country, JurisdictionCountry, "2.5.4.5", "2.5.4.46"};
    static constexpr std::string_view ia5[] = {"1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.25",
                                               "0.9.2342.19200300.100.1.3"};
    if (std::find(std::begin(printable), std::end(printable), oid) != std::end(printable))
        return StringType::Printable;
    if (std::find(std::begin(ia5), std::end(ia5), oid) != std::end(ia5))
        return StringType::Ia5;
    return StringType::Automatic;
}

void checkAttributeValue(const std::string& oid, std::string_view value, StringType type) {
    const std::string field = attributeLongName(oid);
    if (value.empty())
        throw Error(ErrorKind::BadInput, "The " + field + " is empty", "Leave the attribute out, or give it a value.");
    if ((oid == Country || oid == JurisdictionCountry) && !isCountryCode(value))
        throw Error(ErrorKind::BadInput, (oid == Country ? "Country" : field) +
                                             " must be two letters (ISO 3166), e.g. DE, not “" + std::string(value) +
                                             "”");
    const std::size_t limit = attributeLimit(oid);
    const auto length =
        static_cast<std::size_t>(std::count_if(value.begin(), value.end(), [](char c) { return !isContinuation(c); }));
    if (limit != 0 && length > limit)
        throw Error(ErrorKind::BadInput, field + " is longer than " + std::to_string(limit) + " characters (it has " +
                                             std::to_string(length) + ")");
    const StringType used = type == StringType::Automatic ? definedType(oid) : type;
    const auto* bad = std::find_if(value.begin(), value.end(), [used](char c) { return isUnfit(c, used); });
    if (bad == value.end())
        return;
    const std::string_view character = characterAt(value, static_cast<std::size_t>(bad - value.begin()));
    throw Error(ErrorKind::BadInput,
                std::string(toString(used)) + " cannot hold “" + std::string(character) + "” of the " + field,
                type == StringType::Automatic ? "" : "Use UTF8String.");
}

std::string_view toString(StringType type) noexcept {
    if (type == StringType::Automatic)
        return "automatic";
    const auto* found = std::find_if(std::begin(StringTypes), std::end(StringTypes),
                                     [type](const StringTypeRow& row) { return row.type == type; });
    return found == std::end(StringTypes) ? std::string_view("other") : found->text;
}

std::string attributeShortName(std::string_view oid) {
    const Handle<ASN1_OBJECT> object(OBJ_txt2obj(std::string(oid).c_str(), 1));
    base::clearQueue();
    return object ? shortNameOf(object.get()) : std::string(oid);
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
    // RFC 5280 appendix A.1, "Upper Bounds". The short ones of person's names there (given name 16, surname 40) are
    // those of X.400 addresses; in a distinguished name they have ub-name.
    static constexpr std::size_t name = 32768;
    static constexpr Limit limits[] = {
        {"2.5.4.3", 64},
        {"2.5.4.5", 64},
        {Country, 2},
        {"2.5.4.7", 128},
        {"2.5.4.8", 128},
        {"2.5.4.10", 64},
        {"2.5.4.11", 64},
        {"2.5.4.12", 64},
        {"2.5.4.65", 128},
        {"2.5.4.4", name},
        {"2.5.4.41", name},
        {"2.5.4.42", name},
        {"2.5.4.43", name},
        {"2.5.4.44", name},
        {JurisdictionCountry, 2},
        {"1.2.840.113549.1.9.1", 255},
    };
    const auto* found =
        std::find_if(std::begin(limits), std::end(limits), [oid](const Limit& row) { return row.oid == oid; });
    return found == std::end(limits) ? 0 : found->characters;
}

} // namespace certwright::x509
