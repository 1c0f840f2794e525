#include "core/pki/web_pki.h"

#include "core/pki/lint.h"

#include <cstddef>
#include <vector>

namespace certwright::pki {

namespace {

/// The rules for the certificate at a place of the chain; the baseline's are about what servers show.
std::vector<Ruleset> rulesetsFor(const x509::Certificate& certificate, std::size_t depth) {
    if (depth == 0)
        return {Ruleset::Rfc5280, Ruleset::CabfTls, Ruleset::KeyStrength};
    if (certificate.isSelfSigned())
        return {Ruleset::KeyStrength};
    return {Ruleset::Rfc5280, Ruleset::KeyStrength};
}

x509::Finding findingOf(const LintFinding& broken, const x509::Certificate& certificate, std::size_t depth) {
    x509::Finding finding;
    finding.id = broken.id;
    finding.severity = broken.severity;
    finding.depth = static_cast<int>(depth);
    finding.subject = certificate.subject().toRfc2253();
    finding.message = broken.message + " (" + broken.reference + ")";
    finding.fix = "Programs that follow the web's rules refuse it; have it issued anew, or verify without them.";
    return finding;
}

} // namespace

void judgeByWebPki(x509::VerifyResult& result) {
    for (std::size_t depth = 0; depth < result.chain.size(); ++depth) {
        const x509::Certificate& certificate = result.chain[depth];
        LintOptions options;
        options.rulesets = rulesetsFor(certificate, depth);
        options.isPublicIssuer = false;
        for (const LintFinding& broken : lint(certificate, options)) {
            if (broken.severity == Severity::Notice)
                continue; // what only a public CA must keep, and remarks
            result.findings.push_back(findingOf(broken, certificate, depth));
            if (broken.severity == Severity::Error)
                result.isTrusted = false;
        }
    }
}

} // namespace certwright::pki
