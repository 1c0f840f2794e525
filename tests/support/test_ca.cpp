#include "tests/support/test_ca.h"

#include "core/crypto/key_generator.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/general_name.h"

#include <chrono>

namespace certwright::test {
namespace {

using std::chrono::hours;

base::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

crypto::PrivateKey newKey(const std::string& type) {
    return crypto::generateKey(crypto::KeySpec::parse(type));
}

x509::CertificateBuilder startCa(const std::string& subject, const crypto::PrivateKey& key) {
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse(subject))
        .setNotBefore(now() - hours(48))
        .setNotAfter(now() + hours(24 * 365))
        .setPublicKey(key.publicKey())
        .addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"))
        .addExtension(x509::Extension::fromText("keyUsage", true, "keyCertSign,cRLSign,digitalSignature"))
        .addSubjectKeyIdentifier();
    return builder;
}

Issued makeRoot(const std::string& subject, const std::string& keyType) {
    const crypto::PrivateKey key = newKey(keyType);
    x509::CertificateBuilder builder = startCa(subject, key);
    builder.setIssuer(x509::Name::parse(subject));
    return Issued{builder.sign(key), key};
}

} // namespace

TestCa::TestCa(const std::string& subject, const std::string& keyType)
    : m_own(makeRoot(subject, keyType)) {}

TestCa::TestCa(Issued own)
    : m_own(std::move(own)) {}

Issued TestCa::issue(const IssueOptions& options) const {
    const crypto::PrivateKey leafKey = newKey(options.keyType);
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse(options.subject))
        .setIssuer(certificate().subject())
        .setNotBefore(options.notBefore.value_or(now() - hours(24)))
        .setNotAfter(options.notAfter.value_or(now() + hours(24 * 30)))
        .setPublicKey(leafKey.publicKey())
        .addExtension(x509::Extension::fromText("basicConstraints", true, "CA:FALSE"))
        .addSubjectKeyIdentifier()
        .addAuthorityKeyIdentifier(certificate());
    if (!options.altNames.empty())
        builder.addExtension(x509::Extension::fromDer(
            "subjectAltName", false, x509::generalNamesToDer(x509::parseGeneralNames(options.altNames))));
    if (!options.extendedKeyUsage.empty())
        builder.addExtension(x509::Extension::fromText("extendedKeyUsage", false, options.extendedKeyUsage));
    return Issued{builder.sign(key(), options.digest), leafKey};
}

TestCa TestCa::intermediate(const std::string& subject) const {
    const crypto::PrivateKey subKey = newKey("ec:P-256");
    x509::CertificateBuilder builder = startCa(subject, subKey);
    builder.setIssuer(certificate().subject()).addAuthorityKeyIdentifier(certificate());
    return TestCa(Issued{builder.sign(key()), subKey});
}

} // namespace certwright::test
