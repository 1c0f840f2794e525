#include "core/service/temporary_credentials.h"

#include "core/crypto/key_generator.h"
#include "core/net/endpoint.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/general_name.h"

#include <algorithm>

namespace certwright::service {

namespace {

std::string altNamesOf(const std::vector<std::string>& names) {
    std::vector<std::string> all{"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
    for (const std::string& name : names) {
        const net::Endpoint host{name, 0};
        std::string entry = host.isAddress() ? "IP:" + name : "DNS:" + host.asciiHost();
        if (std::find(all.begin(), all.end(), entry) == all.end())
            all.push_back(std::move(entry));
    }
    std::string text;
    for (const std::string& entry : all)
        text += (text.empty() ? "" : ",") + entry;
    return text;
}

} // namespace

tls::Credentials makeTemporaryCredentials(const std::vector<std::string>& names, base::Time now) {
    crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const x509::Name name = x509::Name::parse("CN=Certwright temporary server");
    x509::CertificateBuilder builder;
    builder.setSubject(name)
        .setIssuer(name)
        .setNotBefore(now - std::chrono::minutes(5)) // clocks differ
        .setNotAfter(now + TemporaryLifetime)
        .setPublicKey(key.publicKey())
        .addExtension(x509::Extension::fromText("basicConstraints", true, "CA:FALSE"))
        .addExtension(x509::Extension::fromText("keyUsage", true, "digitalSignature"))
        .addExtension(x509::Extension::fromText("extendedKeyUsage", false, "serverAuth"))
        .addExtension(x509::Extension::fromDer("subjectAltName", false,
                                               x509::generalNamesToDer(x509::parseGeneralNames(altNamesOf(names)))))
        .addSubjectKeyIdentifier();
    x509::Certificate certificate = builder.sign(key);
    return {std::move(certificate), std::move(key), {}};
}

} // namespace certwright::service
