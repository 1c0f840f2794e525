#include "core/pki/issue_plan.h"

#include "core/pki/plan_builder.h"

#include <algorithm>

namespace certwright::pki {

std::string_view toString(Origin origin) noexcept {
    switch (origin) {
    case Origin::Profile:
        return "profile";
    case Origin::User:
        return "user";
    case Origin::Request:
        return "request";
    case Origin::Automatic:
        return "automatic";
    }
    return "automatic";
}

std::string PlannedExtension::shortName() const {
    if (extension)
        return extension->shortName();
    return oid == x509::oids::SubjectKeyIdentifier ? "subjectKeyIdentifier" : oid;
}

std::string PlannedExtension::text() const {
    return extension ? extension->text() : "from the new key";
}

const PlannedExtension* IssuePlan::extension(std::string_view oid) const noexcept {
    const auto found =
        std::ranges::find_if(extensions, [oid](const PlannedExtension& planned) { return planned.oid == oid; });
    return found == extensions.end() ? nullptr : &*found;
}

IssuePlan planIssue(const IssueChoices& choices, const IssueContext& context) {
    return PlanBuilder(choices, context).build();
}

PlanBuilder::PlanBuilder(const IssueChoices& choices, const IssueContext& context)
    : m_choices(choices)
    , m_context(context)
    , m_publicKey(context.publicKey) {
    if (!m_publicKey && choices.request)
        m_publicKey = choices.request->publicKey();
}

IssuePlan PlanBuilder::build() {
    m_plan.product = m_choices.product;
    m_plan.keyFacts = m_publicKey ? m_publicKey->facts() : m_context.keyFacts;
    m_plan.serial = m_choices.serial;
    planNames();
    planSubject();
    if (m_choices.product == Product::SelfSignedCertificate)
        m_plan.issuer = m_plan.subject;
    else if (m_choices.product == Product::IssuedCertificate && m_context.issuer)
        m_plan.issuer = m_context.issuer->subject();
    planExtensions();
    compareWithRequest();
    checkRequest();
    checkNames();
    checkSubject();
    checkKey();
    checkConsistency();
    if (isCertificate()) {
        checkIssuer();
        planValidity();
        checkSerial();
    }
    planSignature();
    std::ranges::stable_sort(m_plan.problems, {}, &Problem::severity);
    return std::move(m_plan);
}

void PlanBuilder::add(Severity severity, Field field, std::string id, std::string message, std::string fix,
                      std::string item) {
    m_plan.problems.push_back(
        {std::move(id), severity, field, std::move(message), std::move(fix), std::move(item), std::nullopt});
}

} // namespace certwright::pki
