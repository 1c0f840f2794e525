#include "core/x509/certificate_builder.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/native_text.h"
#include "core/x509/signing.h"

#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr std::size_t MaximumSerialOctets = 20; // RFC 5280 4.1.2.2

Extension keyIdExtension(const base::Bytes& keyId) {
    // AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING } (RFC 5280 4.2.1.1)
    base::Bytes inner{base::der::context(0), static_cast<std::uint8_t>(keyId.size())};
    inner.insert(inner.end(), keyId.begin(), keyId.end());
    base::Bytes der{base::der::Sequence, static_cast<std::uint8_t>(inner.size())};
    der.insert(der.end(), inner.begin(), inner.end());
    return Extension::fromDer(oids::AuthorityKeyIdentifier, false, std::move(der));
}

/// SHA-1 of the key's bits: what a subject key identifier holds by RFC 5280 4.2.1.2 (1).
base::Bytes keyIdOf(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
    unsigned length = 0;
    base::check(X509_pubkey_digest(certificate, EVP_sha1(), buffer.data(), &length), "compute the key identifier");
    return {buffer.begin(), buffer.begin() + length};
}

} // namespace

CertificateBuilder::CertificateBuilder()
    : m_certificate(base::check(X509_new(), "make a certificate")) {
    base::check(X509_set_version(m_certificate.get(), X509_VERSION_3), "set the version");
}

CertificateBuilder& CertificateBuilder::setVersion(int version) {
    if (version < 1 || version > 3)
        throw Error(ErrorKind::BadInput, "A certificate has version 1, 2 or 3, not " + std::to_string(version));
    base::check(X509_set_version(m_certificate.get(), version - 1), "set the version");
    return *this;
}

CertificateBuilder& CertificateBuilder::setSerial(const Serial& serial) {
    if (serial.octets() > MaximumSerialOctets)
        throw Error(ErrorKind::BadInput, "The serial number has more than 20 octets (RFC 5280 4.1.2.2)");
    const Handle<ASN1_INTEGER> native = serial.toNative();
    base::check(X509_set_serialNumber(m_certificate.get(), native.get()), "set the serial number");
    m_hasSerial = true;
    return *this;
}

CertificateBuilder& CertificateBuilder::setSubject(const Name& subject) {
    base::check(X509_set_subject_name(m_certificate.get(), subject.native()), "set the subject");
    return *this;
}

CertificateBuilder& CertificateBuilder::setIssuer(const Name& issuer) {
    base::check(X509_set_issuer_name(m_certificate.get(), issuer.native()), "set the issuer");
    return *this;
}

CertificateBuilder& CertificateBuilder::setNotBefore(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_set1_notBefore(m_certificate.get(), native.get()), "set the start of validity");
    return *this;
}

CertificateBuilder& CertificateBuilder::setNotAfter(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_set1_notAfter(m_certificate.get(), native.get()), "set the end of validity");
    return *this;
}

CertificateBuilder& CertificateBuilder::setPublicKey(const crypto::PublicKey& key) {
    base::check(X509_set_pubkey(m_certificate.get(), key.native()), "set the public key");
    return *this;
}

CertificateBuilder& CertificateBuilder::addExtension(const Extension& extension) {
    const Handle<X509_EXTENSION> native = extension.toNative();
    const int present = X509_get_ext_by_OBJ(m_certificate.get(), X509_EXTENSION_get_object(native.get()), -1);
    if (present >= 0) {
        const Handle<X509_EXTENSION> replaced(X509_delete_ext(m_certificate.get(), present));
    }
    base::check(X509_add_ext(m_certificate.get(), native.get(), present), "add the extension " + extension.shortName());
    return *this;
}

CertificateBuilder& CertificateBuilder::addSubjectKeyIdentifier() {
    const base::Bytes keyId = keyIdOf(m_certificate.get());
    base::Bytes der{base::der::OctetString, static_cast<std::uint8_t>(keyId.size())};
    der.insert(der.end(), keyId.begin(), keyId.end());
    return addExtension(Extension::fromDer(oids::SubjectKeyIdentifier, false, std::move(der)));
}

CertificateBuilder& CertificateBuilder::addAuthorityKeyIdentifier(const Certificate& issuer) {
    base::Bytes keyId = issuer.subjectKeyId();
    if (keyId.empty() || keyId.size() > 0x70)
        keyId = keyIdOf(issuer.native());
    return addExtension(keyIdExtension(keyId));
}

CertificateBuilder& CertificateBuilder::addOwnAuthorityKeyIdentifier() {
    return addExtension(keyIdExtension(keyIdOf(m_certificate.get())));
}

Certificate CertificateBuilder::sign(const crypto::PrivateKey& key, std::string_view digest) {
    if (!m_hasSerial)
        setSerial(Serial::random());
    if (X509_get0_pubkey(m_certificate.get()) == nullptr) {
        base::clearQueue();
        throw Error(ErrorKind::NotAllowed, "The certificate has no public key yet");
    }
    if (ASN1_STRING_length(X509_get0_notBefore(m_certificate.get())) == 0 ||
        ASN1_STRING_length(X509_get0_notAfter(m_certificate.get())) == 0)
        throw Error(ErrorKind::NotAllowed, "The certificate has no validity dates yet");
    const Handle<EVP_MD_CTX> context = signingContext(key, digest);
    base::check(X509_sign_ctx(m_certificate.get(), context.get()), "sign the certificate");
    const Handle<X509> copy(base::check(X509_dup(m_certificate.get()), "copy the certificate"));
    return Certificate::share(copy.get());
}

} // namespace certwright::x509
