#include "core/tls/ocsp_staple.h"

#include "core/base/openssl_check.h"
#include "core/tls/handle.h"

#include <openssl/objects.h>
#include <openssl/ocsp.h>

#include <array>
#include <utility>

namespace certwright::tls {

namespace {

using x509::Finding;

/// How far the clocks of two computers may be apart.
constexpr std::chrono::seconds ClockSkew{300};

void addFinding(OcspStaple& staple, std::string id, std::string message, std::string fix,
                Finding::Severity severity = Finding::Severity::Error) {
    Finding finding;
    finding.id = std::move(id);
    finding.severity = severity;
    finding.message = std::move(message);
    finding.fix = std::move(fix);
    staple.findings.push_back(std::move(finding));
}

std::string responseStatusText(int status) {
    // RFC 6960 4.2.1
    switch (status) {
    case OCSP_RESPONSE_STATUS_SUCCESSFUL:
        return "successful";
    case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
        return "malformedRequest";
    case OCSP_RESPONSE_STATUS_INTERNALERROR:
        return "internalError";
    case OCSP_RESPONSE_STATUS_TRYLATER:
        return "tryLater";
    case OCSP_RESPONSE_STATUS_SIGREQUIRED:
        return "sigRequired";
    case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
        return "unauthorized";
    default:
        return "status " + std::to_string(status);
    }
}

std::string revocationReasonText(int reason) {
    // RFC 5280 5.3.1; 7 is not used
    constexpr std::array<std::string_view, 11> Names{
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", "",
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
    if (reason < 0 || static_cast<std::size_t>(reason) >= Names.size())
        return {};
    return std::string(Names[static_cast<std::size_t>(reason)]);
}

std::optional<base::Time> timeOf(const ASN1_GENERALIZEDTIME* time) {
    if (time == nullptr)
        return std::nullopt;
    const base::BytesView bytes(ASN1_STRING_get0_data(time), static_cast<std::size_t>(ASN1_STRING_length(time)));
    return base::parseAsn1Time(base::textOf(bytes));
}

/// The issuer's certificate in a chain; null when the peer's own is the only one and not self-signed.
const x509::Certificate* issuerIn(const std::vector<x509::Certificate>& chain) {
    for (const x509::Certificate& candidate : chain) {
        if (chain.front().isIssuedBy(candidate))
            return &candidate;
    }
    return nullptr;
}

/// The response about `certificate`, whichever digest its identifier uses; null when there is none.
OCSP_SINGLERESP* responseAbout(OCSP_BASICRESP* basic, const x509::Certificate& certificate,
                               const x509::Certificate& issuer) {
    for (int i = 0; i < OCSP_resp_count(basic); ++i) {
        OCSP_SINGLERESP* single = OCSP_resp_get0(basic, i);
        // The accessor takes no const; it only gives out pointers.
        auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
        ASN1_OBJECT* digestName = nullptr;
        if (OCSP_id_get0_info(nullptr, &digestName, nullptr, nullptr, id) != 1)
            continue;
        const EVP_MD* digest = EVP_get_digestbyobj(digestName);
        if (digest == nullptr)
            continue;
        const base::Handle<OCSP_CERTID> own(OCSP_cert_to_id(digest, certificate.native(), issuer.native()));
        if (own != nullptr && OCSP_id_cmp(own.get(), id) == 0)
            return single;
    }
    return nullptr;
}

struct StackDeleter {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};

void checkSignature(OcspStaple& staple, OCSP_BASICRESP* basic, const std::vector<x509::Certificate>& chain,
                    X509_STORE* trust) {
    const std::unique_ptr<STACK_OF(X509), StackDeleter> certificates(
        base::check(sk_X509_new_null(), "check a response"));
    for (const x509::Certificate& certificate : chain)
        base::check(sk_X509_push(certificates.get(), certificate.native()), "check a response");
    staple.isSignatureValid = OCSP_basic_verify(basic, certificates.get(), trust, 0) == 1;
    if (staple.isSignatureValid)
        return;
    base::clearQueue();
    // Tells a wrong signature from a right one of somebody who is not trusted.
    const bool isWhole = OCSP_basic_verify(basic, certificates.get(), trust, OCSP_NOVERIFY) == 1;
    base::clearQueue();
    if (isWhole)
        addFinding(
            staple, "ocsp-signer-untrusted",
            "The stapled OCSP response is not signed by somebody who is trusted for it",
            "Its signer must be the issuer of the certificate, or be named by it for this purpose, and the chain must "
            "lead to a trusted root");
    else
        addFinding(staple, "ocsp-signature-invalid", "The signature of the stapled OCSP response is wrong",
                   "Let the server fetch a new response from the CA");
}

void checkTimes(OcspStaple& staple, base::Time now) {
    if (!staple.thisUpdate || *staple.thisUpdate > now + ClockSkew)
        addFinding(staple, "ocsp-not-yet-valid", "The stapled OCSP response is not valid yet",
                   "Check the clocks of this computer and of the server");
    if (staple.nextUpdate && *staple.nextUpdate < now - ClockSkew)
        addFinding(staple, "ocsp-expired",
                   "The stapled OCSP response is out of date since " + base::toRfc3339(*staple.nextUpdate),
                   "Let the server fetch a new response from the CA");
}

void checkStatus(OcspStaple& staple, OCSP_SINGLERESP* single, base::Time now) {
    int reason = -1;
    ASN1_GENERALIZEDTIME* revokedAt = nullptr;
    ASN1_GENERALIZEDTIME* thisUpdate = nullptr;
    ASN1_GENERALIZEDTIME* nextUpdate = nullptr;
    const int status = OCSP_single_get0_status(single, &reason, &revokedAt, &thisUpdate, &nextUpdate);
    staple.thisUpdate = timeOf(thisUpdate);
    staple.nextUpdate = timeOf(nextUpdate);
    checkTimes(staple, now);
    if (status == V_OCSP_CERTSTATUS_GOOD) {
        staple.certificateStatus = OcspStaple::CertificateStatus::Good;
    } else if (status == V_OCSP_CERTSTATUS_REVOKED) {
        staple.certificateStatus = OcspStaple::CertificateStatus::Revoked;
        staple.revokedAt = timeOf(revokedAt);
        staple.revocationReason = revocationReasonText(reason);
        std::string message = "The stapled OCSP response says that the certificate is revoked";
        if (staple.revokedAt)
            message += " since " + base::toRfc3339(*staple.revokedAt);
        if (!staple.revocationReason.empty())
            message += " (" + staple.revocationReason + ")";
        addFinding(staple, "ocsp-revoked", std::move(message), "The server needs a new certificate with a new key");
    } else {
        staple.certificateStatus = OcspStaple::CertificateStatus::Unknown;
        addFinding(staple, "ocsp-unknown", "The responder does not know the certificate",
                   "Ask the CA; the response may come from the wrong responder");
    }
}

void checkBasicResponse(OcspStaple& staple, OCSP_BASICRESP* basic, const std::vector<x509::Certificate>& chain,
                        X509_STORE* trust, base::Time now) {
    checkSignature(staple, basic, chain, trust);
    const x509::Certificate* issuer = chain.empty() ? nullptr : issuerIn(chain);
    OCSP_SINGLERESP* single = issuer == nullptr ? nullptr : responseAbout(basic, chain.front(), *issuer);
    if (single != nullptr)
        checkStatus(staple, single, now);
    else if (issuer == nullptr)
        addFinding(staple, "ocsp-issuer-missing",
                   "The stapled OCSP response can't be matched: the issuer of the certificate is not known", {},
                   Finding::Severity::Warning);
    else
        addFinding(staple, "ocsp-other-certificate", "The stapled OCSP response is not about this certificate",
                   "Check which response the server is told to send");
    base::clearQueue();
}

} // namespace

std::string_view toString(OcspStaple::CertificateStatus status) noexcept {
    switch (status) {
    case OcspStaple::CertificateStatus::Good:
        return "good";
    case OcspStaple::CertificateStatus::Revoked:
        return "revoked";
    case OcspStaple::CertificateStatus::Unknown:
        return "unknown";
    }
    return "unknown";
}

OcspStaple readOcspStaple(base::BytesView der, const std::vector<x509::Certificate>& chain, X509_STORE* trust,
                          base::Time now) {
    OcspStaple staple;
    staple.der = base::toBytes(der);
    base::clearQueue();
    const unsigned char* position = der.data();
    const base::Handle<OCSP_RESPONSE> response(d2i_OCSP_RESPONSE(nullptr, &position, static_cast<long>(der.size())));
    if (response == nullptr || position != der.data() + der.size()) {
        base::clearQueue();
        staple.responseStatus = "damaged";
        addFinding(staple, "ocsp-damaged", "The stapled OCSP response can't be read",
                   "Let the server fetch a new response from the CA");
        return staple;
    }
    const int status = OCSP_response_status(response.get());
    staple.responseStatus = responseStatusText(status);
    if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        addFinding(staple, "ocsp-unsuccessful", "The stapled OCSP response says only “" + staple.responseStatus + "”",
                   "Let the server fetch a new response from the CA", Finding::Severity::Warning);
        return staple;
    }
    const base::Handle<OCSP_BASICRESP> basic(OCSP_response_get1_basic(response.get()));
    if (basic == nullptr) {
        base::clearQueue();
        staple.responseStatus = "damaged";
        addFinding(staple, "ocsp-damaged", "The stapled OCSP response can't be read",
                   "Let the server fetch a new response from the CA");
        return staple;
    }
    checkBasicResponse(staple, basic.get(), chain, trust, now);
    return staple;
}

} // namespace certwright::tls
