#include "core/pki/issuing.h"

#include "core/base/error.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/verify/trust_store.h"

#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <string>

namespace certwright::pki {

using base::Error;
using base::ErrorKind;

namespace {

void refuseUnlessAllowed(const IssuePlan& plan) {
    if (!plan.isAllowed())
        throw Error(ErrorKind::NotAllowed, errorText(plan.problems));
    for (const PlannedExtension& planned : plan.extensions) {
        if (!planned.extension)
            throw Error(ErrorKind::NotAllowed, planned.shortName() + " is still open: plan again with the key");
    }
}

/// Two encodings of one key are one key: what counts is the numbers.
bool isSameKey(const crypto::PublicKey& a, const crypto::PublicKey& b) {
    return a == b || EVP_PKEY_eq(a.native(), b.native()) == 1;
}

/// Times were judged by the plan; a critical extension that OpenSSL does not know is the user's wish, who was warned.
bool isAccepted(const x509::Finding& finding) {
    switch (finding.opensslCode) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return true;
    default:
        return false;
    }
}

[[noreturn]] void throwNotAsPlanned(const std::string& what) {
    throw Error(ErrorKind::Internal, "The " + what + " of the new certificate is not what was planned");
}

void checkFields(const x509::Certificate& certificate, const IssuePlan& plan, const crypto::PublicKey& subjectKey) {
    if (plan.serial && certificate.serial() != plan.serial->toHex())
        throwNotAsPlanned("serial number");
    if (!(certificate.subject() == plan.subject) || !(certificate.issuer() == plan.issuer))
        throwNotAsPlanned("name");
    if (certificate.notBefore() != plan.notBefore || certificate.notAfter() != plan.notAfter)
        throwNotAsPlanned("validity");
    if (!isSameKey(certificate.publicKey(), subjectKey))
        throwNotAsPlanned("key");
    const bool isSameList = std::ranges::equal(
        certificate.extensions(), plan.extensions,
        [](const x509::Extension& made, const PlannedExtension& planned) { return planned.extension == made; });
    if (!isSameList)
        throwNotAsPlanned("list of extensions");
}

void checkChain(const x509::Certificate& certificate, const std::vector<x509::Certificate>& issuers) {
    x509::TrustStore trust;
    trust.addTrusted(issuers.empty() ? certificate : issuers.back());
    for (const x509::Certificate& issuer : issuers)
        trust.addUntrusted(issuer);
    x509::VerifyOptions options;
    options.partialChain = true; // the highest that is known need not be a root
    const x509::VerifyResult result = trust.verify(certificate, options);
    for (const x509::Finding& finding : result.findings) {
        if (finding.severity == x509::Finding::Severity::Error && !isAccepted(finding))
            throw Error(ErrorKind::NotAllowed, "Nobody would accept this certificate: " + finding.message, finding.fix);
    }
}

} // namespace

x509::Certificate signCertificate(const IssuePlan& plan, const crypto::PublicKey& subjectKey,
                                  const crypto::PrivateKey& signer, const std::optional<x509::Certificate>& issuer,
                                  const x509::Serial& serial) {
    refuseUnlessAllowed(plan);
    if (!isSameKey(issuer ? issuer->publicKey() : subjectKey, signer.publicKey()))
        throw Error(ErrorKind::NotAllowed, issuer ? "The key is not that of " + issuer->subject().displayName()
                                                  : std::string("The key is not the one that is to be certified"));
    x509::CertificateBuilder builder;
    builder.setSerial(serial)
        .setSubject(plan.subject)
        .setIssuer(plan.issuer)
        .setNotBefore(plan.notBefore)
        .setNotAfter(plan.notAfter)
        .setPublicKey(subjectKey);
    for (const PlannedExtension& planned : plan.extensions)
        builder.addExtension(*planned.extension);
    return builder.sign(signer, plan.digest, plan.padding);
}

x509::Request signRequest(const IssuePlan& plan, const crypto::PrivateKey& key, std::string_view challenge) {
    refuseUnlessAllowed(plan);
    x509::RequestBuilder builder;
    builder.setSubject(plan.subject);
    for (const PlannedExtension& planned : plan.extensions)
        builder.addExtension(*planned.extension);
    if (!challenge.empty())
        builder.setChallenge(challenge);
    x509::Request request = builder.sign(key, plan.digest, plan.padding);
    const x509::Request again = x509::Request::fromDer(request.der());
    if (!again.isSignatureValid().value_or(false) || !(again.subject() == plan.subject))
        throw Error(ErrorKind::Internal, "The new request is not what was planned");
    return request;
}

void checkIssued(const x509::Certificate& certificate, const IssuePlan& plan, const crypto::PublicKey& subjectKey,
                 const std::vector<x509::Certificate>& issuers) {
    const x509::Certificate again = x509::Certificate::fromDer(certificate.der());
    checkFields(again, plan, subjectKey);
    const bool isSigned = issuers.empty() ? again.isSignedBy(subjectKey) : again.isIssuedBy(issuers.front());
    if (!isSigned)
        throwNotAsPlanned("signature");
    checkChain(again, issuers);
}

} // namespace certwright::pki
