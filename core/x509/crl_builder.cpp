#include "core/x509/crl_builder.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/key_identifier.h"
#include "core/x509/native_text.h"
#include "core/x509/signing.h"

#include <openssl/x509v3.h>

#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

Handle<GENERAL_NAMES> generalNamesToNative(const std::vector<GeneralName>& names) {
    const base::Bytes der = generalNamesToDer(names);
    const unsigned char* position = der.data();
    return Handle<GENERAL_NAMES>(
        base::check(d2i_GENERAL_NAMES(nullptr, &position, static_cast<long>(der.size())), "encode names"));
}

} // namespace

CrlBuilder::CrlBuilder(const Certificate& issuer)
    : m_issuer(issuer)
    , m_crl(base::check(X509_CRL_new(), "make a revocation list")) {
    base::check(X509_CRL_set_version(m_crl.get(), X509_CRL_VERSION_2), "set the version");
    base::check(X509_CRL_set_issuer_name(m_crl.get(), X509_get_subject_name(issuer.native())), "set the issuer");
    const Handle<X509_EXTENSION> keyId = authorityKeyIdOf(issuer).toNative(); // a must (RFC 5280 5.2.1)
    base::check(X509_CRL_add_ext(m_crl.get(), keyId.get(), -1), "add the authority key identifier");
}

CrlBuilder& CrlBuilder::setNumber(const Serial& number) {
    const Handle<ASN1_INTEGER> native = number.toNative();
    base::check(X509_CRL_add1_ext_i2d(m_crl.get(), NID_crl_number, native.get(), 0, X509V3_ADD_REPLACE),
                "set the number of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::setThisUpdate(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_CRL_set1_lastUpdate(m_crl.get(), native.get()), "set the date of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::setNextUpdate(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_CRL_set1_nextUpdate(m_crl.get(), native.get()), "set the next date of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::setDeltaBase(const Serial& number) {
    const Handle<ASN1_INTEGER> native = number.toNative();
    base::check(X509_CRL_add1_ext_i2d(m_crl.get(), NID_delta_crl, native.get(), 1, X509V3_ADD_REPLACE),
                "set the base of the delta list");
    m_isDelta = true;
    return *this;
}

CrlBuilder& CrlBuilder::setIssuingDistributionPoint(const IssuingDistributionPoint& point) {
    addExtension(Extension::of(point, true));
    m_isIndirect = point.isIndirect;
    return *this;
}

CrlBuilder& CrlBuilder::addExtension(const Extension& extension) {
    const Handle<X509_EXTENSION> native = extension.toNative();
    for (int i = X509_CRL_get_ext_count(m_crl.get()); i-- > 0;) {
        if (Extension::share(X509_CRL_get_ext(m_crl.get(), i)).oid() == extension.oid())
            Handle<X509_EXTENSION>(X509_CRL_delete_ext(m_crl.get(), i));
    }
    base::check(X509_CRL_add_ext(m_crl.get(), native.get(), -1), "add an extension to the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::add(const RevokedEntry& entry) {
    Handle<X509_REVOKED> revoked(base::check(X509_REVOKED_new(), "add an entry"));
    const Handle<ASN1_INTEGER> serial = entry.serial.toNative();
    const Handle<ASN1_TIME> date = timeToNative(entry.date);
    base::check(X509_REVOKED_set_serialNumber(revoked.get(), serial.get()), "add an entry");
    base::check(X509_REVOKED_set_revocationDate(revoked.get(), date.get()), "add an entry");
    // RFC 5280 5.3.1: an unspecified reason is left out rather than written.
    if (entry.reason != RevocationReason::Unspecified) {
        const Handle<ASN1_STRING> reason(base::check(ASN1_ENUMERATED_new(), "add an entry"));
        base::check(ASN1_ENUMERATED_set(reason.get(), static_cast<long>(entry.reason)), "add an entry");
        base::check(X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason.get(), 0, 0), "add a reason");
    }
    if (entry.invalidityDate) {
        const Handle<ASN1_STRING> invalidity(base::check(ASN1_GENERALIZEDTIME_new(), "add an entry"));
        base::check(
            ASN1_GENERALIZEDTIME_set_string(invalidity.get(), base::toGeneralizedTime(*entry.invalidityDate).c_str()),
            "add an invalidity date");
        base::check(X509_REVOKED_add1_ext_i2d(revoked.get(), NID_invalidity_date, invalidity.get(), 0, 0),
                    "add an invalidity date");
    }
    if (!entry.certificateIssuer.empty()) {
        const Handle<GENERAL_NAMES> issuer = generalNamesToNative(entry.certificateIssuer);
        base::check(X509_REVOKED_add1_ext_i2d(revoked.get(), NID_certificate_issuer, issuer.get(), 1, 0),
                    "add the issuer of a certificate");
        m_hasOtherIssuers = true;
    }
    m_releases = m_releases || entry.reason == RevocationReason::RemoveFromCrl;
    base::check(X509_CRL_add0_revoked(m_crl.get(), revoked.get()), "add an entry");
    revoked.release();
    return *this;
}

void CrlBuilder::checkEntries() const {
    if (m_releases && !m_isDelta)
        throw Error(ErrorKind::NotAllowed, "Only a delta list can release a certificate (reason removeFromCRL)",
                    "Leave the certificate out of a complete list.");
    if (m_hasOtherIssuers && !m_isIndirect)
        throw Error(ErrorKind::NotAllowed, "Only an indirect list can have certificates of other issuers",
                    "Mark it as indirect in its issuing distribution point.");
}

Crl CrlBuilder::sign(const crypto::PrivateKey& key, std::string_view digest, crypto::RsaPadding padding) {
    if (!(key.publicKey() == m_issuer.publicKey()))
        throw Error(ErrorKind::NotAllowed, "The key is not that of “" + m_issuer.subject().displayName() + "”");
    if (!timeOfNative(X509_CRL_get0_lastUpdate(m_crl.get())))
        throw Error(ErrorKind::NotAllowed, "The revocation list has no date yet");
    checkEntries();
    // Where issuers are inherited from entry to entry, the order says whose they are.
    if (!m_hasOtherIssuers)
        base::check(X509_CRL_sort(m_crl.get()), "sort the revocation list");
    const Handle<EVP_MD_CTX> context = signingContext(key, digest, padding);
    checkSigned(X509_CRL_sign_ctx(m_crl.get(), context.get()), "the revocation list", digest);
    if (!digest.empty()) // the natural one can always be verified
        checkVerified(X509_CRL_verify(m_crl.get(), key.native()), "the revocation list", digest);
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_CRL(m_crl.get(), &buffer);
    base::check(length, "encode the revocation list");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Crl::fromDer({buffer, static_cast<std::size_t>(length)});
}

} // namespace certwright::x509
