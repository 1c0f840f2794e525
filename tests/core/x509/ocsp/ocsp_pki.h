#pragma once

#include "core/crypto/key_generator.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/extension.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/process.h"
#include "tests/support/test_ca.h"

#include <QDir>
#include <QFile>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <string>
#include <utility>
#include <vector>

// A CA with an index as `openssl ca` keeps it, for which `openssl ocsp` answers.
namespace certwright::test {

class OcspPki {
public:
    using Extensions = std::vector<std::pair<const char*, std::string>>;

    OcspPki() {
        write("ca", {m_ca.certificate(), m_ca.key()});
        write("leaf", m_leaf);
        setIndex(leaf(), "V");
    }

    const TestCa& ca() const { return m_ca; }
    const x509::Certificate& issuer() const { return m_ca.certificate(); }
    const x509::Certificate& leaf() const { return m_leaf.certificate; }
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QString folder() const { return m_folder.path(); }

    /// NAME.pem and NAME.key.
    void write(const char* name, const Issued& issued) const {
        const QByteArray base(name);
        writeFile(m_folder, QByteArray(base + ".pem").constData(), issued.certificate.toPem());
        const base::Secret der = issued.key.toPkcs8Der();
        writeFile(m_folder, QByteArray(base + ".key").constData(),
                  "-----BEGIN PRIVATE KEY-----\n" + base::toBase64(der.view()) + "\n-----END PRIVATE KEY-----\n");
    }

    /// A certificate by `issuer` with these extensions alone, valid from yesterday until `hours` from now.
    static Issued issue(const TestCa& issuer, const std::string& subject, const Extensions& extensions, int hours = 24,
                        const std::string& serial = {}) {
        const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
        const base::Time now = base::SystemClock().now();
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse(subject)).setIssuer(issuer.certificate().subject());
        builder.setNotBefore(now - std::chrono::hours(24)).setNotAfter(now + std::chrono::hours(hours));
        builder.setPublicKey(key.publicKey());
        for (const auto& [type, value] : extensions)
            builder.addExtension(x509::Extension::fromText(type, false, value));
        if (!serial.empty())
            builder.setSerial(x509::Serial::parse(serial));
        return {builder.sign(issuer.key()), key};
    }

    /// What the responder knows: one certificate. `state` is "V", or "R" and its time and reason:
    /// "R261101000000Z,keyCompromise".
    void setIndex(const x509::Certificate& certificate, const std::string& state) const {
        setIndex(certificate.serial(), state);
    }
    void setIndex(std::string serial, const std::string& state) const {
        if (serial.size() % 2 == 1) // as openssl writes it
            serial.insert(0, 1, '0');
        writeFile(m_folder, "index.txt",
                  state.substr(0, 1) + "\t491231235959Z\t" + state.substr(1) + "\t" + serial +
                      "\tunknown\t/CN=localhost\n");
    }

    /// The arguments of `openssl ocsp` as a responder that signs by NAME.pem and NAME.key.
    QStringList responder(const char* signer, const QStringList& more = {}) const {
        const QString base = path(signer);
        return QStringList{QStringLiteral("ocsp"),        QStringLiteral("-index"), path("index.txt"),
                           QStringLiteral("-CA"),         path("ca.pem"),           QStringLiteral("-rsigner"),
                           base + QStringLiteral(".pem"), QStringLiteral("-rkey"),  base + QStringLiteral(".key")} +
               more;
    }

    /// The response of `openssl ocsp` to a request, signed by NAME.pem; empty when it gives none.
    QByteArray respond(base::BytesView request, const char* signer = "ca", const QStringList& more = {}) const {
        QFile::remove(path("response.der"));
        writeFile(m_folder, "request.der", bytes(request));
        openssl(responder(signer, QStringList{QStringLiteral("-reqin"), path("request.der"), QStringLiteral("-respout"),
                                              path("response.der")} +
                                      more));
        QFile file(path("response.der"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    /// What the openssl command says of a response about the leaf.
    QByteArray opinion(const QByteArray& response) const {
        const QString file = writeFile(m_folder, "opinion.der", response);
        const ProcessResult result =
            run(findTool(QStringLiteral("openssl")),
                {QStringLiteral("ocsp"), QStringLiteral("-respin"), file, QStringLiteral("-issuer"), path("ca.pem"),
                 QStringLiteral("-cert"), path("leaf.pem"), QStringLiteral("-CAfile"), path("ca.pem"),
                 QStringLiteral("-no_nonce")});
        return result.output + result.errors;
    }

private:
    QTemporaryDir m_folder;
    TestCa m_ca{"CN=OCSP Test CA,O=Lab"};
    Issued m_leaf = m_ca.issue();
};

} // namespace certwright::test
