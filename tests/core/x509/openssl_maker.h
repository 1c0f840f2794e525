#pragma once

#include "core/crypto/private_key.h"
#include "tests/core/x509/openssl_tool.h"

// Certificates and requests that the openssl command makes, none of our code in them.
namespace certwright::test {

/// Makes them with one P-256 key. The extensions are lines of a section in OpenSSL's configuration syntax
/// ("keyUsage=keyCertSign\n"); `sections` are others that these lines name, and [att], the attributes of a request.
class OpensslMaker {
public:
    OpensslMaker()
        : m_key(writeFile(m_folder, "key.pem",
                          openssl(words("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256")))) {}

    const QString& keyFile() const { return m_key; }

    crypto::PrivateKey key() const {
        return crypto::PrivateKey::fromPkcs8Der(
            view(openssl(words("pkcs8 -topk8 -nocrypt -outform DER -in") + QStringList{m_key})));
    }

    /// DER of a self-signed certificate; empty when openssl refuses the extensions.
    QByteArray certificate(const QByteArray& extensions, const QByteArray& sections = {}) const {
        return openssl(words("req -new -x509 -outform DER") + usual(extensions, sections));
    }

    /// DER of a request.
    QByteArray request(const QByteArray& extensions, const QByteArray& sections = {}) const {
        return openssl(words("req -new -outform DER") + usual(extensions, sections));
    }

private:
    QStringList usual(const QByteArray& extensions, const QByteArray& sections) const {
        const QByteArray attributes = sections.contains("[att]") ? "attributes=att\n" : "";
        const QByteArray extended = extensions.isEmpty() ? "" : "x509_extensions=ext\nreq_extensions=ext\n";
        const QString file =
            writeFile(m_folder, "openssl.cnf",
                      "[req]\ndistinguished_name=dn\nprompt=no\nutf8=yes\nstring_mask=utf8only\n" + attributes +
                          extended + "[dn]\nCN=maker\n[ext]\n" + extensions + "\n" + sections + "\n");
        return {QStringLiteral("-key"), m_key, QStringLiteral("-config"), file};
    }

    QTemporaryDir m_folder;
    QString m_key;
};

} // namespace certwright::test
