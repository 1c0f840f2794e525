#include "core/x509/general_name.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/name.h"
#include "core/x509/name_attributes.h"
#include "core/x509/native_text.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;
using Type = GeneralName::Type;

namespace {

std::string asText(const ASN1_STRING* value) {
    return ia5Text({ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))});
}

std::string encoded(const ASN1_TYPE* value) {
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_TYPE(value, &buffer);
    if (length <= 0) {
        base::clearQueue();
        return "#";
    }
    const base::OpensslMemory<unsigned char> owner(buffer);
    return '#' + base::toHex({buffer, static_cast<std::size_t>(length)});
}

std::string otherNameText(const OTHERNAME* other) {
    std::string out = dottedOid(other->type_id) + ';';
    if (other->value->type == V_ASN1_UTF8STRING)
        return out + "UTF8:" + asText(other->value->value.utf8string);
    return out + encoded(other->value);
}

GeneralName fromNative(const GENERAL_NAME* native) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(native, &type);
    switch (type) {
    case GEN_DNS:
        return {Type::Dns, asText(static_cast<const ASN1_STRING*>(value))};
    case GEN_EMAIL:
        return {Type::Email, asText(static_cast<const ASN1_STRING*>(value))};
    case GEN_URI:
        return {Type::Uri, asText(static_cast<const ASN1_STRING*>(value))};
    case GEN_IPADD: {
        const auto* octets = static_cast<const ASN1_STRING*>(value);
        return {Type::Ip,
                ipAddressText({ASN1_STRING_get0_data(octets), static_cast<std::size_t>(ASN1_STRING_length(octets))})};
    }
    case GEN_DIRNAME:
        return {Type::DirectoryName, Name::share(static_cast<const X509_NAME*>(value)).toRfc2253()};
    case GEN_RID:
        return {Type::RegisteredId, dottedOid(static_cast<const ASN1_OBJECT*>(value))};
    case GEN_OTHERNAME:
        return {Type::OtherName, otherNameText(static_cast<const OTHERNAME*>(value))};
    case GEN_X400:
        return {Type::X400, "X.400 address"};
    default:
        return {Type::EdiParty, "EDI party name"};
    }
}

void setString(GENERAL_NAME* native, int type, const std::string& text) {
    const auto bad = std::find_if(text.begin(), text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '\0'; });
    if (text.empty() || bad != text.end())
        throw Error(ErrorKind::BadInput,
                    text.empty() ? "An alternative name is empty" : "“" + text + "” has characters that are not ASCII",
                    type == GEN_DNS && !text.empty() ? "Write an international host name by its A-labels (xn--…)."
                                                     : "");
    Handle<ASN1_STRING> value(base::check(ASN1_IA5STRING_new(), "make a name"));
    base::check(ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size())), "make a name");
    GENERAL_NAME_set0_value(native, type, value.release());
}

void setOtherName(GENERAL_NAME* native, const std::string& text) {
    const std::size_t semicolon = text.find(';');
    const std::string oid = text.substr(0, semicolon);
    const std::string value = semicolon == std::string::npos ? std::string() : text.substr(semicolon + 1);
    Handle<ASN1_OBJECT> object = objectOf(oid);
    if (!object || value.empty()) {
        throw Error(ErrorKind::BadInput, "“" + text + "” is not an other name",
                    "Write it as OID;UTF8:text, e.g. msUPN;UTF8:alice@example.test.");
    }
    ASN1_TYPE* content = nullptr;
    if (value.starts_with('#')) {
        const auto der = base::fromHex(std::string_view(value).substr(1));
        const unsigned char* position = der ? der->data() : nullptr;
        content = der ? d2i_ASN1_TYPE(nullptr, &position, static_cast<long>(der->size())) : nullptr;
        base::clearQueue();
        if (content == nullptr)
            throw Error(ErrorKind::BadInput, "“" + value + "” is not DER");
    } else {
        const std::string plain = value.starts_with("UTF8:") ? value.substr(5) : value;
        content = base::check(ASN1_TYPE_new(), "make an other name");
        auto* utf8 = ASN1_UTF8STRING_new();
        ASN1_STRING_set(utf8, plain.data(), static_cast<int>(plain.size()));
        ASN1_TYPE_set(content, V_ASN1_UTF8STRING, utf8);
    }
    if (GENERAL_NAME_set0_othername(native, OBJ_dup(object.get()), content) != 1) {
        ASN1_TYPE_free(content);
        base::throwFromQueue("make an other name", ErrorKind::Internal);
    }
}

