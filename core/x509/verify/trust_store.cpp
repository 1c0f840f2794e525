#include "core/x509/verify/trust_store.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"

#include <openssl/objects.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <exception>
#include <filesystem>
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

/// What the callback, which is C, collects; an exception waits here until OpenSSL has returned.
struct Collector {
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

/// True for what OpenSSL asks of the signer of a revocation list although it was only asked of the certificate: the
/// signer need not be the server.
bool isMisplacedNameCheck(X509_STORE_CTX* context, int code) {
    return X509_STORE_CTX_get0_parent_ctx(context) != nullptr &&
           (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_EMAIL_MISMATCH ||
            code == X509_V_ERR_IP_ADDRESS_MISMATCH);
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
        Handle<ASN1_OBJECT> object(OBJ_txt2obj(policy.c_str(), 0));
        if (!object)
            throw Error(ErrorKind::BadInput, "“" + policy + "” is not a policy OID", {}, base::drainQueue());
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

} // namespace

TrustStore::TrustStore()
    : m_store(base::check(X509_STORE_new(), "make a trust store")) {}

TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

void TrustStore::addTrusted(const Certificate& certificate) {
    base::check(X509_STORE_add_cert(m_store.get(), certificate.native()), "add a trusted certificate");
}

void TrustStore::addUntrusted(const Certificate& certificate) {
    if (std::find(m_untrusted.begin(), m_untrusted.end(), certificate) == m_untrusted.end())
        m_untrusted.push_back(certificate);
}

void TrustStore::addCrl(const Crl& crl) {
    base::check(X509_STORE_add_crl(m_store.get(), crl.native()), "add a revocation list");
    if (std::find(m_crls.begin(), m_crls.end(), crl) == m_crls.end())
        m_crls.push_back(crl);
}

void TrustStore::addSystemTrust() {
    base::check(X509_STORE_set_default_paths(m_store.get()), "load the system's trusted certificates", ErrorKind::Io);
    base::clearQueue();
}

void TrustStore::addTrustFile(const std::string& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status))
        throw Error(ErrorKind::NotFound, "There is no file or folder “" + path + "”").withContext(path);
    base::clearQueue();
    const int loaded = std::filesystem::is_directory(status) ? X509_STORE_load_path(m_store.get(), path.c_str())
                                                             : X509_STORE_load_file(m_store.get(), path.c_str());
    if (loaded != 1)
        throw Error(ErrorKind::BadInput, "“" + path + "” holds no certificates in PEM form",
                    "Give a PEM bundle, or a folder as `openssl rehash` makes it.", base::drainQueue())
            .withContext(path);
    base::clearQueue();
}

VerifyResult TrustStore::verify(const Certificate& certificate, const VerifyOptions& options) const {
    const CertificateStack untrusted(base::check(sk_X509_new_null(), "prepare the verification"));
    for (const Certificate& other : m_untrusted)
        base::check(sk_X509_push(untrusted.get(), other.native()), "prepare the verification");
    const Handle<X509_STORE_CTX> context(base::check(X509_STORE_CTX_new(), "prepare the verification"));
    base::check(X509_STORE_CTX_init(context.get(), m_store.get(), certificate.native(), untrusted.get()),
                "prepare the verification");
    // Handed over apart: in the store OpenSSL looks a list up by the certificate's issuer alone, and would not find an
    // indirect one, which another issuer signs (RFC 5280 5.2.5).
    const CrlStack crls(base::check(sk_X509_CRL_new_null(), "prepare the verification"));
    for (const Crl& crl : m_crls)
        base::check(sk_X509_CRL_push(crls.get(), crl.native()), "prepare the verification");
    X509_STORE_CTX_set0_crls(context.get(), crls.get());
    Collector collector;
    setOptions(context.get(), options);
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
    if (options.purpose == Purpose::CodeSign && !hasOpensslPurpose(options.purpose))
        codeSignFindings(certificate, out.findings);
    dropRepeated(out.findings);
    out.isTrusted = result == 1 && out.findings.empty();
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i)
        out.chain.push_back(Certificate::share(sk_X509_value(chain, i)));
    if (out.chain.empty())
        out.chain.push_back(certificate);
    return out;
}

} // namespace certwright::x509
