#include "core/x509/extension_text.h"

#include "core/base/der_reader.h"
#include "core/base/openssl_check.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/extensions/directory_attributes.h"
#include "core/x509/extensions/features.h"
#include "core/x509/extensions/microsoft.h"
#include "core/x509/extensions/qualified.h"
#include "core/x509/extensions/usages.h"

#include <openssl/objects.h>

#include <array>
#include <utility>

namespace certwright::x509 {

namespace {

using base::BytesView;
using base::DerElement;
using base::DerReader;
namespace der = base::der;

using Text = std::optional<std::string>;
using NamedOid = std::pair<std::string_view, std::string_view>;

// CA/Browser Forum: https://cabforum.org/resources/object-registry/; ETSI EN 319 411-1 5.3, EN 319 411-2 5.3.
constexpr std::array<NamedOid, 33> PolicyNames{{
    {"2.23.140.1.1", "CA/Browser Forum: extended validation"},
    {"2.23.140.1.2.1", "CA/Browser Forum: domain validated"},
    {"2.23.140.1.2.2", "CA/Browser Forum: organization validated"},
    {"2.23.140.1.2.3", "CA/Browser Forum: individual validated"},
    {"2.23.140.1.3", "CA/Browser Forum: extended validation code signing"},
    {"2.23.140.1.4.1", "CA/Browser Forum: code signing"},
    {"2.23.140.1.4.2", "CA/Browser Forum: time stamping for code signing"},
    {"2.23.140.1.5.1.1", "CA/Browser Forum: S/MIME, mailbox validated, legacy"},
    {"2.23.140.1.5.1.2", "CA/Browser Forum: S/MIME, mailbox validated, multipurpose"},
    {"2.23.140.1.5.1.3", "CA/Browser Forum: S/MIME, mailbox validated, strict"},
    {"2.23.140.1.5.2.1", "CA/Browser Forum: S/MIME, organization validated, legacy"},
    {"2.23.140.1.5.2.2", "CA/Browser Forum: S/MIME, organization validated, multipurpose"},
    {"2.23.140.1.5.2.3", "CA/Browser Forum: S/MIME, organization validated, strict"},
    {"2.23.140.1.5.3.1", "CA/Browser Forum: S/MIME, sponsor validated, legacy"},
    {"2.23.140.1.5.3.2", "CA/Browser Forum: S/MIME, sponsor validated, multipurpose"},
    {"2.23.140.1.5.3.3", "CA/Browser Forum: S/MIME, sponsor validated, strict"},
    {"2.23.140.1.5.4.1", "CA/Browser Forum: S/MIME, individual validated, legacy"},
    {"2.23.140.1.5.4.2", "CA/Browser Forum: S/MIME, individual validated, multipurpose"},
    {"2.23.140.1.5.4.3", "CA/Browser Forum: S/MIME, individual validated, strict"},
    {"2.23.140.1.31", "CA/Browser Forum: extended validation, .onion"},
    {"0.4.0.2042.1.1", "ETSI: normalized (NCP)"},
    {"0.4.0.2042.1.2", "ETSI: normalized, secure device (NCP+)"},
    {"0.4.0.2042.1.3", "ETSI: lightweight (LCP)"},
    {"0.4.0.2042.1.4", "ETSI: extended validation (EVCP)"},
    {"0.4.0.2042.1.6", "ETSI: domain validation (DVCP)"},
    {"0.4.0.2042.1.7", "ETSI: organization validation (OVCP)"},
    {"0.4.0.2042.1.8", "ETSI: individual validation (IVCP)"},
    {"0.4.0.194112.1.0", "ETSI: qualified, natural person (QCP-n)"},
    {"0.4.0.194112.1.1", "ETSI: qualified, legal person (QCP-l)"},
    {"0.4.0.194112.1.2", "ETSI: qualified, natural person, secure device (QCP-n-qscd)"},
    {"0.4.0.194112.1.3", "ETSI: qualified, legal person, secure device (QCP-l-qscd)"},
    {"0.4.0.194112.1.4", "ETSI: qualified, web site (QCP-w)"},
    {"0.4.0.19495.3.1", "ETSI: qualified, web site, payment services (QCP-w-psd2)"},
}};

std::string_view nameIn(const auto& table, std::string_view oid) {
    for (const NamedOid& entry : table) {
        if (entry.first == oid)
            return entry.second;
    }
    return {};
}

/// OpenSSL's long name of an object, else the dotted OID.
std::string objectName(const std::string& oid) {
    const int nid = OBJ_txt2nid(oid.c_str());
    base::clearQueue();
    return nid == NID_undef ? oid : std::string(OBJ_nid2ln(nid));
}

/// Calls `line(DerReader&)` with the content of each sequence of a sequence, and joins what it gives.
template <class Line>
Text linesOfSequences(BytesView value, Line line) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    std::string out;
    for (DerReader reader(*content); !reader.atEnd();) {
        const auto element = reader.expect(der::Sequence);
        if (!element)
            return std::nullopt;
        DerReader inner(element->content);
        const Text text = line(inner);
        if (!text)
            return std::nullopt;
        out += (out.empty() ? "" : "\n") + *text;
    }
    return out.empty() ? std::nullopt : Text(out);
}

/// A line for each purpose; nothing when there is none.
Text purposesText(const ApplicationPolicies& list) {
    std::string out;
    for (const std::string& purpose : list.purposes)
        out += (out.empty() ? "" : "\n") + objectName(purpose);
    return out.empty() ? std::nullopt : Text(out);
}

Text noCheckText(const OcspNoCheck& /*value*/) {
    return "Revocation need not be checked";
}

/// `write(decoded value)`; nothing when the value is damaged.
template <class Value, auto Write>
Text written(BytesView value) {
    const auto read = Value::decode(value);
    return read ? Write(*read) : std::nullopt;
}

Text templateNameText(const MicrosoftTemplateName& used) {
    return used.name;
}

Text sidText(const MicrosoftSid& account) {
    return account.sid;
}

Text templateText(const MicrosoftTemplate& used) {
    std::string out = "Template: " + used.oid;
    if (used.majorVersion)
        out += "\nVersion: " + std::to_string(*used.majorVersion) + "." + std::to_string(used.minorVersion.value_or(0));
    return out;
}

Text caVersionText(const MicrosoftCaVersion& version) {
    return "Certificate " + std::to_string(version.certificateIndex) + ", key " + std::to_string(version.keyIndex);
}

Text statementsText(const QcStatements& list) {
    std::string out;
    for (const QcStatement& statement : list.statements) {
        const Text text = statement.text();
        if (!text)
            return std::nullopt;
        out += (out.empty() ? "" : "\n") + *text;
    }
    return out.empty() ? std::nullopt : Text(out);
}

Text directoryText(const SubjectDirectoryAttributes& list) {
    return list.attributes.empty() ? std::nullopt : Text(list.text());
}

Text mailCapabilities(BytesView value) {
    return linesOfSequences(value, [](DerReader& capability) -> Text {
        const Text oid = coding::readOid(capability);
        if (!oid)
            return std::nullopt;
        if (capability.peek() != der::Integer)
            return objectName(*oid);
        const auto bits = coding::readNumber(capability);
        return bits ? Text(objectName(*oid) + ", " + std::to_string(*bits) + " bits") : std::nullopt;
    });
}

/// Guidelines for extended validation, 9.8.2.
Text organizationIdentifier(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const Text scheme = coding::readString(reader);
    const Text country = coding::readString(reader);
    const auto state = reader.optional(der::context(0));
    const Text reference = coding::readString(reader);
    if (!scheme || !country || !reference || !reader.atEnd())
        return std::nullopt;
    const Text stateText = state ? base::stringText({der::PrintableString, state->content, {}}) : Text(std::string());
    return *scheme + *country + (stateText->empty() ? "" : "+" + *stateText) + "-" + *reference;
}

} // namespace