Handle<GENERAL_NAME> toNative(const GeneralName& name) {
    Handle<GENERAL_NAME> native(base::check(GENERAL_NAME_new(), "make a name"));
    switch (name.type) {
    case Type::Dns:
        setString(native.get(), GEN_DNS, name.value);
        break;
    case Type::Email:
        setString(native.get(), GEN_EMAIL, name.value);
        break;
    case Type::Uri:
        setString(native.get(), GEN_URI, name.value);
        break;
    case Type::Ip: {
        ASN1_OCTET_STRING* octets = a2i_IPADDRESS(name.value.c_str());
        if (octets == nullptr) {
            base::clearQueue();
            throw Error(ErrorKind::BadInput, "“" + name.value + "” is not an IP address");
        }
        GENERAL_NAME_set0_value(native.get(), GEN_IPADD, octets);
        break;
    }
    case Type::DirectoryName: {
        const Name directory = Name::parse(name.value);
        GENERAL_NAME_set0_value(native.get(), GEN_DIRNAME,
                                base::check(X509_NAME_dup(directory.native()), "copy a name"));
        break;
    }
    case Type::RegisteredId: {
        Handle<ASN1_OBJECT> object = objectOf(name.value);
        if (!object)
            throw Error(ErrorKind::BadInput, "“" + name.value + "” is not a valid OID");
        GENERAL_NAME_set0_value(native.get(), GEN_RID, object.release());
        break;
    }
    case Type::OtherName:
        setOtherName(native.get(), name.value);
        break;
    case Type::X400:
    case Type::EdiParty:
        throw Error(ErrorKind::Unsupported,
                    "Names of the type " + std::string(toString(name.type)) + " cannot be written");
    }
    return native;
}

/// The list without OpenSSL's decoder, which is slow; nothing when an entry is of a type that only that one words.
std::optional<std::vector<GeneralName>> plainNames(base::BytesView value) {
    base::DerReader outer(value);
    const auto sequence = outer.expect(base::der::Sequence);
    base::DerReader names(sequence ? sequence->content : base::BytesView());
    std::vector<GeneralName> out;
    while (const auto element = names.next()) {
        switch (element->identifier) {
        case base::der::context(1):
            out.push_back({GeneralName::Type::Email, ia5Text(element->content)});
            break;
        case base::der::context(2):
            out.push_back({GeneralName::Type::Dns, ia5Text(element->content)});
            break;
        case base::der::context(6):
            out.push_back({GeneralName::Type::Uri, ia5Text(element->content)});
            break;
        case base::der::context(7):
            out.push_back({GeneralName::Type::Ip, ipAddressText(element->content)});
            break;
        default:
            return std::nullopt;
        }
    }
    if (!sequence || names.hasFailed())
        return std::nullopt;
    return out;
}

} // namespace

std::string ipAddressText(base::BytesView octets) {
    std::array<char, 48> buffer{};
    if (octets.size() == 4) {
        std::snprintf(buffer.data(), buffer.size(), "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
        return buffer.data();
    }
    if (octets.size() != 16)
        return '#' + base::toHex(octets);
    // RFC 5952 4: lower case, no leading zeros, the longest run of at least two zero groups as "::".
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < groups.size(); ++i)
        groups[i] = (unsigned{octets[2 * i]} << 8U) | octets[2 * i + 1];
    std::size_t bestStart = 8;
    std::size_t bestLength = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0)
            ++end;
        if (end - i > bestLength) {
            bestStart = i;
            bestLength = end - i;
        }
        i = std::max(end, i + 1);
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == bestStart) {
            out += "::";
            i += bestLength - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':')
            out += ':';
        std::snprintf(buffer.data(), buffer.size(), "%x", groups[i]);
        out += buffer.data();
    }
    return out;
}

std::string_view toString(Type type) noexcept {
    switch (type) {
    case Type::Dns:
        return "DNS";
    case Type::Ip:
        return "IP";
    case Type::Email:
        return "email";
    case Type::Uri:
        return "URI";
    case Type::DirectoryName:
        return "dirName";
    case Type::RegisteredId:
        return "RID";
    case Type::OtherName:
        return "otherName";
    case Type::X400:
        return "x400";
    case Type::EdiParty:
        return "ediParty";
    }
    return "DNS";
}

base::Bytes generalNamesToDer(const std::vector<GeneralName>& names) {
    const Handle<GENERAL_NAMES> native(base::check(sk_GENERAL_NAME_new_null(), "make a list of names"));
    for (const GeneralName& name : names) {
        Handle<GENERAL_NAME> entry = toNative(name);
        base::check(sk_GENERAL_NAME_push(native.get(), entry.get()), "make a list of names");
        entry.release();
    }
    unsigned char* buffer = nullptr;
    const int length = i2d_GENERAL_NAMES(native.get(), &buffer);
    base::check(length, "encode the alternative names");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {buffer, buffer + length};
}

std::vector<GeneralName> generalNamesFromDer(base::BytesView der) {
    if (auto plain = plainNames(der))
        return std::move(*plain);
    const unsigned char* position = der.data();
    base::clearQueue();
    const Handle<GENERAL_NAMES> native(base::check(d2i_GENERAL_NAMES(nullptr, &position, static_cast<long>(der.size())),
                                                   "read the alternative names", ErrorKind::BadInput));
    std::vector<GeneralName> out;
    const int count = sk_GENERAL_NAME_num(native.get());
    out.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        out.push_back(fromNative(sk_GENERAL_NAME_value(native.get(), i)));
    return out;
}

} // namespace certwright::x509
