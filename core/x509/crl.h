#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/public_key.h"
#include "core/x509/certificate.h"
#include "core/x509/extension.h"
#include "core/x509/general_name.h"
#include "core/x509/name.h"
#include "core/x509/serial.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// Why a certificate was revoked (RFC 5280 5.3.1), with the numbers of that clause.
enum class RevocationReason {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
};

/// "keyCompromise"...
std::string_view toString(RevocationReason reason) noexcept;
/// @throws Error BadInput for another word
RevocationReason parseRevocationReason(std::string_view text);

/// One entry of a revocation list.
struct RevokedEntry {
    Serial serial;
    base::Time date;
    RevocationReason reason = RevocationReason::Unspecified;
    std::optional<base::Time> invalidityDate;
    /// Who issued the certificate, where that is not the list's issuer (RFC 5280 5.3.3): names this entry's extension
    /// has. The entries after it inherit it.
    std::vector<GeneralName> certificateIssuer{};
};

/// A certificate revocation list (RFC 5280 5). An immutable value, readable by any thread.
class Crl {
public:
    /// @throws Error BadInput
    static Crl fromDer(base::BytesView der);
    static Crl fromPem(std::string_view pem);
    static Crl adopt(base::Handle<X509_CRL> crl);

    Name issuer() const;
    /// Upper-case hexadecimal of the CRL number (RFC 5280 5.2.3); empty when absent.
    std::string number() const;
    std::optional<base::Time> thisUpdate() const noexcept;
    std::optional<base::Time> nextUpdate() const noexcept;
    std::string signatureAlgorithm() const;
    std::size_t revokedCount() const noexcept;
    std::vector<RevokedEntry> entries() const;
    std::vector<Extension> extensions() const;
    bool isSignedBy(const crypto::PublicKey& key) const;

    const base::Bytes& der() const noexcept;
    std::string toPem() const;
    std::string toText() const;
    const std::string& sha256() const noexcept;

    X509_CRL* native() const noexcept;
    bool operator==(const Crl& other) const noexcept;

private:
    struct Data;
    explicit Crl(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> m_data;
};

} // namespace certwright::x509
