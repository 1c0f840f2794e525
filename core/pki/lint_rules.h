#pragma once

#include "core/pki/lint.h"
#include "core/pki/lint_subject.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::pki {

// The tables of rules. Internal to core/pki.

class LintReport;

/// One rule: what is looked at, and what is said when it is broken. Its function calls fail() for each place.
struct LintRule {
    enum class Scope { AnyIssuer, PublicOnly };

    std::string_view id;
    Severity severity;
    std::string_view reference;
    void (*check)(const LintSubject& subject, LintReport& report);
    Scope scope = Scope::AnyIssuer; ///< PublicOnly: for publicly trusted CAs, a notice for others
};

/// Takes what the rules find.
class LintReport {
public:
    LintReport(Ruleset ruleset, bool isPublicIssuer)
        : m_ruleset(ruleset)
        , m_isPublicIssuer(isPublicIssuer) {}

    void run(const LintRule& rule, const LintSubject& subject) {
        m_rule = &rule;
        rule.check(subject, *this);
    }
    void fail(std::string where, std::string message) { fail(m_rule->severity, std::move(where), std::move(message)); }
    void fail(Severity severity, std::string where, std::string message) {
        const bool isForOthers = m_rule->scope == LintRule::Scope::PublicOnly && !m_isPublicIssuer;
        if (isForOthers)
            message += " (Only publicly trusted CAs have to keep this rule.)";
        m_findings.push_back({std::string(m_rule->id), isForOthers ? Severity::Notice : severity, std::move(where),
                              std::move(message), std::string(m_rule->reference), m_ruleset});
    }
    std::vector<LintFinding> take() { return std::move(m_findings); }

private:
    Ruleset m_ruleset;
    bool m_isPublicIssuer;
    const LintRule* m_rule = nullptr;
    std::vector<LintFinding> m_findings;
};

std::span<const LintRule> lintFieldRules();     ///< lint_fields.cpp: RFC 5280 4.1
std::span<const LintRule> lintNameRules();      ///< lint_names.cpp: distinguished and alternative names
std::span<const LintRule> lintExtensionRules(); ///< lint_extensions.cpp: RFC 5280 4.2
std::span<const LintRule> lintPolicyRules();    ///< lint_policies.cpp: RFC 5280 4.2.1.4, 5, 10 to 15
std::span<const LintRule> lintTlsRules();       ///< lint_tls.cpp: the baseline requirements
std::span<const LintRule> lintKeyRules();       ///< lint_key.cpp: keys and signatures

/// True for a certificate that a TLS server shows: the rules for servers are about no other.
bool isServerCertificate(const LintSubject& subject);

} // namespace certwright::pki
