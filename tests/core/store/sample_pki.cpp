#include "tests/core/store/sample_pki.h"

#include "core/crypto/key_generator.h"
#include "core/x509/crl_builder.h"
#include "core/x509/general_name.h"

namespace certwright::test {

namespace {

const base::Time Start = *base::parseRfc3339("2026-01-01T00:00:00Z");
const base::Time End = *base::parseRfc3339("2036-01-01T00:00:00Z");

x509::CertificateBuilder started(const std::string& name, const crypto::PublicKey& key, const SampleOptions& options) {
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse("CN=" + name)).setPublicKey(key).setNotBefore(Start).setNotAfter(End);
    if (!options.serial.empty())
        builder.setSerial(x509::Serial::parse(options.serial));
    if (options.isCa)
        builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"))
            .addExtension(x509::Extension::fromText("keyUsage", true, "keyCertSign,cRLSign"));
    if (!options.otherNames.empty())
        builder.addExtension(x509::Extension::fromDer(
            x509::oids::SubjectAltName, false, x509::generalNamesToDer(x509::parseGeneralNames(options.otherNames))));
    return builder;
}

} // namespace

crypto::PrivateKey sampleKey(const std::string& type) {
    return crypto::generateKey(crypto::KeySpec::parse(type));
}

Holder sampleRoot(const std::string& name, const SampleOptions& options) {
    SampleOptions rootOptions = options;
    rootOptions.isCa = true;
    const crypto::PrivateKey key = sampleKey();
    auto builder = started(name, key.publicKey(), rootOptions);
    builder.setIssuer(x509::Name::parse("CN=" + name));
    if (options.hasKeyIds) {
        builder.addSubjectKeyIdentifier();
        builder.addOwnAuthorityKeyIdentifier();
    }
    return {key, builder.sign(key)};
}

x509::Certificate sampleCertificate(const std::string& name, const crypto::PublicKey& key, const Holder& issuer,
                                    const SampleOptions& options) {
    auto builder = started(name, key, options);
    builder.setIssuer(issuer.certificate.subject());
    if (options.hasKeyIds) {
        builder.addSubjectKeyIdentifier();
        builder.addAuthorityKeyIdentifier(issuer.certificate);
    }
    return builder.sign(issuer.key);
}

Holder sampleIssued(const std::string& name, const Holder& issuer, const SampleOptions& options) {
    const crypto::PrivateKey key = sampleKey();
    return {key, sampleCertificate(name, key.publicKey(), issuer, options)};
}

x509::Request sampleRequest(const std::string& name, const crypto::PrivateKey& key) {
    return x509::RequestBuilder().setSubject(x509::Name::parse("CN=" + name)).sign(key);
}

x509::Crl sampleCrl(const Holder& issuer, const std::string& revokedSerial) {
    x509::CrlBuilder builder(issuer.certificate);
    builder.setNumber(x509::Serial::parse("01")).setThisUpdate(Start).setNextUpdate(End);
    builder.add({x509::Serial::parse(revokedSerial), Start, x509::RevocationReason::KeyCompromise, {}});
    return builder.sign(issuer.key);
}

} // namespace certwright::test
