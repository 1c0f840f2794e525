#include "core/x509/certificate.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/base/outcome.h"
#include "core/crypto/digest.h"
#include "core/x509/extension_values.h"
#include "core/x509/native_text.h"
#include "core/x509/serial.h"

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <mutex>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

/// Moves `position` behind the certificate.
Handle<X509> nativeOf(base::BytesView der, const unsigned char*& position) {
    base::clearQueue();
    return Handle<X509>(base::check(d2i_X509(nullptr, &position, base::longSize(der.size())), "read the certificate",
                                    ErrorKind::BadInput));
}

} // namespace

struct Certificate::Data {
    Handle<X509> native;
    base::Bytes der;
    std::string serial;
    std::string sha256;
    mutable std::once_flag sha1Flag; ///< few ask for it
    mutable std::string sha1;
    crypto::PublicKey publicKey;
    std::vector<Extension> extensions;
    std::vector<GeneralName> subjectAltNames;
    std::optional<base::Time> notBefore;
    std::optional<base::Time> notAfter;
    std::optional<BasicConstraints> basicConstraints;

    Data(Handle<X509> certificate, base::Bytes encoding)
        : native(std::move(certificate))
        , der(std::move(encoding))
        , serial(Serial::share(X509_get0_serialNumber(native.get())).toHex())
        , sha256(base::toHex(crypto::sha256(der)))
        , publicKey(crypto::PublicKey::share(X509_get_X509_PUBKEY(native.get())))
        , extensions(extensionsOf(X509_get0_extensions(native.get())))
        , notBefore(timeOfNative(X509_get0_notBefore(native.get())))
        , notAfter(timeOfNative(X509_get0_notAfter(native.get()))) {
        // Fills OpenSSL's extension cache now, so that later readers on other threads find it ready and change nothing.
        X509_check_purpose(native.get(), -1, 0);
        base::clearQueue();
        if (const Extension* altNames = findExtension(extensions, oids::SubjectAltName)) {
            const auto names = base::outcomeOf([altNames] { return generalNamesFromDer(altNames->value()); });
            if (names)
                subjectAltNames = *names;
        }
        if (const Extension* constraints = findExtension(extensions, oids::BasicConstraints))
            basicConstraints = readBasicConstraints(constraints->value());
    }
};

Certificate::Certificate(std::shared_ptr<const Data> data)
    : m_data(std::move(data)) {}

Certificate Certificate::fromDer(base::BytesView der) {
    const unsigned char* position = der.data();
    Handle<X509> native = nativeOf(der, position);
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the certificate");
    return Certificate(std::make_shared<const Data>(std::move(native), base::toBytes(der)));
}

Certificate Certificate::fromPem(std::string_view pem) {
    const PemContent block = pemContent(pem, PEM_STRING_X509_TRUSTED, "a certificate");
    if (block.label != PEM_STRING_X509_TRUSTED)
        return fromDer(block.der);
    // OpenSSL's own settings of trust stand behind the certificate. They are not of it, and nothing here goes by them.
    const unsigned char* position = block.der.data();
    Handle<X509> native = nativeOf(block.der, position);
    return Certificate(std::make_shared<const Data>(std::move(native), base::Bytes(block.der.data(), position)));
}

Certificate Certificate::adopt(Handle<X509> native) {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509(native.get(), &buffer);
    base::check(length, "encode the certificate");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Certificate(std::make_shared<const Data>(std::move(native), base::Bytes(buffer, buffer + length)));
}

Certificate Certificate::share(X509* native) {
    base::check(X509_up_ref(native), "share a certificate");
    return adopt(Handle<X509>(native));
}

int Certificate::version() const noexcept {
    return static_cast<int>(X509_get_version(m_data->native.get())) + 1;
}

const std::string& Certificate::serial() const noexcept {
    return m_data->serial;
}

Name Certificate::subject() const {
    return Name::share(X509_get_subject_name(m_data->native.get()));
}

Name Certificate::issuer() const {
    return Name::share(X509_get_issuer_name(m_data->native.get()));
}

std::optional<base::Time> Certificate::notBefore() const noexcept {
    return m_data->notBefore;
}

