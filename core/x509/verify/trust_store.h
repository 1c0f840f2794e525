#pragma once

#include "core/base/clock.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/ocsp/check.h"
#include "core/x509/verify/finding.h"
#include "core/x509/verify/paths.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::x509 {

/// What is being asked about a certificate.
struct VerifyOptions {
    enum class Purpose { Any, TlsServer, TlsClient, SmimeSign, SmimeEncrypt, CodeSign, Timestamp, OcspSign, CrlSign };
    enum class CrlCheck { None, Leaf, All };

    Purpose purpose = Purpose::Any;
    CrlCheck crlCheck = CrlCheck::None;
    std::string hostname; ///< empty: not checked
    std::string email;
    std::string ip;
    std::optional<base::Time> time; ///< now when it is not set
    bool partialChain = false;
    bool strict = false;
    std::optional<int> depth;
    std::vector<std::string> policies;
    bool explicitPolicy = false;
    bool inhibitAny = false;
    bool inhibitMapping = false;
    int securityLevel = 0;
    std::optional<OcspInput> ocsp; ///< a response that counts for the certificate itself
    PathLimits limits;
};

/// A path that was tried.
struct TriedPath {
    std::vector<Certificate> chain; ///< from the certificate up
    std::vector<Finding> findings;  ///< why it is not good
    bool isTrusted = false;
};

/// What came out of a verification.
struct VerifyResult {
    bool isTrusted = false;
    std::vector<Certificate> chain; ///< from the certificate up, as far as it could be built
    std::vector<Finding> findings;
    int opensslCode = 0;
    std::optional<OcspReport> ocsp; ///< what the response came to, if there was one; its findings are among the above
    std::vector<TriedPath> paths;   ///< all that were tried, the one told about above first
};

/// Certificates that are trusted, others that may stand between, and revocation lists (the manual's X509Store).
/// Mutable, owned by one thread.
class TrustStore {
public:
    TrustStore();
    TrustStore(TrustStore&&) noexcept;
    TrustStore& operator=(TrustStore&&) noexcept;
    ~TrustStore();

    /// Another object on the same store: what is added to one is trusted by both.
    TrustStore shared() const;

    /// Adding one twice is no error.
    void addTrusted(const Certificate& certificate);
    void addUntrusted(const Certificate& certificate);
    void addCrl(const Crl& crl);
    /// The platform's trust store: SSL_CERT_FILE and SSL_CERT_DIR when set, else OpenSSL's defaults, else, where there
    /// is nothing at those (an OpenSSL built for another place), where the systems have it. @throws Error Io
    void addSystemTrust();
    /// A PEM bundle or a hashed folder. @throws Error NotFound, Io, BadInput
    void addTrustFile(const std::string& path);

    /// Verifies and explains: paths are tried until one is good; when none is, the best one is told about. Every error
    /// is collected with its depth, not only the first. An OCSP response that does not prove the certificate good makes
    /// it not trusted, by whichever path. Never throws for a certificate that is not trusted.
    /// @throws Error BadInput for options that make no sense
    VerifyResult verify(const Certificate& certificate, const VerifyOptions& options = {}) const;

    /// For a TLS context inside core; no reference is taken.
    X509_STORE* native() const noexcept { return m_store.get(); }
    const std::vector<Certificate>& untrusted() const noexcept { return m_untrusted; }

private:
    explicit TrustStore(base::Handle<X509_STORE> store);

    base::Handle<X509_STORE> m_store;
    std::vector<Certificate> m_untrusted;
    std::vector<Crl> m_crls;
};

/// Which of the systems' bundles to read besides OpenSSL's own default file and folder: the first of `bundles` that
/// exists, when there is nothing at the defaults; else empty.
std::string bundleBeyondDefaults(const std::string& defaultFile, const std::string& defaultFolder,
                                 const std::vector<std::string>& bundles);

/// The finding that explains one of OpenSSL's verification codes at a depth.
Finding findingFor(int opensslCode, int depth, const Certificate* certificate);

} // namespace certwright::x509
