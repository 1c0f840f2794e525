#include "core/x509/verify/path_check.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/native_text.h"

#include <openssl/objects.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;
using Purpose = VerifyOptions::Purpose;

namespace {

struct CertificateStackDeleter {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using CertificateStack = std::unique_ptr<STACK_OF(X509), CertificateStackDeleter>;

struct CrlStackDeleter {
    void operator()(STACK_OF(X509_CRL) * stack) const noexcept { sk_X509_CRL_free(stack); }
};
using CrlStack = std::unique_ptr<STACK_OF(X509_CRL), CrlStackDeleter>;

/// The path for OpenSSL's callbacks, which are C, and what they collect; an exception waits here until it has returned.
struct Collector {
    const CandidatePath* path = nullptr;
    std::optional<base::Time> time;
    std::vector<Finding> findings;
    int firstCode = X509_V_OK;
    std::exception_ptr failure;
};

/// The collector of a verification. The path of a revocation list's signer is verified by a context of its own inside
/// the first one, which has nothing of ours.
Collector* collectorOf(X509_STORE_CTX* context) {
    while (X509_STORE_CTX* outer = X509_STORE_CTX_get0_parent_ctx(context))
        context = outer;
    return static_cast<Collector*>(X509_STORE_CTX_get_app_data(context));
}

/// What OpenSSL does by itself, also for a store that somebody else uses and for the signers of revocation lists.
X509_STORE_CTX_check_issued_fn defaultCheckIssued() {
    static const X509_STORE_CTX_check_issued_fn function = [] {
        const Handle<X509_STORE> store(base::check(X509_STORE_new(), "make a trust store"));
        const Handle<X509_STORE_CTX> context(base::check(X509_STORE_CTX_new(), "prepare the verification"));
        base::check(X509_STORE_CTX_init(context.get(), store.get(), nullptr, nullptr), "prepare the verification");
        return X509_STORE_CTX_get_check_issued(context.get());
    }();
    return function;
}

/// The path that a context is bound to; null when it is free to find one.
const CandidatePath* pathOf(X509_STORE_CTX* context) {
    if (X509_STORE_CTX_get0_parent_ctx(context) != nullptr)
        return nullptr;
    const auto* collector = static_cast<const Collector*>(X509_STORE_CTX_get_app_data(context));
    return collector == nullptr ? nullptr : collector->path;
}

bool isSame(const X509* left, const X509* right) {
    return left == right || X509_cmp(left, right) == 0;
}

/// Where a certificate stands in a path; its size when it is not there.
std::size_t indexIn(const CandidatePath& path, const X509* certificate) {
    const auto found = std::find_if(path.chain.begin(), path.chain.end(), [certificate](const Certificate& step) {
        return isSame(step.native(), certificate);
    });
    return static_cast<std::size_t>(found - path.chain.begin());
}

int onCheckIssued(X509_STORE_CTX* context, X509* certificate, X509* issuer) {
    const CandidatePath* path = pathOf(context);
    if (path == nullptr || isSame(certificate, issuer)) // whether it is a root
        return defaultCheckIssued()(context, certificate, issuer);
    const std::size_t next = indexIn(*path, certificate) + 1;
    return next < path->chain.size() && isSame(path->chain[next].native(), issuer) ? 1 : 0;
}

/// Gives what is trusted at the end of the path, and only that: whatever is below comes from the untrusted.
int onGetIssuer(X509** issuer, X509_STORE_CTX* context, X509* certificate) {
    const CandidatePath* path = pathOf(context);
    if (path == nullptr)
        return X509_STORE_CTX_get1_issuer(issuer, context, certificate);
    const std::size_t index = indexIn(*path, certificate);
    if (index >= path->chain.size())
        return 0;
    const bool isLast = index + 1 == path->chain.size();
    const std::size_t wanted = isLast ? index : index + 1;
    if (wanted < path->trustedFrom || (isLast && defaultCheckIssued()(context, certificate, certificate) != 1))
        return 0;
    X509* found = path->chain[wanted].native();
    if (X509_up_ref(found) != 1)
        return -1;
    *issuer = found;
    return 1;
}

/// True for what OpenSSL asks of the signer of a revocation list although it was only asked of the certificate: the
/// signer need not be the server.
bool isMisplacedNameCheck(X509_STORE_CTX* context, int code) {
    return X509_STORE_CTX_get0_parent_ctx(context) != nullptr &&
           (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_EMAIL_MISMATCH ||
            code == X509_V_ERR_IP_ADDRESS_MISMATCH);
}

/// True for a certificate in the last second of its time, which belongs to it (RFC 5280 4.1.2.5); OpenSSL takes it for
/// expired.
bool isLastSecond(const Collector& collector, int code, const std::optional<Certificate>& certificate) {
    return code == X509_V_ERR_CERT_HAS_EXPIRED && collector.time && certificate &&
           certificate->notAfter() == collector.time;
}

int onVerify(int isFine, X509_STORE_CTX* context) {
    if (isFine != 0)
        return 1;
    Collector* collector = collectorOf(context);
    try {
        const int code = X509_STORE_CTX_get_error(context);
        if (isMisplacedNameCheck(context, code))
            return 1;
        const int depth = X509_STORE_CTX_get_error_depth(context);
        X509* current = X509_STORE_CTX_get_current_cert(context);
        const std::optional<Certificate> certificate =
            current == nullptr ? std::nullopt : std::optional<Certificate>(Certificate::share(current));
        if (isLastSecond(*collector, code, certificate))
            return 1;
        if (collector->firstCode == X509_V_OK)
            collector->firstCode = code;
        collector->findings.push_back(findingFor(code, depth, certificate ? &*certificate : nullptr));
    } catch (...) {
        collector->failure = std::current_exception();
        return 0;
    }
    return 1; // go on, so that every finding is collected and not only the first
}

const char* purposeName(Purpose purpose) noexcept {
    switch (purpose) {
    case Purpose::Any:
        return nullptr;
    case Purpose::TlsServer:
        return "sslserver";
    case Purpose::TlsClient:
        return "sslclient";
    case Purpose::SmimeSign:
        return "smimesign";
    case Purpose::SmimeEncrypt:
        return "smimeencrypt";
    case Purpose::CodeSign:
        return "codesign"; // from OpenSSL 3.2 on; codeSignFindings() stands in before
    case Purpose::Timestamp:
        return "timestampsign";
    case Purpose::OcspSign:
        return "ocsphelper";
    case Purpose::CrlSign:
        return "crlsign";
    }
    return nullptr;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool hasOpensslPurpose(Purpose purpose) {
    const char* name = purposeName(purpose);
    return name != nullptr && X509_PURPOSE_get_by_sname(name) >= 0;
}

/// The leaf's part of code signing where OpenSSL has no such purpose: the extended key usage is a must, and a key
/// usage, if there is one, must allow signatures.
void codeSignFindings(const Certificate& certificate, std::vector<Finding>& findings) {
    const bool hasUsage = contains(certificate.extendedKeyUsage(), "codeSigning");
    const bool mayHaveSignature =
        certificate.extension(oids::KeyUsage) == nullptr || contains(certificate.keyUsage(), "digitalSignature");
    if (!hasUsage || !mayHaveSignature)
        findings.push_back(findingFor(X509_V_ERR_INVALID_PURPOSE, 0, &certificate));
}

void setNames(X509_VERIFY_PARAM* param, const VerifyOptions& options) {
    if (!options.hostname.empty())
        base::check(X509_VERIFY_PARAM_set1_host(param, options.hostname.data(), options.hostname.size()),
                    "check the host name “" + options.hostname + "”", ErrorKind::BadInput);
    if (!options.email.empty())
        base::check(X509_VERIFY_PARAM_set1_email(param, options.email.data(), options.email.size()),
                    "check the e-mail address “" + options.email + "”", ErrorKind::BadInput);
    if (!options.ip.empty() && X509_VERIFY_PARAM_set1_ip_asc(param, options.ip.c_str()) != 1)
        throw Error(ErrorKind::BadInput, "“" + options.ip + "” is not an IP address", {}, base::drainQueue());
}

void setPolicies(X509_VERIFY_PARAM* param, const VerifyOptions& options) {
    for (const std::string& policy : options.policies) {
        Handle<ASN1_OBJECT> object = objectOf(policy);
        if (!object)
            throw Error(ErrorKind::BadInput, "“" + policy + "” is not a policy OID",
                        "Write it with dots, e.g. 2.23.140.1.2.1.");
        base::check(X509_VERIFY_PARAM_add0_policy(param, object.get()), "add a policy");
        object.release();
    }
    unsigned long flags = 0;
    if (!options.policies.empty())
        flags |= X509_V_FLAG_POLICY_CHECK;
    if (options.explicitPolicy)
        flags |= X509_V_FLAG_EXPLICIT_POLICY | X509_V_FLAG_POLICY_CHECK;
    if (options.inhibitAny)
        flags |= X509_V_FLAG_INHIBIT_ANY | X509_V_FLAG_POLICY_CHECK;
    if (options.inhibitMapping)
        flags |= X509_V_FLAG_INHIBIT_MAP | X509_V_FLAG_POLICY_CHECK;
    base::check(X509_VERIFY_PARAM_set_flags(param, flags), "set the policy rules");
}

void setOptions(X509_STORE_CTX* context, const VerifyOptions& options) {
    X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
    unsigned long flags = 0;
    if (options.crlCheck != VerifyOptions::CrlCheck::None)
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
    if (options.crlCheck == VerifyOptions::CrlCheck::All)
        flags |= X509_V_FLAG_CRL_CHECK_ALL;
    if (options.partialChain)
        flags |= X509_V_FLAG_PARTIAL_CHAIN;
    if (options.strict)
        flags |= X509_V_FLAG_X509_STRICT;
    base::check(X509_VERIFY_PARAM_set_flags(param, flags), "set the verification rules");
    X509_VERIFY_PARAM_set_auth_level(param, options.securityLevel);
    if (options.time)
        X509_VERIFY_PARAM_set_time(param, static_cast<time_t>(options.time->time_since_epoch().count()));
    if (options.depth)
        X509_VERIFY_PARAM_set_depth(param, *options.depth);
    if (hasOpensslPurpose(options.purpose)) {
        const int index = X509_PURPOSE_get_by_sname(purposeName(options.purpose));
        base::check(X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_get_id(X509_PURPOSE_get0(index))),
                    "set the purpose");
    }
    setPolicies(param, options);
    setNames(param, options);
}

/// Code 21 says again what 20 said, and is noise beside it.
void dropRepeated(std::vector<Finding>& findings) {
    const bool hasMissingIssuer = std::any_of(
        findings.begin(), findings.end(), [](const Finding& finding) { return finding.id == "unable-to-get-issuer"; });
    if (!hasMissingIssuer)
        return;
    std::erase_if(findings, [](const Finding& finding) { return finding.id == "unable-to-verify-leaf"; });
}

/// What looks like a missing issuer or a wrong signature where the linked OpenSSL does not offer the algorithm.
void nameUnsupported(const CandidatePath& path, std::vector<Finding>& findings) {
    for (Finding& finding : findings) {
        const auto depth = static_cast<std::size_t>(std::max(finding.depth, 0));
        const bool isAboutSignature = finding.id == "unable-to-get-issuer" || finding.id == "unable-to-verify-leaf" ||
                                      finding.id == "bad-signature" || finding.id == "unusable-issuer-key";
        if (!isAboutSignature || depth >= path.chain.size())
            continue;
        const Certificate& certificate = path.chain[depth];
        const bool isSelfIssued = certificate.subject() == certificate.issuer();
        if (depth + 1 >= path.chain.size() && !isSelfIssued)
            continue;
        const crypto::PublicKey key = path.chain[isSelfIssued ? depth : depth + 1].publicKey();
        if (key.isUsable())
            continue;
        finding.id = "unsupported-algorithm";
        finding.message = "The signature of " + certificate.subject().displayName() +
                          " cannot be checked: the OpenSSL of this computer does not offer " + key.facts().type + ".";
        finding.fix = "Verify it with a newer OpenSSL; 3.5 offers the post-quantum algorithms.";
    }
}

/// The path's certificates; all others too when OpenSSL looks for itself, and when lists are asked for: among them may
/// be signers of lists, and their issuers.
CertificateStack stackFor(const CandidatePath* path, const std::vector<Certificate>& untrusted, bool needsAll) {
    CertificateStack out(base::check(sk_X509_new_null(), "prepare the verification"));
    const auto add = [&out](const Certificate& certificate) {
        base::check(sk_X509_push(out.get(), certificate.native()), "prepare the verification");
    };
    if (path != nullptr)
        std::for_each(path->chain.begin(), path->chain.end(), add);
    if (needsAll)
        std::for_each(untrusted.begin(), untrusted.end(), add);
    return out;
}

/// Where a signature's digest is broken for collisions (MD5, SHA-1); the anchor's own is not relied on.
std::optional<std::size_t> weakSignatureIn(const CandidatePath& path) {
    constexpr int LeastBits = 80; // of OpenSSL's security level 1
    for (std::size_t i = 0; i + 1 < path.chain.size(); ++i) {
        int bits = 0;
        if (X509_get_signature_info(path.chain[i].native(), nullptr, nullptr, &bits, nullptr) == 1 && bits < LeastBits)
            return i;
    }
    return std::nullopt;
}

} // namespace

void PathCheck::prepare(X509_STORE* store) {
    defaultCheckIssued();
    X509_STORE_set_check_issued(store, onCheckIssued);
    X509_STORE_set_get_issuer(store, onGetIssuer);
}

/// Runs OpenSSL; with a path it is bound to that.
VerifyResult PathCheck::run(const Certificate& certificate, const CandidatePath* path) const {
    const bool needsAll = path == nullptr || m_options.crlCheck != VerifyOptions::CrlCheck::None;
    const CertificateStack untrusted = stackFor(path, m_untrusted, needsAll);
    const Handle<X509_STORE_CTX> context(base::check(X509_STORE_CTX_new(), "prepare the verification"));
    base::check(X509_STORE_CTX_init(context.get(), m_store, certificate.native(), untrusted.get()),
                "prepare the verification");
    // Handed over apart: in the store OpenSSL looks a list up by the certificate's issuer alone, and would not find an
    // indirect one, which another issuer signs (RFC 5280 5.2.5).
    const CrlStack crls(base::check(sk_X509_CRL_new_null(), "prepare the verification"));
    for (const Crl& crl : m_crls)
        base::check(sk_X509_CRL_push(crls.get(), crl.native()), "prepare the verification");
    X509_STORE_CTX_set0_crls(context.get(), crls.get());
    Collector collector;
    collector.path = path;
    collector.time = m_options.time;
    setOptions(context.get(), m_options);
    X509_STORE_CTX_set_app_data(context.get(), &collector);
    X509_STORE_CTX_set_verify_cb(context.get(), onVerify);
    base::clearQueue();
    const int result = X509_verify_cert(context.get());
    if (collector.failure)
        std::rethrow_exception(collector.failure);
    base::clearQueue();

    VerifyResult out;
    out.findings = std::move(collector.findings);
    out.opensslCode = collector.firstCode;
    // A refusal that never reached the callback still has its code.
    if (result != 1 && out.findings.empty()) {
        out.opensslCode = X509_STORE_CTX_get_error(context.get());
        out.findings.push_back(
            findingFor(out.opensslCode, X509_STORE_CTX_get_error_depth(context.get()), &certificate));
    }
    out.isTrusted = result == 1 && out.findings.empty();
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i)
        out.chain.push_back(Certificate::share(sk_X509_value(chain, i)));
    if (out.chain.empty())
        out.chain.push_back(certificate);
    return out;
}

VerifyResult PathCheck::verify(const CandidatePath& path) const {
    const Certificate& certificate = path.chain.front();
    VerifyResult out = run(certificate, &path);
    const std::optional<std::size_t> weak = out.isTrusted ? weakSignatureIn(path) : std::nullopt;
    if (weak && !run(certificate, nullptr).isTrusted) {
        out.opensslCode = X509_V_ERR_CA_MD_TOO_WEAK;
        out.findings.push_back(findingFor(out.opensslCode, static_cast<int>(*weak), &path.chain[*weak]));
    }
    if (m_options.purpose == Purpose::CodeSign && !hasOpensslPurpose(m_options.purpose))
        codeSignFindings(certificate, out.findings);
    nameUnsupported(path, out.findings);
    dropRepeated(out.findings);
    out.isTrusted = out.isTrusted && out.findings.empty();
    return out;
}

} // namespace certwright::x509
