#include "core/crypto/key_weakness.h"
#include "core/pki/lint_rules.h"

#include <algorithm>
#include <array>

// Keys and signatures that are too weak today. Keys of Debian's broken generator (CVE-2008-0166) are not looked for:
// that takes its lists of keys.
namespace certwright::pki {

namespace {

/// One rule for each weakness: the id of crypto::KeyWeakness is the rule's.
template <std::size_t N>
void checkWeakness(const LintSubject& subject, LintReport& report);

struct WeakKey {
    std::string_view id;
    Severity severity;
    std::string_view reference;
};

constexpr std::array WeakKeys = {
    WeakKey{"rsa-small", Severity::Error, "NIST SP 800-57 part 1"},
    WeakKey{"rsa-even-modulus", Severity::Error, "RFC 8017 3.1"},
    WeakKey{"rsa-exponent-invalid", Severity::Error, "RFC 8017 3.1"},
    WeakKey{"rsa-exponent-small", Severity::Warning, "NIST SP 800-56B 6.2"},
    WeakKey{"rsa-roca", Severity::Error, "CVE-2017-15361"},
    WeakKey{"ec-explicit-parameters", Severity::Error, "RFC 5480 2.1.1"},
    WeakKey{"ec-small", Severity::Error, "NIST SP 800-57 part 1"},
    WeakKey{"dsa-small", Severity::Error, "NIST SP 800-57 part 1"},
    WeakKey{"dsa", Severity::Warning, "FIPS 186-5 4"},
    WeakKey{"dh-small", Severity::Error, "NIST SP 800-57 part 1"},
};

template <std::size_t N>
void checkWeakness(const LintSubject& subject, LintReport& report) {
    for (const crypto::KeyWeakness& weakness : crypto::keyWeaknesses(subject.certificate.publicKey())) {
        if (weakness.id == WeakKeys[N].id)
            report.fail("subjectPublicKeyInfo", weakness.message + " " + weakness.fix);
    }
}

template <std::size_t N>
constexpr LintRule weaknessRule() {
    return {WeakKeys[N].id, WeakKeys[N].severity, WeakKeys[N].reference, checkWeakness<N>};
}

void checkDigest(const LintSubject& subject, LintReport& report) {
    std::string algorithm = subject.certificate.signatureAlgorithm();
    std::transform(algorithm.begin(), algorithm.end(), algorithm.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool isMd = algorithm.starts_with("md2") || algorithm.starts_with("md4") || algorithm.starts_with("md5");
    const bool isSha1 = algorithm.find("sha1") != std::string::npos;
    if (!isMd && !isSha1)
        return;
    if (subject.isSelfSigned) // nobody relies on this signature: the certificate is trusted for itself
        report.fail(Severity::Notice, "signatureAlgorithm",
                    "It is signed with " + algorithm + ", which is broken; of a self-signed one nobody checks it.");
    else
        report.fail("signatureAlgorithm", "It is signed with " + algorithm +
                                              ": others can be forged with the same signature, and programs refuse it. "
                                              "Have it issued with SHA-256.");
}

constexpr LintRule Rules[] = {
    weaknessRule<0>(),
    weaknessRule<1>(),
    weaknessRule<2>(),
    weaknessRule<3>(),
    weaknessRule<4>(),
    weaknessRule<5>(),
    weaknessRule<6>(),
    weaknessRule<7>(),
    weaknessRule<8>(),
    weaknessRule<9>(),
    {"signature-digest", Severity::Error, "RFC 6151, RFC 9155", checkDigest},
};

} // namespace

std::span<const LintRule> lintKeyRules() {
    return Rules;
}

} // namespace certwright::pki
