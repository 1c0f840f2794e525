#pragma once

#include "core/base/clock.h"
#include "core/crypto/private_key.h"
#include "core/x509/certificate.h"
#include "core/x509/serial.h"

#include <string_view>

namespace certwright::x509 {

/// An X.509 certificate in the making: default-constructed it is the manual's empty certificate. Owned by one thread;
/// sign() may be called several times.
class CertificateBuilder {
public:
    /// Version 3, everything else unset.
    CertificateBuilder();

    /// 1 to 3, as people count. @throws Error BadInput
    CertificateBuilder& setVersion(int version);
    /// @throws Error BadInput unless it is positive and at most 20 octets long (RFC 5280 4.1.2.2)
    CertificateBuilder& setSerial(const Serial& serial);
    CertificateBuilder& setSubject(const Name& subject);
    CertificateBuilder& setIssuer(const Name& issuer);
    /// UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). @throws Error BadInput outside years 0 to 9999
    CertificateBuilder& setNotBefore(base::Time time);
    CertificateBuilder& setNotAfter(base::Time time);
    /// The same by an ASN.1 GeneralizedTime: "20261124031500Z" or with an offset, "20261124041500+0100".
    /// @throws Error BadInput naming the text
    CertificateBuilder& setNotBefore(std::string_view generalizedTime);
    CertificateBuilder& setNotAfter(std::string_view generalizedTime);
    /// @throws Error Unsupported when the key is not usable here
    CertificateBuilder& setPublicKey(const crypto::PublicKey& key);
    /// Adds an extension; one with the same OID that is there already is replaced.
    CertificateBuilder& addExtension(const Extension& extension);
    /// Adds the subject key identifier of the key set before: SHA-1 of the key bits (RFC 5280 4.2.1.2 method 1).
    /// @throws Error NotAllowed when no key was set
    CertificateBuilder& addSubjectKeyIdentifier();
    /// Adds the authority key identifier of this issuer, by key identifier alone.
    CertificateBuilder& addAuthorityKeyIdentifier(const Certificate& issuer);
    /// The same for a self-signed certificate: its own key. @throws Error NotAllowed when no key was set
    CertificateBuilder& addOwnAuthorityKeyIdentifier();

    /// Signs with `digest`, or with the key's natural one when it is empty. When no serial number was set, each signing
    /// takes a new random one. @throws Error NotAllowed when the key cannot sign, something needed is unset or
    /// extensions stand in a version below 3, BadInput for an unknown digest, and for PSS with a key that is not RSA
    Certificate sign(const crypto::PrivateKey& key, std::string_view digest = {},
                     crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1);

    X509* native() const noexcept { return m_certificate.get(); }

private:
    /// Apart from what sign() gave away.
    X509* writable();

    base::Handle<X509> m_certificate;
    bool m_isGivenAway = false;
    bool m_hasSerial = false;
};

} // namespace certwright::x509
