#include "core/x509/extensions/policies.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/native_text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

constexpr std::string_view OidPracticeStatement = "1.3.6.1.5.5.7.2.1";
constexpr std::string_view OidUserNotice = "1.3.6.1.5.5.7.2.2";
constexpr std::string_view OidAnyPolicy = "2.5.29.32.0";

Bytes displayText(std::string_view text) {
    constexpr std::ptrdiff_t Maximum = 200; // RFC 5280 4.2.1.4, DisplayText
    const auto characters =
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
    if (characters > Maximum)
        throw Error(ErrorKind::BadInput, "A text of a policy has more than 200 characters (RFC 5280 4.2.1.4)");
    return coding::utf8Element(text);
}

Bytes encoded(const PracticeStatement& statement) {
    return base::derSequence({coding::oidElement(OidPracticeStatement), coding::ia5Element(statement.uri)});
}

Bytes encoded(const UserNotice& notice) {
    Bytes content;
    if (!notice.organization.empty()) {
        Bytes numbers;
        for (const std::uint64_t number : notice.noticeNumbers)
            coding::append(numbers, coding::numberElement(number));
        coding::append(content,
                       base::derSequence({displayText(notice.organization), base::derElement(der::Sequence, numbers)}));
    }
    if (!notice.explicitText.empty())
        coding::append(content, displayText(notice.explicitText));
    return base::derSequence({coding::oidElement(OidUserNotice), base::derElement(der::Sequence, content)});
}

Bytes encoded(const OtherQualifier& qualifier) {
    return base::derSequence({coding::oidElement(qualifier.oid), qualifier.der});
}

