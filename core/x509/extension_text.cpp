#include "core/x509/extension_text.h"

#include "core/base/der_reader.h"
#include "core/base/openssl_check.h"

#include <openssl/objects.h>

#include <array>
#include <limits>
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
constexpr std::array<NamedOid, 25> PolicyNames{{
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

Text oidIn(DerReader& reader) {
    const auto element = reader.expect(der::Oid);
    return element ? base::oidText(element->content) : std::nullopt;
}

/// A number that fits into 63 bits, without a sign.
std::optional<std::uint64_t> numberOf(BytesView content) {
    if (content.empty() || content.size() > sizeof(std::uint64_t) || (content[0] & 0x80U) != 0)
        return std::nullopt;
    std::uint64_t out = 0;
    for (const std::uint8_t octet : content)
        out = out << 8U | octet;
    return out;
}

std::optional<std::uint64_t> numberIn(DerReader& reader) {
    const auto element = reader.expect(der::Integer);
    return element ? numberOf(element->content) : std::nullopt;
}

Text stringIn(DerReader& reader) {
    const auto element = reader.next();
    return element ? base::stringText(*element) : std::nullopt;
}

/// The content of the only element of `value`, if it is of this type.
std::optional<BytesView> only(BytesView value, std::uint8_t identifier) {
    DerReader reader(value);
    const auto element = reader.expect(identifier);
    return element && reader.atEnd() ? std::optional(element->content) : std::nullopt;
}

/// Calls `line(DerReader&)` with the content of each sequence of a sequence, and joins what it gives.
template <class Line>
Text linesOfSequences(BytesView value, Line line) {
    const auto content = only(value, der::Sequence);
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

// --- Microsoft: [MS-WCCE] 2.2.2.7

Text templateName(BytesView value) {
    const auto content = only(value, der::BmpString);
    return content ? base::stringText({der::BmpString, *content, value}) : std::nullopt;
}

Text certificateTemplate(BytesView value) {
    const auto content = only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const Text oid = oidIn(reader);
    if (!oid)
        return std::nullopt;
    std::string out = "Template: " + *oid;
    if (reader.peek() == der::Integer) {
        const auto major = numberIn(reader);
        const auto minor = reader.peek() == der::Integer ? numberIn(reader) : std::optional<std::uint64_t>(0);
        if (!major || !minor)
            return std::nullopt;
        out += "\nVersion: " + std::to_string(*major) + "." + std::to_string(*minor);
    }
    return reader.atEnd() ? Text(out) : std::nullopt;
}

Text caVersion(BytesView value) {
    const auto content = only(value, der::Integer);
    const auto number = content ? numberOf(*content) : std::nullopt;
    if (!number)
        return std::nullopt;
    return "Certificate " + std::to_string(*number & 0xFFFFU) + ", key " + std::to_string(*number >> 16U);
}

Text applicationPolicies(BytesView value) {
    return linesOfSequences(value, [](DerReader& policy) -> Text {
        const Text oid = oidIn(policy);
        return oid ? Text(objectName(*oid)) : std::nullopt;
    });
}

/// szOID_NTDS_CA_SECURITY_EXT: a sequence of other names, of which one is the account's security identifier.
Text securityIdentifier(BytesView value) {
    constexpr std::string_view ObjectSid = "1.3.6.1.4.1.311.25.2.1";
    const auto content = only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const auto name = reader.expect(der::contextConstructed(0));
    if (!name || !reader.atEnd())
        return std::nullopt;
    DerReader inner(name->content);
    const Text oid = oidIn(inner);
    const auto wrapped = inner.expect(der::contextConstructed(0));
    const auto sid = wrapped ? only(wrapped->content, der::OctetString) : std::nullopt;
    if (oid != ObjectSid || !sid || !inner.atEnd())
        return std::nullopt;
    return base::stringText({der::Ia5String, *sid, {}});
}

// --- Qualified certificates

constexpr std::array<NamedOid, 3> QcTypes{{
    {"0.4.0.1862.1.6.1", "electronic signatures"},
    {"0.4.0.1862.1.6.2", "electronic seals"},
    {"0.4.0.1862.1.6.3", "web site authentication"},
}};

Text limitValue(DerReader& statement) {
    const auto amount = statement.expect(der::Sequence);
    if (!amount)
        return std::nullopt;
    DerReader reader(amount->content);
    const auto currency = reader.peek() == der::Integer ? [&]() -> Text {
        const auto number = numberIn(reader); // ISO 4217, numeric
        return number ? Text("currency " + std::to_string(*number)) : std::nullopt;
    }()
        : stringIn(reader);
    const auto value = numberIn(reader);
    const auto exponent = numberIn(reader);
    if (!currency || !value || !exponent)
        return std::nullopt;
    const std::string zeros = *exponent <= 18 ? std::string(*exponent, '0') : " · 10^" + std::to_string(*exponent);
    return "Limit of a transaction: " + std::to_string(*value) + zeros + " " + *currency;
}

Text disclosureStatements(DerReader& statement) {
    const auto locations = statement.expect(der::Sequence);
    if (!locations)
        return std::nullopt;
    return linesOfSequences(locations->whole, [](DerReader& location) -> Text {
        const Text url = stringIn(location);
        const Text language = stringIn(location);
        return url && language ? Text("Disclosure statement (" + *language + "): " + *url) : std::nullopt;
    });
}

/// What a statement lists, each element by `element(DerReader&)`, behind a heading.
template <class Element>
Text listed(std::string heading, DerReader& statement, Element element) {
    const auto list = statement.expect(der::Sequence);
    if (!list)
        return std::nullopt;
    std::string out;
    for (DerReader reader(list->content); !reader.atEnd();) {
        const Text text = element(reader);
        if (!text)
            return std::nullopt;
        out += (out.empty() ? "" : ", ") + *text;
    }
    return std::move(heading) + ": " + out;
}

/// ETSI TS 119 495 5.1.
Text paymentServices(DerReader& statement) {
    const auto content = statement.expect(der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(content->content);
    const Text roles = listed("Payment services", reader, [](DerReader& list) -> Text {
        const auto role = list.expect(der::Sequence);
        if (!role)
            return std::nullopt;
        DerReader inner(role->content);
        const Text oid = oidIn(inner);
        return oid ? stringIn(inner) : std::nullopt;
    });
    const Text authority = stringIn(reader);
    const Text id = stringIn(reader);
    if (!roles || !authority || !id)
        return std::nullopt;
    return *roles + "\nCompetent authority: " + *authority + " (" + *id + ")";
}

Text qualifiedStatement(DerReader& statement) {
    const Text oid = oidIn(statement);
    if (!oid)
        return std::nullopt;
    if (oid == "0.4.0.1862.1.1")
        return "Qualified certificate of the European Union";
    if (oid == "0.4.0.1862.1.2")
        return limitValue(statement);
    if (oid == "0.4.0.1862.1.3") {
        const auto years = numberIn(statement);
        return years ? Text("Kept for " + std::to_string(*years) + " years after expiry") : std::nullopt;
    }
    if (oid == "0.4.0.1862.1.4")
        return "Private key in a qualified signature creation device";
    if (oid == "0.4.0.1862.1.5")
        return disclosureStatements(statement);
    if (oid == "0.4.0.1862.1.6")
        return listed("For", statement, [](DerReader& list) -> Text {
            const Text type = oidIn(list);
            const std::string_view name = type ? nameIn(QcTypes, *type) : std::string_view();
            return name.empty() ? type : Text(name);
        });
    if (oid == "0.4.0.1862.1.7")
        return listed("Under the law of", statement, stringIn);
    if (oid == "0.4.0.19495.2")
        return paymentServices(statement);
    if (oid == "1.3.6.1.5.5.7.11.1" || oid == "1.3.6.1.5.5.7.11.2")
        return "Names and identifiers as RFC 3739 says" + std::string(oid->back() == '2' ? ", version 2" : "");
    return "Statement " + *oid + (statement.atEnd() ? std::string() : std::string(" with further details"));
}

// --- others

Text mailCapabilities(BytesView value) {
    return linesOfSequences(value, [](DerReader& capability) -> Text {
        const Text oid = oidIn(capability);
        if (!oid)
            return std::nullopt;
        if (capability.peek() != der::Integer)
            return objectName(*oid);
        const auto bits = numberIn(capability);
        return bits ? Text(objectName(*oid) + ", " + std::to_string(*bits) + " bits") : std::nullopt;
    });
}

/// Guidelines for extended validation, 9.8.2.
Text organizationIdentifier(BytesView value) {
    const auto content = only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const Text scheme = stringIn(reader);
    const Text country = stringIn(reader);
    const auto state = reader.optional(der::context(0));
    const Text reference = stringIn(reader);
    if (!scheme || !country || !reference || !reader.atEnd())
        return std::nullopt;
    const Text stateText = state ? base::stringText({der::PrintableString, state->content, {}}) : Text(std::string());
    return *scheme + *country + (stateText->empty() ? "" : "+" + *stateText) + "-" + *reference;
}

} // namespace

std::optional<std::string> ownExtensionText(std::string_view oid, base::BytesView value) {
    using Reader = Text (*)(BytesView);
    static constexpr std::array<std::pair<std::string_view, Reader>, 8> readers{{
        {"1.3.6.1.4.1.311.20.2", templateName},
        {"1.3.6.1.4.1.311.21.1", caVersion},
        {"1.3.6.1.4.1.311.21.7", certificateTemplate},
        {"1.3.6.1.4.1.311.21.10", applicationPolicies},
        {"1.3.6.1.4.1.311.25.2", securityIdentifier},
        {"1.3.6.1.5.5.7.1.3", [](BytesView statements) { return linesOfSequences(statements, qualifiedStatement); }},
        {"1.2.840.113549.1.9.15", mailCapabilities},
        {"2.23.140.3.1", organizationIdentifier},
    }};
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
