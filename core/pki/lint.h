#pragma once

#include "core/pki/problem.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// Which rules a certificate is held against.
enum class Ruleset {
    Rfc5280,     ///< what RFC 5280 and its companions demand and a certificate alone can show
    CabfTls,     ///< the CA/Browser Forum's baseline requirements for TLS servers, and what browsers demand
    KeyStrength, ///< keys and signatures that are too weak today
};

/// "rfc5280", "cabf-tls", "key-strength".
std::string_view toString(Ruleset ruleset) noexcept;
/// Nothing for another word.
std::optional<Ruleset> findRuleset(std::string_view word) noexcept;

/// One rule that a certificate breaks. Error: programs may refuse it, or its standard forbids it. Warning: somebody
/// will stumble. Notice: worth knowing.
struct LintFinding {
    std::string id; ///< stable, for scripts: "serial-not-positive"
    Severity severity = Severity::Error;
    std::string where;   ///< the field: "serialNumber", "extensions.subjectAltName[2]"
    std::string message; ///< what, why and what to do
    std::string reference;
    Ruleset ruleset = Ruleset::Rfc5280;

    bool operator==(const LintFinding&) const = default;
};

struct LintOptions {
    /// Empty: RFC 5280 and key strength, and the baseline of TLS when the certificate has serverAuth.
    std::vector<Ruleset> rulesets;
    /// Whether a publicly trusted CA issued it: rules for those alone become notices otherwise. Nothing: by what the
    /// certificate says, a policy of the CA/Browser Forum or timestamps of transparency logs.
    std::optional<bool> isPublicIssuer;
};

/// Every rule that the certificate breaks, errors first. Pure, callable from any thread; throws nothing for whatever a
/// certificate can hold.
std::vector<LintFinding> lint(const x509::Certificate& certificate, const LintOptions& options = {});

/// The ids of all rules of a set, in the order of their table.
std::vector<std::string> lintRuleIds(Ruleset ruleset);

} // namespace certwright::pki