std::optional<base::Time> Certificate::notAfter() const noexcept {
    return m_data->notAfter;
}

const crypto::PublicKey& Certificate::publicKey() const noexcept {
    return m_data->publicKey;
}

std::string Certificate::signatureAlgorithm() const {
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, m_data->native.get());
    return algorithmName(algorithm);
}

bool Certificate::isSelfSigned() const {
    return X509_NAME_cmp(X509_get_subject_name(m_data->native.get()), X509_get_issuer_name(m_data->native.get())) ==
               0 &&
           isSignedBy(m_data->publicKey);
}

bool Certificate::isCa() const noexcept {
    if (m_data->basicConstraints)
        return m_data->basicConstraints->isCa;
    // RFC 5280 4.2.1.9: version 1 knows no basic constraints; a self-issued one has always been taken for a root.
    return version() == 1 &&
           X509_NAME_cmp(X509_get_subject_name(m_data->native.get()), X509_get_issuer_name(m_data->native.get())) == 0;
}

std::optional<long> Certificate::pathLength() const noexcept {
    return m_data->basicConstraints ? m_data->basicConstraints->pathLength : std::nullopt;
}

const std::vector<Extension>& Certificate::extensions() const noexcept {
    return m_data->extensions;
}

const Extension* Certificate::extension(std::string_view oid) const noexcept {
    return findExtension(m_data->extensions, oid);
}

const std::vector<GeneralName>& Certificate::subjectAltNames() const noexcept {
    return m_data->subjectAltNames;
}

std::vector<std::string> Certificate::keyUsage() const {
    const Extension* found = extension(oids::KeyUsage);
    return found == nullptr ? std::vector<std::string>() : keyUsageNames(found->value());
}

std::vector<std::string> Certificate::extendedKeyUsage() const {
    const Extension* found = extension(oids::ExtendedKeyUsage);
    return found == nullptr ? std::vector<std::string>() : extendedKeyUsageNames(found->value());
}

base::Bytes Certificate::subjectKeyId() const {
    // Not X509_get0_subject_key_id(), which gives nothing when any extension is damaged.
    const Extension* found = extension(oids::SubjectKeyIdentifier);
    return found == nullptr ? base::Bytes() : readSubjectKeyId(found->value()).value_or(base::Bytes());
}

base::Bytes Certificate::authorityKeyId() const {
    const Extension* found = extension(oids::AuthorityKeyIdentifier);
    return found == nullptr ? base::Bytes() : readAuthorityKeyId(found->value()).value_or(base::Bytes());
}

const base::Bytes& Certificate::der() const noexcept {
    return m_data->der;
}

std::string Certificate::toPem() const {
    return pemOf(PEM_STRING_X509, m_data->der);
}

std::string Certificate::toText() const {
    return printedText(
        [this](BIO* bio) { return X509_print_ex(bio, m_data->native.get(), ReadableNames, X509_FLAG_COMPAT); });
}

const std::string& Certificate::sha256() const noexcept {
    return m_data->sha256;
}

const std::string& Certificate::sha1() const noexcept {
    std::call_once(m_data->sha1Flag, [this] { m_data->sha1 = base::toHex(crypto::sha1(m_data->der)); });
    return m_data->sha1;
}

std::string Certificate::digest(std::string_view name) const {
    return base::toHex(crypto::digest(name, m_data->der), ':');
}

bool Certificate::isSignedBy(const crypto::PublicKey& key) const {
    if (!key.isUsable())
        return false;
    const int result = X509_verify(m_data->native.get(), key.native());
    base::clearQueue();
    return result == 1;
}

bool Certificate::isIssuedBy(const Certificate& issuer) const {
    return X509_NAME_cmp(X509_get_subject_name(issuer.native()), X509_get_issuer_name(native())) == 0 &&
           isSignedBy(issuer.publicKey());
}

bool Certificate::hasExpired(base::Time now) const noexcept {
    return m_data->notAfter && *m_data->notAfter < now;
}

X509* Certificate::native() const noexcept {
    return m_data->native.get();
}

bool Certificate::operator==(const Certificate& other) const noexcept {
    return m_data == other.m_data || m_data->der == other.m_data->der;
}

} // namespace certwright::x509
