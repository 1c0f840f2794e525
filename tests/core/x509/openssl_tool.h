#pragma once

#include "core/base/bytes.h"
#include "core/base/der_reader.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"

#include <QByteArray>
#include <QFile>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <map>

// What openssl says of certificates, and their parts cut out by position.
namespace certwright::test {

/// The lines that `openssl x509 ...` prints of a certificate (DER), names as Name::toRfc2253() writes them.
inline QByteArrayList x509Lines(const QByteArray& certificate, const char* flags) {
    const QStringList usual = words("x509 -inform DER -noout -nameopt RFC2253,-esc_msb");
    return openssl(usual + words(flags), certificate).split('\n');
}

/// "X509v3 Key Usage" and so on, each with the lines below it, in a text that ends with what `openssl x509 -ext`
/// prints.
inline std::map<QString, QString> extensionTextsIn(const QByteArray& text) {
    std::map<QString, QString> out;
    QString head;
    for (const QByteArray& line : text.split('\n')) {
        if (line.startsWith("X509v3 "))
            head = QString::fromUtf8(line).section(u':', 0, 0);
        else if (!head.isEmpty() && !line.trimmed().isEmpty())
            out[head] += QString::fromUtf8(line.trimmed()) + u'\n';
    }
    return out;
}

inline std::map<QString, QString> extensionTexts(const QByteArray& certificate, const char* names) {
    return extensionTextsIn(
        openssl(words("x509 -inform DER -noout -ext") + QStringList{QString::fromLatin1(names)}, certificate));
}

/// A file in the folder; its path.
inline QString writeFile(const QTemporaryDir& folder, const char* name, const QByteArray& content) {
    const QString path = folder.filePath(QString::fromUtf8(name));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

inline QString writeFile(const QTemporaryDir& folder, const char* name, const std::string& content) {
    return writeFile(folder, name, QByteArray::fromStdString(content));
}

/// The Names of a certificate, cut out by position.
struct CertificateNames {
    base::Bytes issuer;
    base::Bytes subject;
};

inline CertificateNames namesOf(const QByteArray& certificate) {
    namespace der = base::der;
    base::DerReader outer(view(certificate));
    base::DerReader parts(outer.expect(der::Sequence)->content);
    base::DerReader fields(parts.expect(der::Sequence)->content);
    fields.optional(der::contextConstructed(0));
    fields.expect(der::Integer);
    fields.expect(der::Sequence);
    CertificateNames names;
    names.issuer = base::toBytes(fields.expect(der::Sequence)->whole);
    fields.expect(der::Sequence);
    names.subject = base::toBytes(fields.expect(der::Sequence)->whole);
    return names;
}

/// The signed part of a certificate, a request or a revocation list, cut out by position.
inline QByteArray signedPart(const QByteArray& object) {
    namespace der = base::der;
    base::DerReader outer(view(object));
    base::DerReader parts(outer.expect(der::Sequence)->content);
    return bytes(parts.expect(der::Sequence)->whole);
}

/// True when every RDN of a Name has attributes, in the order of X.690 11.6: what only damaged names lack.
inline bool hasSortedRdns(base::BytesView name) {
    namespace der = base::der;
    base::DerReader rdns(base::DerReader(name).next()->content);
    while (const auto rdn = rdns.next()) {
        base::DerReader attributes(rdn->content);
        base::Bytes previous;
        while (const auto attribute = attributes.next()) {
            base::Bytes encoded = base::toBytes(attribute->whole);
            if (encoded < previous)
                return false;
            previous = std::move(encoded);
        }
        if (previous.empty())
            return false;
    }
    return true;
}

} // namespace certwright::test
