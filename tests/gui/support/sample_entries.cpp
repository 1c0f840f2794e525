#include "tests/gui/support/sample_entries.h"

#include "core/x509/certificate_builder.h"

namespace certwright::test {

x509::Certificate datedCertificate(const std::string& name, const crypto::PublicKey& key, const Holder& issuer,
                                   base::Time from, base::Time until, const std::string& otherNames) {
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse("CN=" + name))
        .setIssuer(issuer.certificate.subject())
        .setPublicKey(key)
        .setNotBefore(from)
        .setNotAfter(until)
        .addExtension(x509::Extension::fromText("extendedKeyUsage", false, "serverAuth"));
    if (!otherNames.empty())
        builder.addExtension(x509::Extension::fromDer(x509::oids::SubjectAltName, false,
                                                      x509::generalNamesToDer(x509::parseGeneralNames(otherNames))));
    return builder.sign(issuer.key);
}

SampleEntries fillStore(store::Store& store, base::Time now) {
    using std::chrono::days;
    SampleEntries entries;
    const Holder root = sampleRoot("Lab Root CA");
    const Holder elsewhere = sampleRoot("Elsewhere CA");
    const crypto::PrivateKey key = sampleKey();
    store::Transaction transaction(store);
    store.addKey(root.key, {QStringLiteral("root key"), {}});
    entries.root = store.addCertificate(root.certificate);
    store.addKey(key, {QStringLiteral("www key"), {}});
    entries.www = store.addCertificate(datedCertificate("www.example.test", key.publicKey(), root, now - days(180),
                                                        now + days(20), "www.example.test,example.test,192.0.2.10"));
    const crypto::PrivateKey other = sampleKey();
    entries.old = store.addCertificate(
        datedCertificate("old.example.test", other.publicKey(), root, now - days(400), now - days(14)));
    entries.stranger = store.addCertificate(
        datedCertificate("stranger.example.test", other.publicKey(), elsewhere, now - days(10), now + days(300)));
    entries.key = store.addKey(sampleKey(), {QStringLiteral("spare key"), {}});
    entries.request = store.addRequest(sampleRequest("request.example.test", sampleKey()));
    entries.crl = store.addCrl(sampleCrl(root));
    transaction.commit();
    return entries;
}

} // namespace certwright::test