std::optional<PolicyQualifier> readUserNotice(DerReader& qualifier) {
    const auto content = qualifier.expect(der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(content->content);
    UserNotice out;
    if (const auto reference = reader.optional(der::Sequence)) {
        DerReader parts(reference->content);
        auto organization = coding::readString(parts);
        const auto numbers = parts.expect(der::Sequence);
        auto read = numbers ? coding::listOf(numbers->content, coding::readNumber) : std::nullopt;
        if (!organization || !read)
            return std::nullopt;
        out.organization = *std::move(organization);
        out.noticeNumbers = *std::move(read);
    }
    if (!reader.atEnd()) {
        auto text = coding::readString(reader);
        if (!text)
            return std::nullopt;
        out.explicitText = *std::move(text);
    }
    return reader.atEnd() ? std::optional<PolicyQualifier>(std::move(out)) : std::nullopt;
}

std::optional<PolicyQualifier> readQualifier(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    auto oid = coding::readOid(reader);
    if (!oid)
        return std::nullopt;
    std::optional<PolicyQualifier> out;
    if (*oid == OidPracticeStatement) {
        if (const auto uri = reader.expect(der::Ia5String))
            out = PracticeStatement{ia5Text(uri->content)};
    } else if (*oid == OidUserNotice) {
        out = readUserNotice(reader);
    } else if (const auto other = reader.next()) {
        out = OtherQualifier{*std::move(oid), base::toBytes(other->whole)};
    }
    return reader.atEnd() ? out : std::nullopt;
}

std::optional<PolicyInformation> readPolicy(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    auto oid = coding::readOid(reader);
    if (!oid)
        return std::nullopt;
    PolicyInformation out{*std::move(oid)};
    if (!reader.atEnd()) {
        const auto qualifiers = reader.expect(der::Sequence);
        auto read = qualifiers ? coding::listOf(qualifiers->content, readQualifier) : std::nullopt;
        if (!read)
            return std::nullopt;
        out.qualifiers = *std::move(read);
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<PolicyMapping> readMapping(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    auto issuer = coding::readOid(reader);
    auto subject = coding::readOid(reader);
    if (!issuer || !subject || !reader.atEnd())
        return std::nullopt;
    return PolicyMapping{*std::move(issuer), *std::move(subject)};
}

} // namespace

Bytes CertificatePolicies::encode() const {
    if (policies.empty())
        throw Error(ErrorKind::BadInput, "Certificate policies need at least one (RFC 5280 4.2.1.4)");
    Bytes content;
    std::set<Bytes> seen;
    for (const PolicyInformation& policy : policies) {
        Bytes information = coding::oidElement(policy.oid);
        if (!seen.insert(information).second)
            throw Error(ErrorKind::BadInput, "The policy " + policy.oid + " is there twice (RFC 5280 4.2.1.4)");
        Bytes qualifiers;
        for (const PolicyQualifier& qualifier : policy.qualifiers)
            coding::append(qualifiers, std::visit([](const auto& kind) { return encoded(kind); }, qualifier));
        if (!qualifiers.empty())
            coding::append(information, base::derElement(der::Sequence, qualifiers));
        coding::append(content, base::derElement(der::Sequence, information));
    }
    return base::derElement(der::Sequence, content);
}

std::optional<CertificatePolicies> CertificatePolicies::decode(BytesView value) {
    auto policies = coding::sequenceOf(value, readPolicy);
    return policies ? std::optional(CertificatePolicies{*std::move(policies)}) : std::nullopt;
}

Bytes PolicyMappings::encode() const {
    if (mappings.empty())
        throw Error(ErrorKind::BadInput, "Policy mappings need at least one (RFC 5280 4.2.1.5)");
    const Bytes anyPolicy = coding::oidElement(OidAnyPolicy);
    Bytes content;
    for (const PolicyMapping& mapping : mappings) {
        const Bytes issuer = coding::oidElement(mapping.issuerDomain);
        const Bytes subject = coding::oidElement(mapping.subjectDomain);
        if (issuer == anyPolicy || subject == anyPolicy)
            throw Error(ErrorKind::BadInput, "Policies are not mapped to or from anyPolicy (RFC 5280 4.2.1.5)");
        coding::append(content, base::derSequence({issuer, subject}));
    }
    return base::derElement(der::Sequence, content);
}

std::optional<PolicyMappings> PolicyMappings::decode(BytesView value) {
    auto mappings = coding::sequenceOf(value, readMapping);
    return mappings ? std::optional(PolicyMappings{*std::move(mappings)}) : std::nullopt;
}

Bytes PolicyConstraints::encode() const {
    if (!requireExplicitPolicy && !inhibitPolicyMapping)
        throw Error(ErrorKind::BadInput, "Policy constraints need at least one number (RFC 5280 4.2.1.11)");
    Bytes content;
    if (requireExplicitPolicy)
        coding::append(content, coding::numberElement(*requireExplicitPolicy, der::context(0)));
    if (inhibitPolicyMapping)
        coding::append(content, coding::numberElement(*inhibitPolicyMapping, der::context(1)));
    return base::derElement(der::Sequence, content);
}

std::optional<PolicyConstraints> PolicyConstraints::decode(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const auto explicitPolicy = reader.optional(der::context(0));
    const auto mapping = reader.optional(der::context(1));
    PolicyConstraints out;
    if (explicitPolicy)
        out.requireExplicitPolicy = coding::numberOf(explicitPolicy->content);
    if (mapping)
        out.inhibitPolicyMapping = coding::numberOf(mapping->content);
    const bool areNumbers = explicitPolicy.has_value() == out.requireExplicitPolicy.has_value() &&
                            mapping.has_value() == out.inhibitPolicyMapping.has_value();
    return areNumbers && reader.atEnd() ? std::optional(out) : std::nullopt;
}

Bytes InhibitAnyPolicy::encode() const {
    return coding::numberElement(skipCertificates);
}

std::optional<InhibitAnyPolicy> InhibitAnyPolicy::decode(BytesView value) {
    const auto content = coding::only(value, der::Integer);
    const auto number = content ? coding::numberOf(*content) : std::nullopt;
    return number ? std::optional(InhibitAnyPolicy{*number}) : std::nullopt;
}

} // namespace certwright::x509
