#include "core/pki/lint_rules.h"

#include <algorithm>
#include <set>

// RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.10, 4.2.1.11 and 4.2.1.14: policies and constraints on what CAs issue.
namespace certwright::pki {

using base::DerElement;
using base::DerReader;
namespace der = base::der;

namespace {

constexpr std::size_t LongestNotice = 200;

std::string oidOf(const DerElement& element) {
    return element.identifier == der::Oid ? base::oidText(element.content).value_or("?") : std::string("?");
}

void demandCritical(std::string_view oid, const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(oid);
    if (extension != nullptr && !extension->isCritical)
        report.fail(extension->path(), "It has to be critical, or programs that do not know it ignore it.");
}

void checkCritical(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid :
         {lint_oids::NameConstraints, lint_oids::PolicyConstraints, lint_oids::InhibitAnyPolicy})
        demandCritical(oid, subject, report);
}

void checkMappingsCritical(const LintSubject& subject, LintReport& report) {
    demandCritical(lint_oids::PolicyMappings, subject, report);
}

void checkOnlyInCas(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid : {lint_oids::NameConstraints, lint_oids::PolicyMappings,
                                       lint_oids::PolicyConstraints, lint_oids::InhibitAnyPolicy}) {
        const LintExtension* extension = subject.extension(oid);
        if (extension != nullptr && !subject.isCa)
            report.fail(extension->path(), "It says what a CA may issue, and this is none. Leave it out.");
    }
}

void checkEmpty(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid :
         {lint_oids::NameConstraints, lint_oids::PolicyMappings, lint_oids::PolicyConstraints, lint_oids::Policies}) {
        const LintExtension* extension = subject.extension(oid);
        const auto list = extension != nullptr ? extension->element(der::Sequence) : std::nullopt;
        if (list && list->content.empty())
            report.fail(extension->path(), "The extension is there but empty. Leave it out.");
    }
}

/// Calls `check(subtree, where)` for every GeneralSubtree.
template <class F>
void forEachSubtree(const LintSubject& subject, F&& check) {
    for (const DerElement& list : subject.extensionElements(lint_oids::NameConstraints)) {
        const bool isPermitted = list.identifier == der::contextConstructed(0);
        std::size_t index = 0;
        for (const DerElement& subtree : elementsIn(list.content))
            check(subtree, std::string("extensions.nameConstraints.") + (isPermitted ? "permitted[" : "excluded[") +
                               std::to_string(index++) + "]");
    }
}

void checkDistances(const LintSubject& subject, LintReport& report) {
    forEachSubtree(subject, [&report](const DerElement& subtree, const std::string& where) {
        const auto fields = elementsIn(subtree.content);
        // Behind the base stand [0] minimum (0 is the default and not written) and [1] maximum.
        for (std::size_t i = 1; i < fields.size(); ++i) {
            const bool isZero =
                fields[i].identifier == der::context(0) && fields[i].content.size() == 1 && fields[i].content[0] == 0;
            if (!isZero)
                report.fail(where, "A minimum has to be 0 and a maximum be absent; programs refuse others.");
        }
    });
}

void checkConstraintForms(const LintSubject& subject, LintReport& report) {
    forEachSubtree(subject, [&report](const DerElement& subtree, const std::string& where) {
        const auto name = DerReader(subtree.content).next();
        if (!name)
            return;
        const unsigned form = name->identifier & 0x1FU;
        if (form == 3 || form == 5 || form == 8)
            report.fail(where, "CAs must not constrain X.400 addresses, EDI parties or registered IDs.");
        else if (form == 7 && name->content.size() != 8 && name->content.size() != 32)
            report.fail(where, "A range of IP addresses has 8 or 32 octets (address and mask), this one has " +
                                   std::to_string(name->content.size()) + ".");
    });
}

/// The OIDs of the certificate's policies.
std::vector<std::string> policiesOf(const LintSubject& subject) {
    std::vector<std::string> policies;
    for (const DerElement& policy : subject.extensionElements(lint_oids::Policies)) {
        const auto oid = DerReader(policy.content).next();
        policies.push_back(oid ? oidOf(*oid) : "?");
    }
    return policies;
}

void checkPolicyTwice(const LintSubject& subject, LintReport& report) {
    std::set<std::string> seen;
    for (const std::string& policy : policiesOf(subject)) {
        if (!seen.insert(policy).second)
            report.fail("extensions.certificatePolicies", "The policy " + policy + " is there twice.");
    }
}

