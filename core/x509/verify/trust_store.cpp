#include "core/x509/verify/trust_store.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/verify/path_check.h"
#include "core/x509/verify/paths.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <tuple>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;

namespace {

/// Where Debian, Fedora, SUSE, Alpine, the BSDs and macOS keep the certificates that they trust.
constexpr std::array<const char*, 7> SystemBundles{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
};

/// The path that is told about: the good one, else the one that is nearest to being good.
std::size_t bestOf(const std::vector<CandidatePath>& paths, const std::vector<VerifyResult>& results) {
    std::size_t best = 0;
    const auto rank = [&](std::size_t i) {
        return std::tuple(!results[i].isTrusted, !paths[i].endsTrusted, !paths[i].isSigned, results[i].findings.size());
    };
    for (std::size_t i = 1; i < results.size(); ++i) {
        if (rank(i) < rank(best))
            best = i;
    }
    return best;
}

/// Lets the response that came with the options speak about the certificate.
void judgeByOcsp(const VerifyOptions& options, const std::vector<Certificate>& untrusted, base::Time now,
                 VerifyResult& result) {
    const Certificate& certificate = result.chain.front();
    const Certificate* issuer = issuerAmong(result.chain, certificate);
    if (issuer == nullptr)
        issuer = issuerAmong(untrusted, certificate);
    result.ocsp = checkOcsp(*options.ocsp, certificate, issuer, now);
    const std::vector<Finding>& findings = result.ocsp->findings;
    result.findings.insert(result.findings.end(), findings.begin(), findings.end());
    result.isTrusted = result.isTrusted && result.ocsp->isGood();
}

Finding cutFinding(const Certificate& certificate) {
    Finding finding;
    finding.id = "too-many-paths";
    finding.severity = Finding::Severity::Warning;
    finding.subject = certificate.subject().toRfc2253();
    finding.message = "There are too many ways from this certificate to a root; not all were tried.";
    finding.fix = "Leave out the intermediate certificates that are not needed.";
    return finding;
}

} // namespace

TrustStore::TrustStore()
    : m_store(base::check(X509_STORE_new(), "make a trust store")) {
    PathCheck::prepare(m_store.get());
}

TrustStore::TrustStore(base::Handle<X509_STORE> store)
    : m_store(std::move(store)) {}

TrustStore TrustStore::shared() const {
    base::check(X509_STORE_up_ref(m_store.get()), "share the trust store");
    TrustStore other{base::Handle<X509_STORE>(m_store.get())};
    other.m_untrusted = m_untrusted;
    other.m_crls = m_crls;
    return other;
}

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
    if (std::getenv(X509_get_default_cert_file_env()) != nullptr ||
        std::getenv(X509_get_default_cert_dir_env()) != nullptr)
        return;
    const std::string bundle = bundleBeyondDefaults(X509_get_default_cert_file(), X509_get_default_cert_dir(),
                                                    {SystemBundles.begin(), SystemBundles.end()});
    if (!bundle.empty())
        addTrustFile(bundle);
}

std::string bundleBeyondDefaults(const std::string& defaultFile, const std::string& defaultFolder,
                                 const std::vector<std::string>& bundles) {
    std::error_code failure;
    if (std::filesystem::exists(defaultFile, failure) ||
        std::filesystem::directory_iterator(defaultFolder, failure) != std::filesystem::directory_iterator())
        return {};
    const auto found = std::find_if(bundles.begin(), bundles.end(), [](const std::string& path) {
        std::error_code none;
        return std::filesystem::is_regular_file(path, none);
    });
    return found == bundles.end() ? std::string() : *found;
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
    const PathCheck check(m_store.get(), m_untrusted, m_crls, options);
    PathLimits limits = options.limits;
    if (options.depth)
        limits.length = std::max(limits.length, static_cast<std::size_t>(*options.depth) + 2);
    const base::Time now = options.time.value_or(base::SystemClock().now());
    PathSearch search(certificate, {m_store.get(), m_untrusted}, options.partialChain, now, limits);
    std::vector<CandidatePath> candidates;
    std::vector<VerifyResult> results;
    while (auto path = search.next()) {
        results.push_back(check.verify(*path));
        candidates.push_back(std::move(*path));
        if (results.back().isTrusted)
            break;
    }
    if (results.empty() || !results.back().isTrusted) {
        for (const CandidatePath& path : search.deadEnds()) {
            results.push_back(check.verify(path));
            candidates.push_back(path);
        }
    }
    if (results.empty()) { // a limit was reached before any path had an end
        candidates.push_back({{certificate}, 1, false, true});
        results.push_back(check.verify(candidates.back()));
    }
    const std::size_t best = bestOf(candidates, results);
    VerifyResult out = results[best];
    for (std::size_t i = 0; i < results.size(); ++i)
        out.paths.push_back({std::move(candidates[i].chain), std::move(results[i].findings), results[i].isTrusted});
    std::rotate(out.paths.begin(), out.paths.begin() + static_cast<std::ptrdiff_t>(best),
                out.paths.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    if (!out.isTrusted && search.wasCut())
        out.findings.push_back(cutFinding(certificate));
    if (options.ocsp)
        judgeByOcsp(options, m_untrusted, now, out);
    return out;
}

} // namespace certwright::x509
