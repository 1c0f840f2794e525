#pragma once

#include "tests/support/environment.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QString>
#include <QStringList>
#include <QTest>

#include <initializer_list>
#include <vector>

// The test corpus under tests/data/conformance: one folder for each family, each with a manifest.tsv that names origin
// and licence of every file.
namespace certwright::test {

/// One row of a family's manifest.
struct CorpusRow {
    QString file; ///< name inside the family's folder
    QString kind;
    QString expected; ///< "ok", "ok35", "error", "either"
    QString detail;
    QString passphrase; ///< "<none>" when it is not encrypted, "<empty>" for the empty one

    /// A field of the detail: "bits" of "keytype=RSA; bits=2048"; empty when it is not there.
    QString value(const char* field) const {
        const QString start = QString::fromLatin1(field) + u'=';
        for (const QString& part : detail.split(QStringLiteral("; "))) {
            if (part.startsWith(start))
                return part.mid(start.size());
        }
        return {};
    }
};

inline std::vector<CorpusRow> corpusManifest(const QString& family) {
    std::vector<CorpusRow> rows;
    const QByteArray manifest = readDataFile(QStringLiteral("conformance/") + family + QStringLiteral("/manifest.tsv"));
    const QList<QByteArray> lines = manifest.split('\n');
    const QList<QByteArray> columns = lines.front().split('\t');
    const qsizetype expected = columns.indexOf("expected");
    const qsizetype detail = columns.indexOf("detail");
    const qsizetype passphrase = columns.indexOf("passphrase");
    for (const QByteArray& line : lines.mid(1)) {
        const QList<QByteArray> fields = line.split('\t');
        if (fields.size() > detail)
            rows.push_back({QString::fromUtf8(fields[0]), QString::fromUtf8(fields[1]),
                            QString::fromUtf8(fields[expected]), QString::fromUtf8(fields[detail]),
                            passphrase < 0 ? QStringLiteral("<none>") : QString::fromUtf8(fields[passphrase])});
    }
    return rows;
}

/// The DER objects of a file in PEM, with one of these labels, or in DER, cut out by QByteArray alone; none when it
/// holds something else.
inline QList<QByteArray> objectsIn(const QByteArray& content, std::initializer_list<const char*> labels) {
    QList<QByteArray> out;
    for (const QByteArray label : labels) {
        const QByteArray begin = "-----BEGIN " + label + "-----";
        const QByteArray end = "-----END " + label + "-----";
        for (qsizetype at = content.indexOf(begin); at >= 0; at = content.indexOf(begin, at + 1)) {
            const qsizetype stop = content.indexOf(end, at);
            if (stop < 0)
                break;
            out.append(QByteArray::fromBase64(content.mid(at + begin.size(), stop - at - begin.size())));
        }
    }
    // In DER there may be several, or a few octets behind the last one.
    for (QByteArray rest = out.isEmpty() ? content : QByteArray(); rest.size() > 2 && rest.startsWith('\x30');) {
        const auto octet = [&rest](qsizetype i) { return qsizetype{static_cast<quint8>(rest[i])}; };
        const qsizetype count = octet(1) < 0x80 ? 0 : octet(1) & 0x7F;
        qsizetype length = count == 0 ? octet(1) : 0;
        for (qsizetype i = 0; i < count && 2 + i < rest.size(); ++i)
            length = length * 256 + octet(2 + i);
        const QByteArray whole = rest.left(2 + count + length);
        out.append(whole);
        rest.remove(0, whole.size());
    }
    return out;
}

inline QList<QByteArray> certificatesIn(const QByteArray& content) {
    return objectsIn(content, {"CERTIFICATE"});
}

/// Adds a row with one column, named `column` (DER), for every object of this kind in these families that everybody can
/// read, or for those whose file names begin with one of `prefixes`.
inline void objectRows(const char* column, const char* kind, std::initializer_list<const char*> labels,
                       std::initializer_list<const char*> families, const QStringList& prefixes = {}) {
    QTest::addColumn<QByteArray>(column);
    for (const char* family : families) {
        const QString folder = QString::fromLatin1(family);
        for (const CorpusRow& row : corpusManifest(folder)) {
            bool isWanted = row.kind == QString::fromLatin1(kind) && row.expected == QStringLiteral("ok");
            if (!prefixes.isEmpty()) {
                bool matches = false;
                for (const QString& prefix : prefixes)
                    matches = matches || row.file.startsWith(prefix);
                isWanted = isWanted && matches;
            }
            if (!isWanted)
                continue;
            int number = 0;
            for (const QByteArray& object :
                 objectsIn(readDataFile(QStringLiteral("conformance/") + folder + u'/' + row.file), labels))
                QTest::addRow("%s/%s#%d", family, qPrintable(row.file), ++number) << object;
        }
    }
}

/// A column "certificate".
inline void corpusRows(std::initializer_list<const char*> families, const QStringList& prefixes = {}) {
    objectRows("certificate", "cert", {"CERTIFICATE"}, families, prefixes);
}

/// A column "request": all of the corpus.
inline void requestRows() {
    objectRows("request", "csr", {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"}, {"csrs"});
}

/// A column "crl": all of the corpus.
inline void crlRows() {
    objectRows("crl", "crl", {"X509 CRL"}, {"crls"});
}

} // namespace certwright::test
