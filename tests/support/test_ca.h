#pragma once

#include "core/base/clock.h"
#include "core/crypto/private_key.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>

namespace certwright::test {

/// A certificate and its key.
struct Issued {
    x509::Certificate certificate;
    crypto::PrivateKey key;
};

/// What a certificate of the TestCa is to be.
struct IssueOptions {
    std::string subject = "CN=localhost";
    std::string altNames = "DNS:localhost,IP:127.0.0.1"; ///< empty: no such extension
    std::string keyType = "ec:P-256";                    ///< as crypto::KeySpec::parse() reads it
    std::string digest;                                  ///< empty: the key's natural one
    std::string extendedKeyUsage = "serverAuth";         ///< empty: no such extension
    std::optional<base::Time> notBefore;                 ///< a day ago when it is not set
    std::optional<base::Time> notAfter;                  ///< in thirty days when it is not set
};

/// A certification authority of a test: a root that lives as long as the object. Nothing is written anywhere.
class TestCa {
public:
    explicit TestCa(const std::string& subject = "CN=Test Root", const std::string& keyType = "ec:P-256");

    const x509::Certificate& certificate() const { return m_own.certificate; }
    const crypto::PrivateKey& key() const { return m_own.key; }

    Issued issue(const IssueOptions& options = {}) const;
    /// A CA below this one.
    TestCa intermediate(const std::string& subject = "CN=Test Intermediate") const;

private:
    explicit TestCa(Issued own);

    Issued m_own;
};

} // namespace certwright::test
