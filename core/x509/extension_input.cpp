// Extensions of which OpenSSL 3.0 knows neither name nor syntax, from text.
#include "core/base/error.h"
#include "core/x509/extension_text.h"
#include "core/x509/extensions/microsoft.h"
#include "core/x509/extensions/usages.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace certwright::x509 {

namespace {

/// Names as OpenSSL has them from 3.2 on, and our own for the rest.
constexpr std::pair<std::string_view, std::string_view> OwnNames[] = {
    {"ms-cert-templ-name", MicrosoftTemplateName::Oids[0]},
    {"ms-ca-version", MicrosoftCaVersion::Oids[0]},
    {"ms-cert-templ", MicrosoftTemplate::Oids[0]},
    {"ms-app-policies", ApplicationPolicies::Oids[0]},
    {"ms-ntds-sec-ext", MicrosoftSid::Oids[0]},
};

/// What is between commas, without the spaces around it.
std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        std::string_view word = text.substr(0, end);
        word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
        word = word.substr(0, word.find_last_not_of(' ') + 1);
        out.emplace_back(word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

MicrosoftCaVersion parseCaVersion(std::string_view text) {
    MicrosoftCaVersion out;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, out.certificateIndex);
    const bool hasDot = first.ec == std::errc() && first.ptr != end && *first.ptr == '.';
    const auto second = hasDot ? std::from_chars(first.ptr + 1, end, out.keyIndex) : first;
    if (!hasDot || second.ec != std::errc() || second.ptr != end)
        throw base::Error(base::ErrorKind::BadInput, "“" + std::string(text) + "” is not the version of a CA",
                          "Write how often certificate and key were renewed, e.g. 3.2.");
    return out;
}

} // namespace

std::string_view ownExtensionOid(std::string_view name) noexcept {
    const auto* found =
        std::find_if(std::begin(OwnNames), std::end(OwnNames), [name](const auto& row) { return row.first == name; });
    return found == std::end(OwnNames) ? std::string_view() : found->second;
}

std::optional<base::Bytes> ownExtensionValue(std::string_view oid, std::string_view text) {
    if (text.starts_with("DER:") || text.starts_with("ASN1:"))
        return std::nullopt;
    if (oid == MicrosoftSid::Oids[0])
        return MicrosoftSid{std::string(text)}.encode();
    if (oid == MicrosoftTemplate::Oids[0])
        return MicrosoftTemplate::parse(text).encode();
    if (oid == MicrosoftTemplateName::Oids[0])
        return MicrosoftTemplateName{std::string(text)}.encode();
    if (oid == ApplicationPolicies::Oids[0])
        return ApplicationPolicies{words(text)}.encode();
    if (oid == MicrosoftCaVersion::Oids[0])
        return parseCaVersion(text).encode();
    return std::nullopt;
}

} // namespace certwright::x509