/// The text of a UserNotice; nothing when it has none.
std::optional<DerElement> explicitText(const DerElement& notice) {
    for (const DerElement& field : elementsIn(notice.content)) {
        if (field.identifier != der::Sequence) // that is the reference to a notice
            return field;
    }
    return std::nullopt;
}

/// Calls `check(policy OID, qualifier OID, qualifier, where)`.
template <class F>
void forEachQualifier(const LintSubject& subject, F&& check) {
    std::size_t index = 0;
    for (const DerElement& policy : subject.extensionElements(lint_oids::Policies)) {
        const std::string where = "extensions.certificatePolicies[" + std::to_string(index++) + "]";
        DerReader reader(policy.content);
        const auto oid = reader.next();
        const auto list = reader.optional(der::Sequence);
        if (!oid || !list)
            continue;
        for (const DerElement& one : elementsIn(list->content)) {
            DerReader fields(one.content);
            const auto type = fields.next();
            const auto value = fields.next();
            if (type && value)
                check(oidOf(*oid), oidOf(*type), *value, where);
        }
    }
}

constexpr std::string_view Cps = "1.3.6.1.5.5.7.2.1", UserNotice = "1.3.6.1.5.5.7.2.2";

void checkNotices(const LintSubject& subject, LintReport& report) {
    forEachQualifier(subject, [&report](const std::string&, const std::string& type, const DerElement& value,
                                        const std::string& where) {
        const auto text = type == UserNotice ? explicitText(value) : std::nullopt;
        if (!text)
            return;
        if (text->identifier == der::BmpString || text->identifier == 0x1A)
            report.fail(where, "The user notice must not be a BMPString or VisibleString. Choose UTF8String.");
        const std::string words = base::stringText(*text).value_or(std::string());
        const auto characters = static_cast<std::size_t>(std::count_if(
            words.begin(), words.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
        if (characters > LongestNotice)
            report.fail(where, "The user notice has " + std::to_string(characters) + " characters; 200 are the most.");
    });
}

void checkQualifiers(const LintSubject& subject, LintReport& report) {
    forEachQualifier(subject, [&report](const std::string& policy, const std::string& type, const DerElement& value,
                                        const std::string& where) {
        if (policy == lint_oids::AnyPolicy && type != Cps && type != UserNotice)
            report.fail(where, "anyPolicy may have a CPS pointer and a user notice alone.");
        if (type == Cps && value.identifier != der::Ia5String)
            report.fail(where, "A CPS pointer has to be an IA5String.");
    });
}

void checkMappings(const LintSubject& subject, LintReport& report) {
    for (const DerElement& mapping : subject.extensionElements(lint_oids::PolicyMappings)) {
        for (const DerElement& policy : elementsIn(mapping.content)) {
            if (oidOf(policy) == lint_oids::AnyPolicy)
                report.fail("extensions.policyMappings", "anyPolicy must not be mapped, neither from nor to.");
        }
    }
}

constexpr auto Error = Severity::Error;

constexpr LintRule Rules[] = {
    {"constraint-not-critical", Error, "RFC 5280 4.2.1.10, 4.2.1.11, 4.2.1.14", checkCritical},
    {"policy-mapping-not-critical", Severity::Warning, "RFC 5280 4.2.1.5", checkMappingsCritical},
    {"constraint-not-ca", Error, "RFC 5280 4.2.1.10", checkOnlyInCas},
    {"constraint-empty", Error, "RFC 5280 4.2.1.4, 4.2.1.10, 4.2.1.11", checkEmpty},
    {"nc-distance", Error, "RFC 5280 4.2.1.10", checkDistances},
    {"nc-form", Error, "RFC 5280 4.2.1.10", checkConstraintForms},
    {"policy-twice", Error, "RFC 5280 4.2.1.4", checkPolicyTwice},
    {"policy-notice", Error, "RFC 5280 4.2.1.4", checkNotices},
    {"policy-qualifier", Error, "RFC 5280 4.2.1.4", checkQualifiers},
    {"policy-mapping-any", Error, "RFC 5280 4.2.1.5", checkMappings},
};

} // namespace

std::span<const LintRule> lintPolicyRules() {
    return Rules;
}

} // namespace certwright::pki
