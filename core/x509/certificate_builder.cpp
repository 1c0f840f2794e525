#include "core/x509/certificate_builder.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/extensions/key_identifiers.h"
#include "core/x509/key_identifier.h"
#include "core/x509/native_text.h"
#include "core/x509/signing.h"

#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr std::size_t MaximumSerialOctets = 20; // RFC 5280 4.1.2.2

void writeSerial(X509* certificate, const Serial& serial) {
    const Handle<ASN1_INTEGER> native = serial.toNative();
    base::check(X509_set_serialNumber(certificate, native.get()), "set the serial number");
}

base::Time timeOfText(std::string_view text) {
    const auto time = base::parseAsn1Time(text);
    // A two-digit year is UTCTime's; nobody may have to guess the century.
    if (!time || text.find_first_not_of("0123456789") != 14)
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” is not a time",
                    "Write it as YYYYMMDDhhmmssZ, or with an offset from UTC, YYYYMMDDhhmmss+hhmm.");
    return *time;
}

/// The key identifier of the key that was set.
base::Bytes ownKeyId(X509* certificate) {
    if (X509_get0_pubkey(certificate) == nullptr) {
        base::clearQueue();
        throw Error(ErrorKind::NotAllowed, "The certificate has no public key yet");
    }
    return keyIdOf(certificate);
}

} // namespace

CertificateBuilder::CertificateBuilder()
    : m_certificate(base::check(X509_new(), "make a certificate")) {
    base::check(X509_set_version(m_certificate.get(), X509_VERSION_3), "set the version");
}

X509* CertificateBuilder::writable() {
    if (m_isGivenAway) {
        m_certificate.reset(base::check(X509_dup(m_certificate.get()), "copy the certificate"));
        m_isGivenAway = false;
    }
    return m_certificate.get();
}

CertificateBuilder& CertificateBuilder::setVersion(int version) {
    if (version < 1 || version > 3)
        throw Error(ErrorKind::BadInput, "A certificate has version 1, 2 or 3, not " + std::to_string(version));
    base::check(X509_set_version(writable(), version - 1), "set the version");
    return *this;
}

CertificateBuilder& CertificateBuilder::setSerial(const Serial& serial) {
    if (!serial.isPositive())
        throw Error(ErrorKind::BadInput, "The serial number must be greater than zero (RFC 5280 4.1.2.2)");
    if (serial.octets() > MaximumSerialOctets)
        throw Error(ErrorKind::BadInput, "The serial number has more than 20 octets (RFC 5280 4.1.2.2)");
    writeSerial(writable(), serial);
    m_hasSerial = true;
    return *this;
}

CertificateBuilder& CertificateBuilder::setSubject(const Name& subject) {
    base::check(X509_set_subject_name(writable(), subject.native()), "set the subject");
    return *this;
}

CertificateBuilder& CertificateBuilder::setIssuer(const Name& issuer) {
    base::check(X509_set_issuer_name(writable(), issuer.native()), "set the issuer");
    return *this;
}

CertificateBuilder& CertificateBuilder::setNotBefore(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_set1_notBefore(writable(), native.get()), "set the start of validity");
    return *this;
}

CertificateBuilder& CertificateBuilder::setNotAfter(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_set1_notAfter(writable(), native.get()), "set the end of validity");
    return *this;
}

CertificateBuilder& CertificateBuilder::setNotBefore(std::string_view generalizedTime) {
    return setNotBefore(timeOfText(generalizedTime));
}

CertificateBuilder& CertificateBuilder::setNotAfter(std::string_view generalizedTime) {
    return setNotAfter(timeOfText(generalizedTime));
}

CertificateBuilder& CertificateBuilder::setPublicKey(const crypto::PublicKey& key) {
    base::check(X509_set_pubkey(writable(), key.native()), "set the public key");
    return *this;
}

CertificateBuilder& CertificateBuilder::addExtension(const Extension& extension) {
    const Handle<X509_EXTENSION> native = extension.toNative();
    X509* certificate = writable();
    const int present = X509_get_ext_by_OBJ(certificate, X509_EXTENSION_get_object(native.get()), -1);
    if (present >= 0) {
        const Handle<X509_EXTENSION> replaced(X509_delete_ext(certificate, present));
    }
    base::check(X509_add_ext(certificate, native.get(), present), "add the extension " + extension.shortName());
    return *this;
}

CertificateBuilder& CertificateBuilder::addSubjectKeyIdentifier() {
    return addExtension(Extension::of(SubjectKeyIdentifier{ownKeyId(m_certificate.get())}, false));
}

CertificateBuilder& CertificateBuilder::addAuthorityKeyIdentifier(const Certificate& issuer) {
    return addExtension(authorityKeyIdOf(issuer));
}

CertificateBuilder& CertificateBuilder::addOwnAuthorityKeyIdentifier() {
    return addExtension(authorityKeyIdExtension(ownKeyId(m_certificate.get())));
}

Certificate CertificateBuilder::sign(const crypto::PrivateKey& key, std::string_view digest,
                                     crypto::RsaPadding padding) {
    X509* certificate = writable();
    if (!m_hasSerial)
        writeSerial(certificate, Serial::random());
    if (X509_get0_pubkey(certificate) == nullptr) {
        base::clearQueue();
        throw Error(ErrorKind::NotAllowed, "The certificate has no public key yet");
    }
    if (ASN1_STRING_length(X509_get0_notBefore(certificate)) == 0 ||
        ASN1_STRING_length(X509_get0_notAfter(certificate)) == 0)
        throw Error(ErrorKind::NotAllowed, "The certificate has no validity dates yet");
    if (X509_get_version(certificate) != X509_VERSION_3 && X509_get_ext_count(certificate) > 0)
        throw Error(ErrorKind::NotAllowed, "Only a certificate of version 3 has extensions (RFC 5280 4.1.2.9)");
    const Handle<EVP_MD_CTX> context = signingContext(key, digest, padding);
    checkSigned(X509_sign_ctx(certificate, context.get()), "the certificate", digest);
    if (!digest.empty()) // the natural one can always be verified
        checkVerified(X509_verify(certificate, key.native()), "the certificate", digest);
    // A copy would cost as much as all of the rest, for OpenSSL decodes the key again.
    m_isGivenAway = true;
    return Certificate::share(certificate);
}

} // namespace certwright::x509
