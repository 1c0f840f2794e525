#include "core/x509/ocsp/check.h"

#include "core/base/error.h"
#include "core/base/outcome.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace certwright::x509 {

namespace {

using Severity = Finding::Severity;

/// How old a response may be that does not say until when it holds.
constexpr std::chrono::hours UsualAge{24};

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// Fills a report.
class Check {
public:
    Check(const OcspInput& input, const Certificate& certificate, base::Time now, std::chrono::seconds skew)
        : m_input(input)
        , m_certificate(certificate)
        , m_now(now)
        , m_skew(skew) {
        m_report.source = input.source;
        m_report.der = input.der;
    }

    OcspReport run(const Certificate* issuer);

private:
    void add(std::string id, std::string message, std::string fix, Severity severity = Severity::Error);
    void checkResponse(const OcspResponse& response, const Certificate* issuer);
    void checkNonce(const OcspResponse& response);
    void checkSigner(const OcspResponse& response, const Certificate& issuer);
    bool checkDelegate(const Certificate& delegate, const Certificate& issuer);
    void checkTimes();
    void checkStatus(const OcspAnswer& answer);

    /// What to do about a response that is no good.
    std::string another() const;
    std::string name() const { return "“" + m_certificate.subject().displayName() + "”"; }

    const OcspInput& m_input;
    const Certificate& m_certificate;
    base::Time m_now;
    std::chrono::seconds m_skew;
    OcspReport m_report;
};

void Check::add(std::string id, std::string message, std::string fix, Severity severity) {
    Finding finding;
    finding.id = std::move(id);
    finding.severity = severity;
    finding.subject = m_certificate.subject().toRfc2253();
    finding.message = std::move(message);
    finding.fix = std::move(fix);
    m_report.findings.push_back(std::move(finding));
}

std::string Check::another() const {
    switch (m_input.source) {
    case OcspSource::Stapled:
        return "Let the server fetch a new response from the CA.";
    case OcspSource::Fetched:
        return "Ask again later, or tell the CA.";
    case OcspSource::File:
        return "Get a new response from the CA.";
    }
    return {};
}

/// True when the issuer lets this certificate speak for it (RFC 6960 4.2.2.2).
bool Check::checkDelegate(const Certificate& delegate, const Certificate& issuer) {
    const std::string who = "The responder's certificate “" + delegate.subject().displayName() + "”";
    const std::size_t before = m_report.findings.size();
    if (!delegate.isIssuedBy(issuer)) {
        add("ocsp-signer-untrusted",
            "The OCSP response is signed by “" + delegate.subject().displayName() +
                "”, which is neither the issuer of the certificate nor has a certificate of it",
            another());
        return false;
    }
    if (!contains(delegate.extendedKeyUsage(), "OCSPSigning"))
        add("ocsp-responder-not-authorised", who + " lacks the extended key usage OCSPSigning",
            "The CA has to give its responder a certificate with this usage.");
    if (delegate.hasExpired(m_now))
        add("ocsp-responder-expired", who + " has expired", another());
    else if (!delegate.notBefore() || *delegate.notBefore() > m_now)
        add("ocsp-responder-not-yet-valid", who + " is not valid yet", "Check the clock of this computer.");
    if ((X509_get_extension_flags(delegate.native()) & (EXFLAG_CRITICAL | EXFLAG_INVALID)) != 0)
        add("ocsp-responder-unhandled-extension", who + " has an extension that is critical and unknown, or damaged",
            "Look at its extensions.");
    const bool isUsable = m_report.findings.size() == before;
    if (delegate.extension(oids::KeyUsage) != nullptr && !contains(delegate.keyUsage(), "digitalSignature"))
        add("ocsp-responder-key-usage", "The key usage of the responder's certificate lacks digitalSignature", "",
            Severity::Warning);
    // RFC 6960 4.2.2.2.1: with this extension the CA says that it need not be looked up.
    m_report.hasNoCheck = delegate.extension(oids::OcspNoCheck) != nullptr;
    if (!m_report.hasNoCheck)
        add("ocsp-responder-unchecked", "Whether the responder's certificate itself is revoked was not looked up",
            "A responder's certificate with id-pkix-ocsp-nocheck and a short life needs no look-up.", Severity::Notice);
    return isUsable;
}

void Check::checkSigner(const OcspResponse& response, const Certificate& issuer) {
    if (response.isSignedBy(issuer)) {
        m_report.signer = OcspSigner::Issuer;
        m_report.isVerified = true;
        return;
    }
    bool isNamed = response.isByResponder(issuer);
    for (const Certificate& candidate : response.certificates()) {
        isNamed = isNamed || response.isByResponder(candidate);
        if (!response.isSignedBy(candidate))
            continue;
        m_report.delegate = candidate;
        m_report.isVerified = checkDelegate(candidate, issuer);
        if (m_report.isVerified)
            m_report.signer = OcspSigner::Delegate;
        return;
    }
    if (isNamed)
        add("ocsp-signature-invalid", "The signature of the OCSP response is wrong", another());
    else
        add("ocsp-signer-missing",
            "The OCSP response is by “" + response.responder() +
                "”, which is not the issuer of the certificate, and its certificate did not come with it",
            another());
}

void Check::checkNonce(const OcspResponse& response) {
    if (m_input.nonce.empty())
        return;
    if (!response.nonce()) {
        m_report.nonce = OcspNonce::Missing;
        return;
    }
    m_report.nonce = *response.nonce() == m_input.nonce ? OcspNonce::Matched : OcspNonce::Different;
    if (m_report.nonce == OcspNonce::Different)
        add("ocsp-nonce-different", "The OCSP response has another nonce than the request: it answers somebody else",
            "Ask again; if it stays so, somebody may be replaying old responses.");
}

void Check::checkTimes() {
    if (!m_report.thisUpdate) {
        add("ocsp-bad-time", "The OCSP response does not say in a readable way since when it holds", another());
        return;
    }
    if (*m_report.thisUpdate > m_now + m_skew)
        add("ocsp-not-yet-valid",
            "The OCSP response is not valid before " + base::toRfc3339(*m_report.thisUpdate) + ", which is to come",
            "Check the clocks of this computer and of the responder.");
    if (m_report.nextUpdate && *m_report.nextUpdate < *m_report.thisUpdate)
        add("ocsp-bad-time", "The OCSP response ends before it begins", another());
    else if (m_report.nextUpdate && *m_report.nextUpdate < m_now - m_skew)
        add("ocsp-expired", "The OCSP response is out of date since " + base::toRfc3339(*m_report.nextUpdate),
            another());
    if (!m_report.nextUpdate && *m_report.thisUpdate < m_now - UsualAge)
        add("ocsp-old",
            "The OCSP response is of " + base::toRfc3339(*m_report.thisUpdate) +
                " and does not say until when it holds",
            another(), Severity::Warning);
}

void Check::checkStatus(const OcspAnswer& answer) {
    m_report.status = answer.status;
    m_report.thisUpdate = answer.thisUpdate;
    m_report.nextUpdate = answer.nextUpdate;
    m_report.revokedAt = answer.revokedAt;
    if (answer.reason)
        m_report.revocationReason = toString(*answer.reason);
    checkTimes();
    if (!m_report.isVerified)
        return; // whoever it was that said it
    if (answer.status == OcspStatus::Revoked) {
        std::string message = "The OCSP response says that " + name() + " is revoked";
        if (m_report.revokedAt)
            message += " since " + base::toRfc3339(*m_report.revokedAt);
        if (!m_report.revocationReason.empty())
            message += " (" + m_report.revocationReason + ")";
        add("ocsp-revoked", std::move(message), "Replace it by a new certificate with a new key.");
    } else if (answer.status == OcspStatus::Unknown) {
        add("ocsp-unknown", "The responder does not know " + name(),
            "Ask the CA; the response may come from the wrong responder.");
    }
}

void Check::checkResponse(const OcspResponse& response, const Certificate* issuer) {
    const Severity unanswered = m_input.source == OcspSource::Stapled ? Severity::Warning : Severity::Error;
    m_report.responseStatus = response.responseStatus();
    if (!response.isSuccessful()) {
        add("ocsp-unsuccessful", "The OCSP response says only “" + response.responseStatus() + "”", another(),
            unanswered);
        return;
    }
    m_report.producedAt = response.producedAt();
    m_report.responder = response.responder();
    if (!response.unknownCriticalExtension().empty())
        add("ocsp-critical-extension",
            "The OCSP response has a critical extension that is not understood: " + response.unknownCriticalExtension(),
            another());
    checkNonce(response);
    if (issuer == nullptr) {
        add("ocsp-issuer-missing",
            "The OCSP response cannot be checked: the issuer “" + m_certificate.issuer().displayName() +
                "” of the certificate is not there",
            "Add the issuer's certificate.", unanswered);
        return;
    }
    checkSigner(response, *issuer);
    if (const OcspAnswer* answer = response.answerAbout(m_certificate, *issuer))
        checkStatus(*answer);
    else
        add("ocsp-other-certificate", "The OCSP response is not about " + name(),
            m_input.source == OcspSource::Stapled ? "Check which response the server is told to send." : another());
}

OcspReport Check::run(const Certificate* issuer) {
    const auto response = base::outcomeOf([this] { return OcspResponse::fromDer(m_input.der); });
    if (!response) {
        if (response.error().kind() == base::ErrorKind::Internal)
            throw base::Error(response.error());
        m_report.responseStatus = "damaged";
        add("ocsp-damaged", "The OCSP response cannot be read: " + response.error().message(), another());
        return std::move(m_report);
    }
    checkResponse(*response, issuer);
    return std::move(m_report);
}

} // namespace

