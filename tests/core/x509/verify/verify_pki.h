#pragma once

#include "core/crypto/key_generator.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/crl.h"
#include "core/x509/crl_builder.h"

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

// A small PKI with all that a verification can complain about. What a verification must say of it, the openssl command
// tells.
namespace certwright::test {

class VerifyPki {
public:
    /// Name and value of an extension, in OpenSSL's syntax; "critical," may stand in front of the value.
    using Extensions = std::initializer_list<std::pair<const char*, std::string>>;

    VerifyPki() {
        const char* const ca = "critical,CA:TRUE";
        const char* const signs = "critical,keyCertSign,cRLSign";
        add("root", "root", {{"basicConstraints", ca}, {"keyUsage", signs}});
        add("other", "other", {{"basicConstraints", ca}, {"keyUsage", signs}});
        add("sub", "root",
            {{"basicConstraints", "critical,CA:TRUE,pathlen:0"},
             {"keyUsage", signs},
             {"certificatePolicies", "1.2.3.4"}});
        add("subsub", "sub", {{"basicConstraints", ca}, {"keyUsage", signs}});
        add("constrained", "root",
            {{"basicConstraints", ca},
             {"keyUsage", signs},
             {"nameConstraints", "critical,permitted;DNS:lab.example,excluded;DNS:no.lab.example"}});
        add("nosign", "root", {{"basicConstraints", ca}, {"keyUsage", "critical,cRLSign"}});
        add("expiredca", "root", {{"basicConstraints", ca}, {"keyUsage", signs}}, "20200101000000Z", "20230101000000Z");

        add("server", "sub", {{"extendedKeyUsage", "serverAuth"}, {"subjectAltName", "DNS:www.lab.example"}});
        add("client", "sub", {{"extendedKeyUsage", "clientAuth"}});
        add("mail", "sub",
            {{"extendedKeyUsage", "emailProtection"},
             {"keyUsage", "digitalSignature"},
             {"subjectAltName", "email:ana@lab.example"}});
        add("encrypt", "sub", {{"extendedKeyUsage", "emailProtection"}, {"keyUsage", "keyEncipherment"}});
        add("code", "sub", {{"extendedKeyUsage", "codeSigning"}, {"keyUsage", "critical,digitalSignature"}});
        add("stamp", "sub", {{"extendedKeyUsage", "critical,timeStamping"}, {"keyUsage", "critical,digitalSignature"}});
        add("ocsp", "sub", {{"extendedKeyUsage", "OCSPSigning"}});
        add("anything", "sub", {});
        add("policy", "sub", {{"certificatePolicies", "1.2.3.4"}});
        add("unknown", "sub", {{"1.2.3.4", "critical,DER:0500"}});
        add("proxy", "server", {{"proxyCertInfo", "critical,language:id-ppl-inheritAll"}});
        add("networks", "sub", {{"sbgp-ipAddrBlock", "critical,IPv4:192.0.2.0/24"}});
        add("expired", "sub", {}, "20200101000000Z", "20230101000000Z");
        add("future", "sub", {}, "20300101000000Z", "20400101000000Z");
        add("self", "self", {{"subjectAltName", "DNS:self.example"}});
        add("byleaf", "server", {});
        add("bysubsub", "subsub", {});
        add("bynosign", "nosign", {});
        add("byexpired", "expiredca", {});
        add("permitted", "constrained", {{"subjectAltName", "DNS:www.lab.example"}});
        add("notpermitted", "constrained", {{"subjectAltName", "DNS:www.example"}});
        add("excluded", "constrained", {{"subjectAltName", "DNS:a.no.lab.example"}});
        add("sha1", "sub", {}, "20200101000000Z", "20490101000000Z", "SHA1");
        base::Bytes damaged = at("server").der();
        damaged.back() ^= 1U;
        m_certificates.insert({"badsig", x509::Certificate::fromDer(damaged)});
    }

    const x509::Certificate& at(const std::string& name) const { return m_certificates.at(name); }
    const std::map<std::string, x509::Certificate>& all() const { return m_certificates; }

    /// A list by this CA; `revoked` may name one of its certificates.
    x509::Crl crl(const std::string& ca, const char* thisUpdate, const char* nextUpdate,
                  const std::string& revoked = {}) const {
        x509::CrlBuilder builder(at(ca));
        builder.setThisUpdate(*base::parseRfc3339(thisUpdate)).setNextUpdate(*base::parseRfc3339(nextUpdate));
        if (!revoked.empty())
            builder.add({x509::Serial::parse(at(revoked).serial()), *base::parseRfc3339("2024-01-01T00:00:00Z"),
                         x509::RevocationReason::KeyCompromise, std::nullopt});
        return builder.setNumber(x509::Serial::parse("01")).sign(m_keys.at(ca));
    }

private:
    void add(const std::string& name, const std::string& issuer, Extensions extensions,
             const char* from = "20200101000000Z", const char* to = "20490101000000Z", const char* digest = "") {
        const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
        m_keys.insert({name, key});
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=" + name)).setIssuer(x509::Name::parse("CN=" + issuer));
        builder.setNotBefore(from).setNotAfter(to).setPublicKey(key.publicKey());
        builder.addSubjectKeyIdentifier();
        if (issuer != name)
            builder.addAuthorityKeyIdentifier(at(issuer));
        for (const auto& [type, value] : extensions) {
            const bool isCritical = value.starts_with("critical,");
            builder.addExtension(x509::Extension::fromText(type, isCritical, value.substr(isCritical ? 9 : 0)));
        }
        m_certificates.insert({name, builder.sign(m_keys.at(issuer), digest)});
    }

    std::map<std::string, crypto::PrivateKey> m_keys;
    std::map<std::string, x509::Certificate> m_certificates;
};

} // namespace certwright::test
