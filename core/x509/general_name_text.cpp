// Reading alternative names as people type and paste them.
#include "core/base/error.h"
#include "core/x509/general_name.h"
#include "core/x509/name_text.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <idn2.h>
#include <memory>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using Type = GeneralName::Type;

namespace {

constexpr std::size_t MaximumLabel = 63; // RFC 1035 2.3.4
constexpr std::size_t MaximumName = 253;

bool startsWithoutCase(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
           });
}

bool isIpAddress(const std::string& text) {
    ASN1_OCTET_STRING* octets = a2i_IPADDRESS(text.c_str());
    const bool isAddress = octets != nullptr;
    ASN1_OCTET_STRING_free(octets);
    return isAddress;
}

std::string canonicalIp(const std::string& text) {
    ASN1_OCTET_STRING* octets = a2i_IPADDRESS(text.c_str());
    if (octets == nullptr)
        throw Error(ErrorKind::BadInput, "“" + text + "” is not an IP address");
    std::string out =
        ipAddressText({ASN1_STRING_get0_data(octets), static_cast<std::size_t>(ASN1_STRING_length(octets))});
    ASN1_OCTET_STRING_free(octets);
    return out;
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
    });
    return text;
}

/// The A-label form of an international name (RFC 5891 4), other names in lower case.
std::string asciiName(const std::string& name) {
    const bool isAscii =
        std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (isAscii)
        return lowered(name);
    char* buffer = nullptr;
    const std::string wildcard = name.starts_with("*.") ? "*." : "";
    const int result = idn2_to_ascii_8z(name.c_str() + wildcard.size(), &buffer, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owner(buffer, idn2_free);
    if (result != IDN2_OK)
        throw Error(ErrorKind::BadInput, "“" + name + "” is not a valid host name: " + idn2_strerror(result));
    return wildcard + buffer;
}

GeneralName recognise(const std::string& entry) {
    if (isIpAddress(entry))
        return {Type::Ip, canonicalIp(entry)};
    if (entry.find("://") != std::string::npos || startsWithoutCase(entry, "urn:"))
        return {Type::Uri, entry};
    if (entry.find('@') != std::string::npos)
        return {Type::Email, entry};
    return {Type::Dns, asciiName(entry)};
}

GeneralName parseEntry(const std::string& entry) {
    static constexpr std::pair<std::string_view, Type> prefixes[] = {
        {"DNS:", Type::Dns},          {"IP Address:", Type::Ip},         {"IP:", Type::Ip},
        {"email:", Type::Email},      {"mailto:", Type::Email},          {"URI:", Type::Uri},
        {"RID:", Type::RegisteredId}, {"dirName:", Type::DirectoryName}, {"otherName:", Type::OtherName},
        {"UPN:", Type::OtherName}};
    for (const auto& [prefix, type] : prefixes) {
        if (!startsWithoutCase(entry, prefix))
            continue;
        const std::string value = entry.substr(prefix.size());
        if (value.empty())
            throw Error(ErrorKind::BadInput, "There is no value behind “" + entry + "”");
        if (type == Type::Dns)
            return {type, asciiName(value)};
        if (type == Type::Ip)
            return {type, canonicalIp(value)};
        if (prefix == "UPN:")
            return {type, "1.3.6.1.4.1.311.20.2.3;UTF8:" + value};
        return {type, value};
    }
    return recognise(entry);
}

/// Entries between separators. A directory name holds commas and spaces itself, so it reaches to the end of its line.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    std::size_t position = 0;
    while (position < text.size()) {
        const char c = text[position];
        if (c == ',' || c == ';' || std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++position;
            continue;
        }
        const std::string_view rest = text.substr(position);
        const bool isLineLong = startsWithoutCase(rest, "dirName:") || startsWithoutCase(rest, "otherName:");
        const bool isOldPrefix = startsWithoutCase(rest, "IP Address:");
        const std::string_view separators = isLineLong ? "\r\n" : ", ;\t\r\n\v\f";
        const std::size_t end = rest.find_first_of(separators, isOldPrefix ? 11 : 0);
        const std::string_view entry = rest.substr(0, end);
        out.emplace_back(entry);
        position += entry.size();
    }
    return out;
}

std::string labelProblem(std::string_view name, std::string_view label) {
    const std::string quoted = "“" + std::string(name) + "”";
    if (label.empty())
        return quoted + " has an empty label: two dots in a row, or one at its start or end.";
    if (label.size() > MaximumLabel)
        return quoted + " has a label of more than 63 characters.";
    if (label.front() == '-' || label.back() == '-')
        return quoted + " has a label that begins or ends with a hyphen.";
    for (std::size_t i = 0; i < label.size(); ++i) {
        const char c = label[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '_')
            return quoted + ": underscore is not allowed in host names.";
        if (std::isalnum(byte) == 0 && c != '-')
            return quoted + " has a character that is not allowed in host names: “" +
                   std::string(characterAt(label, i)) + "”.";
    }
    return {};
}

} // namespace

std::vector<GeneralName> parseGeneralNames(std::string_view text) {
    std::vector<GeneralName> out;
    for (const std::string& entry : split(text)) {
        GeneralName name = parseEntry(entry);
        if (std::find(out.begin(), out.end(), name) == out.end())
            out.push_back(std::move(name));
    }
    return out;
}

std::string dnsNameProblem(std::string_view name) {
    const std::string quoted = "“" + std::string(name) + "”";
    if (name.empty())
        return "The host name is empty.";
    if (name.size() > MaximumName)
        return quoted + " is longer than 253 characters.";
    std::string_view rest = name;
    if (rest == "*")
        return "“*” alone is not a valid wildcard: write *.example.test.";
    if (rest.starts_with("*."))
        rest.remove_prefix(2);
    if (rest.find('*') != std::string_view::npos)
        return quoted + " is not a valid wildcard: only the leftmost label may be *.";
    while (true) {
        const std::size_t dot = rest.find('.');
        if (std::string problem = labelProblem(name, rest.substr(0, dot)); !problem.empty())
            return problem;
        if (dot == std::string_view::npos)
            break;
        rest.remove_prefix(dot + 1);
    }
    // RFC 1123 2.1: a name's last label is not all digits, by which it is told from an address.
    if (rest.find_first_not_of("0123456789") == std::string_view::npos)
        return quoted + " ends with a number, as only IP addresses do, and is none.";
    return {};
}

} // namespace certwright::x509