std::string_view toString(OcspSource source) noexcept {
    switch (source) {
    case OcspSource::File:
        return "file";
    case OcspSource::Fetched:
        return "fetched";
    case OcspSource::Stapled:
        return "stapled";
    }
    return "file";
}

std::string_view toString(OcspSigner signer) noexcept {
    switch (signer) {
    case OcspSigner::None:
        return "none";
    case OcspSigner::Issuer:
        return "issuer";
    case OcspSigner::Delegate:
        return "delegate";
    }
    return "none";
}

std::string_view toString(OcspNonce nonce) noexcept {
    switch (nonce) {
    case OcspNonce::NotSent:
        return "not-sent";
    case OcspNonce::Missing:
        return "missing";
    case OcspNonce::Matched:
        return "matched";
    case OcspNonce::Different:
        return "different";
    }
    return "not-sent";
}

bool OcspReport::isGood() const noexcept {
    return isVerified && status == OcspStatus::Good &&
           std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.severity == Severity::Error; });
}

OcspReport checkOcsp(const OcspInput& input, const Certificate& certificate, const Certificate* issuer, base::Time now,
                     std::chrono::seconds skew) {
    return Check(input, certificate, now, skew).run(issuer);
}

const Certificate* issuerAmong(const std::vector<Certificate>& candidates, const Certificate& certificate) {
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&certificate](const Certificate& candidate) {
        return certificate.isIssuedBy(candidate);
    });
    return found == candidates.end() ? nullptr : &*found;
}

} // namespace certwright::x509