std::optional<std::string> ownExtensionText(std::string_view oid, base::BytesView value) {
    using Reader = Text (*)(BytesView);
    static constexpr std::pair<std::string_view, Reader> readers[] = {
        {MicrosoftTemplateName::Oids[0], written<MicrosoftTemplateName, templateNameText>},
        {MicrosoftCaVersion::Oids[0], written<MicrosoftCaVersion, caVersionText>},
        {MicrosoftTemplate::Oids[0], written<MicrosoftTemplate, templateText>},
        {ApplicationPolicies::Oids[0], written<ApplicationPolicies, purposesText>},
        {MicrosoftSid::Oids[0], written<MicrosoftSid, sidText>},
        {QcStatements::Oids[0], written<QcStatements, statementsText>},
        {SubjectDirectoryAttributes::Oids[0], written<SubjectDirectoryAttributes, directoryText>},
        {OcspNoCheck::Oids[0], written<OcspNoCheck, noCheckText>},
        {"1.2.840.113549.1.9.15", mailCapabilities},
        {"2.23.140.3.1", organizationIdentifier},
    };
    for (const auto& [known, read] : readers) {
        if (known == oid)
            return read(value);
    }
    return std::nullopt;
}

std::string withPolicyNames(std::string_view text) {
    constexpr std::string_view Head = "Policy: ";
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        out += line;
        if (line.starts_with(Head)) {
            const std::string_view name = nameIn(PolicyNames, line.substr(Head.size()));
            if (!name.empty())
                out += " (" + std::string(name) + ")";
        }
        out += text.substr(end, 1);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace certwright::x509
