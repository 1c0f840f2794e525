#pragma once

#include "core/x509/verify/paths.h"
#include "core/x509/verify/trust_store.h"

#include <vector>

namespace certwright::x509 {

/// Lets OpenSSL verify one path and no other: its own search would stop at the first issuer that fits by name. What it
/// needs beside the path, for the signers of revocation lists, it still looks for itself.
class PathCheck {
public:
    /// Has to be called once for a store that paths are verified with; other users of the store notice nothing.
    static void prepare(X509_STORE* store);

    /// The arguments must outlive the check.
    PathCheck(X509_STORE* store, const std::vector<Certificate>& untrusted, const std::vector<Crl>& crls,
              const VerifyOptions& options)
        : m_store(store)
        , m_untrusted(untrusted)
        , m_crls(crls)
        , m_options(options) {}

    /// What came out, without its list of paths. A path over a signature with a broken digest (MD5, SHA-1) is good only
    /// when OpenSSL finds one by itself: no security level forbids it, but nothing else is to be made of it. @throws
    /// Error BadInput for options that make no sense
    VerifyResult verify(const CandidatePath& path) const;

private:
    VerifyResult run(const Certificate& certificate, const CandidatePath* path) const;

    X509_STORE* m_store;
    const std::vector<Certificate>& m_untrusted;
    const std::vector<Crl>& m_crls;
    const VerifyOptions& m_options;
};

} // namespace certwright::x509
