#include "core/pki/lint.h"

#include "core/pki/lint_rules.h"

#include <algorithm>

namespace certwright::pki {

namespace {

struct Word {
    Ruleset ruleset;
    std::string_view word;
};
constexpr Word Words[] = {
    {Ruleset::Rfc5280, "rfc5280"}, {Ruleset::CabfTls, "cabf-tls"}, {Ruleset::KeyStrength, "key-strength"}};

std::vector<std::span<const LintRule>> tablesOf(Ruleset ruleset) {
    switch (ruleset) {
    case Ruleset::CabfTls:
        return {lintTlsRules()};
    case Ruleset::KeyStrength:
        return {lintKeyRules()};
    case Ruleset::Rfc5280:
        break;
    }
    return {lintFieldRules(), lintNameRules(), lintExtensionRules(), lintPolicyRules()};
}

/// Says the certificate itself that a publicly trusted CA issued it?
bool claimsPublicIssuer(const LintSubject& subject) {
    if (subject.extension(lint_oids::SctList) != nullptr ||
        subject.extension(lint_oids::PrecertificatePoison) != nullptr)
        return true;
    for (const base::DerElement& policy : subject.extensionElements(lint_oids::Policies)) {
        const auto oid = base::DerReader(policy.content).expect(base::der::Oid);
        const auto text = oid ? base::oidText(oid->content) : std::nullopt;
        if (text && text->starts_with("2.23.140.1.")) // the CA/Browser Forum's arc
            return true;
    }
    return false;
}

} // namespace

std::string_view toString(Ruleset ruleset) noexcept {
    const auto* found =
        std::find_if(std::begin(Words), std::end(Words), [ruleset](const Word& row) { return row.ruleset == ruleset; });
    return found == std::end(Words) ? "" : found->word;
}

std::optional<Ruleset> findRuleset(std::string_view word) noexcept {
    const auto* found =
        std::find_if(std::begin(Words), std::end(Words), [word](const Word& row) { return row.word == word; });
    return found == std::end(Words) ? std::nullopt : std::optional(found->ruleset);
}

std::vector<LintFinding> lint(const x509::Certificate& certificate, const LintOptions& options) {
    LintSubject subject(certificate);
    subject.isPublicIssuer = options.isPublicIssuer.value_or(claimsPublicIssuer(subject));
    std::vector<Ruleset> rulesets = options.rulesets;
    if (rulesets.empty()) {
        rulesets = {Ruleset::Rfc5280, Ruleset::KeyStrength};
        if (subject.hasExtendedKeyUsage(lint_oids::ServerAuth))
            rulesets.push_back(Ruleset::CabfTls);
    }
    std::vector<LintFinding> findings;
    for (const Ruleset ruleset : rulesets) {
        if (ruleset == Ruleset::CabfTls && !isServerCertificate(subject))
            continue;
        LintReport report(ruleset, subject.isPublicIssuer);
        for (const auto& table : tablesOf(ruleset)) {
            for (const LintRule& rule : table) {
                // What cannot be taken apart has one finding that says so; the rules would all look at nothing.
                if (subject.isParsed || rule.id == "not-der")
                    report.run(rule, subject);
            }
        }
        for (LintFinding& finding : report.take())
            findings.push_back(std::move(finding));
    }
    std::stable_sort(findings.begin(), findings.end(),
                     [](const LintFinding& a, const LintFinding& b) { return a.severity < b.severity; });
    return findings;
}

std::vector<std::string> lintRuleIds(Ruleset ruleset) {
    std::vector<std::string> ids;
    for (const auto& table : tablesOf(ruleset)) {
        for (const LintRule& rule : table)
            ids.emplace_back(rule.id);
    }
    return ids;
}

} // namespace certwright::pki
