#pragma once

#include "core/base/clock.h"
#include "core/base/handle.h"
#include "core/crypto/private_key.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/extension.h"
#include "core/x509/extensions/distribution_points.h"
#include "core/x509/serial.h"

#include <string_view>

namespace certwright::x509 {

/// A revocation list in the making. Owned by one thread.
class CrlBuilder {
public:
    /// `issuer` gives the name and the authority key identifier.
    explicit CrlBuilder(const Certificate& issuer);
    CrlBuilder& setNumber(const Serial& number);
    CrlBuilder& setThisUpdate(base::Time time);
    CrlBuilder& setNextUpdate(base::Time time);
    /// Makes it a delta list (RFC 5280 5.2.4): what changed since the list with this number. Only in one an entry may
    /// have the reason removeFromCRL, which releases what was on hold.
    CrlBuilder& setDeltaBase(const Serial& number);
    /// Critical, as RFC 5280 5.2.5 wants it. @throws Error BadInput for a reason that cannot be named there, or names
    /// that cannot be encoded
    CrlBuilder& setIssuingDistributionPoint(const IssuingDistributionPoint& point);
    /// Any other extension, e.g. the freshest CRL (5.2.6); takes the place of one of its type.
    CrlBuilder& addExtension(const Extension& extension);
    CrlBuilder& add(const RevokedEntry& entry);
    /// @throws Error NotAllowed when something needed is unset, the key is not the issuer's, a list that is no delta
    /// releases a certificate, or one that is not indirect names another issuer; BadInput for an unknown digest, and
    /// for PSS with a key that is not RSA
    Crl sign(const crypto::PrivateKey& key, std::string_view digest = {},
             crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1);

private:
    void checkEntries() const;

    Certificate m_issuer;
    base::Handle<X509_CRL> m_crl;
    bool m_isDelta = false;
    bool m_isIndirect = false;
    bool m_releases = false;        ///< an entry has the reason removeFromCRL
    bool m_hasOtherIssuers = false; ///< an entry names its issuer
};

} // namespace certwright::x509
