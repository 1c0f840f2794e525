#pragma once

#include "core/crypto/key_generator.h"
#include "core/pki/issuing.h"

#include <QString>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::test {

/// 2026-11-24T12:00:00Z, as FakeClock starts.
inline base::Time sampleNow() {
    return base::Time(std::chrono::seconds(1795521600));
}

/// A certificate with its key, made by core/pki.
struct Made {
    x509::Certificate certificate;
    crypto::PrivateKey key;
    pki::IssuePlan plan;
};

inline pki::IssueChoices choicesFor(std::string_view profile, std::string_view subject = {}) {
    pki::IssueChoices choices;
    choices.profile = *pki::findProfile(profile);
    choices.subject = x509::Name::parse(subject);
    return choices;
}

/// Makes a certificate as `choices` say, signed by `issuer`, or by itself when there is none.
inline Made make(pki::IssueChoices choices, const Made* issuer = nullptr,
                 const std::optional<crypto::PrivateKey>& existingKey = {}, base::Time now = sampleNow()) {
    const crypto::PrivateKey key =
        existingKey ? *existingKey : crypto::generateKey(crypto::KeySpec::parse("ec:prime256v1"));
    choices.product = issuer != nullptr ? pki::Product::IssuedCertificate : pki::Product::SelfSignedCertificate;
    pki::IssueContext context;
    context.now = now;
    context.publicKey = key.publicKey();
    if (issuer != nullptr)
        context.issuer = issuer->certificate;
    const pki::IssuePlan plan = pki::planIssue(choices, context);
    x509::Certificate certificate = pki::signCertificate(plan, key.publicKey(), issuer != nullptr ? issuer->key : key,
                                                         context.issuer, plan.serial.value_or(x509::Serial::random()));
    return {std::move(certificate), key, plan};
}

inline Made makeRoot(std::string_view subject = "CN=Lab Root CA,O=Lab") {
    return make(choicesFor("root-ca", subject));
}

/// The problem with this id, or null.
inline const pki::Problem* findProblem(const pki::IssuePlan& plan, std::string_view id) {
    const auto found = std::ranges::find(plan.problems, id, &pki::Problem::id);
    return found == plan.problems.end() ? nullptr : &*found;
}

} // namespace certwright::test
