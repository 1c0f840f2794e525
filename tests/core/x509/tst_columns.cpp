#include "core/x509/certificate.h"
#include "core/x509/columns.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/test_main.h"

#include <openssl/x509v3.h>

#include <QCryptographicHash>
#include <QRegularExpression>

#include <map>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::CertificateColumns;

namespace {

QString hexOf(const QString& colons) {
    return QString(colons).remove(u':').trimmed();
}

QString upperHex(const base::Bytes& octets) {
    return q(base::toHex(octets));
}

/// The names of `openssl x509 -ext keyUsage` for our bits.
QString keyUsageText(unsigned bits) {
    static constexpr const char* names[] = {"Digital Signature", "Non Repudiation", "Key Encipherment",
                                            "Data Encipherment", "Key Agreement",   "Certificate Sign",
                                            "CRL Sign",          "Encipher Only",   "Decipher Only"};
    QStringList out;
    for (unsigned i = 0; i < 9; ++i) {
        if ((bits & (1U << i)) != 0)
            out.append(QString::fromLatin1(names[i]));
    }
    return out.join(QStringLiteral(", "));
}

/// Everything of two columns that is not the same, for a message; empty when they are.
std::string difference(const CertificateColumns& a, const CertificateColumns& b) {
    std::string out;
    const auto compare = [&out](const char* what, bool isSame) {
        if (!isSame)
            out += std::string(what) + ' ';
    };
    compare("version", a.version == b.version);
    compare("serial", a.serial == b.serial);
    compare("subjectDer", a.subjectDer == b.subjectDer);
    compare("issuerDer", a.issuerDer == b.issuerDer);
    compare("subject", a.subject == b.subject);
    compare("issuer", a.issuer == b.issuer);
    compare("commonName", a.commonName == b.commonName);
    compare("notBefore", a.notBefore == b.notBefore);
    compare("notAfter", a.notAfter == b.notAfter);
    compare("key", a.key == b.key);
    compare("spkiSha256", a.spkiSha256 == b.spkiSha256);
    compare("sha256", a.sha256 == b.sha256);
    compare("sha1", a.sha1 == b.sha1);
    compare("signatureOid", a.signatureOid == b.signatureOid);
    compare("subjectAltNames", a.subjectAltNames == b.subjectAltNames);
    compare("subjectKeyId", a.subjectKeyId == b.subjectKeyId);
    compare("authorityKeyId", a.authorityKeyId == b.authorityKeyId);
    compare("hasBasicConstraints", a.hasBasicConstraints == b.hasBasicConstraints);
    compare("isCa", a.isCa == b.isCa);
    compare("pathLength", a.pathLength == b.pathLength);
    compare("keyUsageBits", a.keyUsageBits == b.keyUsageBits);
    compare("extendedKeyUsageOids", a.extendedKeyUsageOids == b.extendedKeyUsageOids);
    return out;
}

std::vector<std::string> keyUsageOf(unsigned bits) {
    static constexpr const char* names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                            "dataEncipherment", "keyAgreement",   "keyCertSign",
                                            "cRLSign",          "encipherOnly",   "decipherOnly"};
    std::vector<std::string> out;
    for (unsigned i = 0; i < 9; ++i) {
        if ((bits & (1U << i)) != 0)
            out.emplace_back(names[i]);
    }
    return out;
}

/// The fields of a Certificate, which OpenSSL's decoder has read, against those of the columns.
std::string differenceFrom(const x509::Certificate& certificate, const CertificateColumns& columns) {
    CertificateColumns own = columns;
    own.version = certificate.version();
    own.serial = certificate.serial();
    own.subjectDer = certificate.subject().toDer();
    own.issuerDer = certificate.issuer().toDer();
    own.subject = certificate.subject().toRfc2253();
    own.issuer = certificate.issuer().toRfc2253();
    own.commonName = certificate.subject().displayName();
    own.notBefore = certificate.notBefore();
    own.notAfter = certificate.notAfter();
    own.key = certificate.publicKey().facts();
    own.spkiSha256 = certificate.publicKey().spkiSha256();
    own.sha256 = certificate.sha256();
    own.sha1 = certificate.sha1();
    own.subjectAltNames = certificate.subjectAltNames();
    own.subjectKeyId = certificate.subjectKeyId();
    own.authorityKeyId = certificate.authorityKeyId();
    own.isCa = certificate.isCa();
    own.pathLength = certificate.pathLength();
    std::string out = difference(own, columns);
    if (keyUsageOf(columns.keyUsageBits) != certificate.keyUsage())
        out += "keyUsage ";
    if (columns.extendedKeyUsageOids.size() != certificate.extendedKeyUsage().size())
        out += "extendedKeyUsage ";
    return out;
}

/// What OpenSSL itself says of extensions, unless it calls the certificate invalid as a whole.
std::string differenceFromOpenssl(const x509::Certificate& certificate, const CertificateColumns& columns) {
    X509* native = certificate.native();
    const std::uint32_t flags = X509_get_extension_flags(native);
    if ((flags & EXFLAG_INVALID) != 0)
        return {};
    std::string out;
    if (((flags & EXFLAG_BCONS) != 0) != columns.hasBasicConstraints)
        out += "hasBasicConstraints ";
    if (columns.hasBasicConstraints && ((flags & EXFLAG_CA) != 0) != columns.isCa)
        out += "isCa ";
    if (columns.hasBasicConstraints && X509_get_pathlen(native) != columns.pathLength.value_or(-1))
        out += "pathLength ";
    if ((flags & EXFLAG_KUSAGE) != 0 && columns.keyUsageBits == 0)
        out += "keyUsage ";
    const ASN1_OCTET_STRING* skid = X509_get0_subject_key_id(native);
    if (skid != nullptr &&
        bytes(columns.subjectKeyId) !=
            QByteArray(reinterpret_cast<const char*>(ASN1_STRING_get0_data(skid)), ASN1_STRING_length(skid)))
        out += "subjectKeyId ";
    return out;
}

/// Takes `der` for a certificate by both ways; a text that says what is not the same.
std::string compareBoth(const QByteArray& der) {
    std::optional<CertificateColumns> columns;
    std::optional<x509::Certificate> certificate;
    try {
        columns = x509::columnsFromDer(view(der));
    } catch (const base::Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            return std::string("columns: ") + error.what();
    }
    try {
        certificate = x509::Certificate::fromDer(view(der));
    } catch (const base::Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            return std::string("certificate: ") + error.what();
    }
    if (columns.has_value() != certificate.has_value())
        return columns ? "only the columns accept it" : "only OpenSSL accepts it";
    if (!columns)
        return {};
    return differenceFrom(*certificate, *columns) + differenceFromOpenssl(*certificate, *columns);
}

QByteArray certificateOf(const char* file) {
    const QList<QByteArray> found =
        test::certificatesIn(test::readDataFile(QStringLiteral("conformance/") + QString::fromLatin1(file)));
    if (found.isEmpty())
        qFatal("no certificate in %s", file);
    return found.front();
}

} // namespace

class ColumnsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // Names, number, dates, digests and extensions by `openssl x509`, in one call; digests also by Qt.
    void agreesWithOpenssl_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, certificate);
        const CertificateColumns columns = x509::columnsFromDer(view(certificate));
        const QByteArrayList lines =
            test::x509Lines(certificate, "-serial -subject -issuer -dates -dateopt iso_8601 -fingerprint -sha256 -ext "
                                         "basicConstraints,keyUsage,subjectKeyIdentifier,authorityKeyIdentifier");
        QVERIFY(lines.size() >= 6);
        const QString serial = QString::fromLatin1(lines[0].mid(7));
        static const QRegularExpression zeros(QStringLiteral("^(-?)0+(?=.)"));
        QCOMPARE(q(columns.serial), QString(serial).replace(zeros, QStringLiteral("\\1")));
        QCOMPARE(q("subject=" + columns.subject), QString::fromUtf8(lines[1]));
        QCOMPARE(q("issuer=" + columns.issuer), QString::fromUtf8(lines[2]));
        const auto dateOf = [](std::optional<base::Time> time) {
            return time ? q(base::toRfc3339(*time)).replace(u'T', u' ') : QStringLiteral("Bad time value");
        };
        // OpenSSL prints fractions of a second, and years before 1000 with spaces.
        static const QRegularExpression fraction(QStringLiteral("\\.\\d+Z$"));
        const auto plain = [](const QByteArray& line) {
            return QString::fromUtf8(line)
                .replace(fraction, QStringLiteral("Z"))
                .replace(QStringLiteral("=   0-"), QStringLiteral("=0000-"));
        };
        QCOMPARE(QStringLiteral("notBefore=") + dateOf(columns.notBefore), plain(lines[3]));
        QCOMPARE(QStringLiteral("notAfter=") + dateOf(columns.notAfter), plain(lines[4]));
        QCOMPARE(q(columns.sha256), hexOf(QString::fromLatin1(lines[5]).section(u'=', 1)));
        QCOMPARE(
            q(columns.sha1),
            QString::fromLatin1(QCryptographicHash::hash(certificate, QCryptographicHash::Sha1).toHex().toUpper()));
        const auto names = test::namesOf(certificate);
        QCOMPARE(bytes(columns.subjectDer), bytes(names.subject));
        QCOMPARE(bytes(columns.issuerDer), bytes(names.issuer));
        compareExtensions(columns, test::extensionTextsIn(lines.mid(6).join('\n')));
    }

    // The key by `openssl x509`.
    void agreesAboutTheKey_data() { test::corpusRows({"certs", "names"}); }
    void agreesAboutTheKey() {
        QFETCH(QByteArray, certificate);
        const CertificateColumns columns = x509::columnsFromDer(view(certificate));
        const QByteArray out = test::openssl(test::words("x509 -inform DER -noout -text -pubkey"), certificate);
        if (out.isEmpty())
            return; // a key that OpenSSL cannot use
        const QString text = QString::fromUtf8(out);
        static const QRegularExpression size(QStringLiteral("\\((\\d+) bit"));
        static const QRegularExpression curve(QStringLiteral("ASN1 OID: (\\S+)"));
        if (const auto match = size.match(text); match.hasMatch())
            QCOMPARE(columns.key.bits, match.captured(1).toInt());
        if (const auto match = curve.match(text); match.hasMatch())
            QCOMPARE(q(columns.key.curve), match.captured(1));
        const qsizetype pem = out.lastIndexOf("-----BEGIN PUBLIC KEY-----") + 26;
        const QByteArray spki = QByteArray::fromBase64(out.mid(pem, out.indexOf("-----END", pem) - pem));
        // OpenSSL writes the key anew here; where the certificate has another form of it, the hashes must differ.
        if (certificate.contains(spki))
            QCOMPARE(q(columns.spkiSha256),
                     QString::fromLatin1(QCryptographicHash::hash(spki, QCryptographicHash::Sha256).toHex().toUpper()));
    }

    void agreesWithTheDecoder_data() {
        QTest::addColumn<QByteArray>("content");
        for (const char* family : {"certs", "names", "pqc"}) {
            const QString folder = QString::fromLatin1(family);
            for (const test::CorpusRow& row : test::corpusManifest(folder)) {
                int number = 0;
                const QByteArray file = test::readDataFile(QStringLiteral("conformance/") + folder + u'/' + row.file);
                for (const QByteArray& der : test::certificatesIn(file))
                    QTest::addRow("%s/%s#%d", family, qPrintable(row.file), ++number) << der;
            }
        }
    }
    void agreesWithTheDecoder() {
        QFETCH(QByteArray, content);
        const std::string difference = compareBoth(content);
        QVERIFY2(difference.empty(), difference.c_str());
    }

    // Octets changed in three ways, and the end cut off: no crash, and both ways say the same.
    void damagedOnesAreTreatedAlike_data() {
        QTest::addColumn<QByteArray>("der");
        for (const char* file : {"certs/gen-base.pem", "names/gen-multivalue-rdn.pem", "certs/gen-many-sans.pem",
                                 "certs/p11-kit__verisign-v1.der", "names/openssl__many-names1.pem",
                                 "certs/google-boringssl__policy_leaf_oid3.pem", "certs/libksba__ed448-ossl-1.crt",
                                 "certs/google-boringssl__basic_constraints_ca_pathlen_10.pem"}) {
            if (QFile::exists(test::dataPath(QStringLiteral("conformance/") + QString::fromLatin1(file))))
                QTest::newRow(file) << certificateOf(file);
        }
    }
    void damagedOnesAreTreatedAlike() {
        QFETCH(QByteArray, der);
        int accepted = 0;
        // Not all octets: that found nothing more when it was tried, and takes a minute.
        const qsizetype step = std::max<qsizetype>(1, der.size() / 250);
        for (qsizetype i = 0; i < der.size(); i += step) {
            for (const int change : {0x01, 0x80, 0xFF}) {
                QByteArray damaged = der;
                damaged[i] = static_cast<char>(damaged[i] ^ change);
                const std::string difference = compareBoth(damaged);
                QVERIFY2(difference.empty(),
                         qPrintable(QStringLiteral("octet %1 xor %2: %3").arg(i).arg(change).arg(q(difference))));
                accepted += difference.empty() ? 1 : 0;
            }
            const std::string difference = compareBoth(der.left(i));
            QVERIFY2(difference.empty(), difference.c_str());
        }
        QVERIFY(accepted > 0);
    }

    void refusesWhatIsNone_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("an empty sequence") << unhex("3000");
        QTest::newRow("a text") << QByteArray("hello");
        QTest::newRow("trailing") << certificateOf("certs/gen-base.pem") + 'x';
        QTest::newRow("cut") << certificateOf("certs/gen-base.pem").chopped(1);
    }
    void refusesWhatIsNone() {
        QFETCH(QByteArray, der);
        CERTWRIGHT_VERIFY_FAILS(x509::columnsFromDer(view(der)), ErrorKind::BadInput);
    }

    // In BER (X.690 8.1.3.6): the outer length indefinite. OpenSSL reads it, so the lists show it.
    void takesBer() {
        const QByteArray der = certificateOf("certs/gen-base.pem");
        QVERIFY(der.startsWith(unhex("3082")));
        const QByteArray ber = unhex("3080") + der.mid(4) + unhex("0000");
        const std::string difference = compareBoth(ber);
        QVERIFY2(difference.empty(), difference.c_str());
        const CertificateColumns columns = x509::columnsFromDer(view(ber));
        CertificateColumns expected = x509::columnsFromDer(view(der));
        expected.sha256 = columns.sha256; // of the octets that were given
        expected.sha1 = columns.sha1;
        QCOMPARE(difference, std::string());
        QCOMPARE(::difference(columns, expected), std::string());
    }

private:
    static void compareExtensions(const CertificateColumns& columns, const std::map<QString, QString>& texts) {
        const auto text = [&texts](const char* name) {
            const auto found = texts.find(QString::fromLatin1(name));
            return found == texts.end() ? QString() : found->second;
        };
        // What OpenSSL cannot read it prints as a dump: "0000 - 30 03 ...", or calls it so.
        static const QRegularExpression dump(QStringLiteral("^(0000 - |INVALID|<Parsing error>)"));
        const QString constraints = text("X509v3 Basic Constraints");
        QCOMPARE(columns.hasBasicConstraints, !constraints.isEmpty() && !constraints.contains(dump));
        if (columns.hasBasicConstraints) {
            QString expected = columns.isCa ? QStringLiteral("CA:TRUE") : QStringLiteral("CA:FALSE");
            if (columns.pathLength)
                expected += QStringLiteral(", pathlen:%1").arg(*columns.pathLength);
            QCOMPARE(constraints.trimmed(), expected);
        }
        const QString usage = text("X509v3 Key Usage");
        if (!usage.contains(dump))
            QCOMPARE(keyUsageText(columns.keyUsageBits), usage.trimmed());
        const QString subjectId = text("X509v3 Subject Key Identifier");
        if (!subjectId.contains(dump))
            QCOMPARE(upperHex(columns.subjectKeyId), hexOf(subjectId));
        const QString authorityId = text("X509v3 Authority Key Identifier");
        static const QRegularExpression keyId(QStringLiteral("^(?:keyid:)?((?:[0-9A-F]{2}:)*[0-9A-F]{2})$"),
                                              QRegularExpression::MultilineOption);
        if (!authorityId.contains(dump))
            QCOMPARE(upperHex(columns.authorityKeyId), hexOf(keyId.match(authorityId).captured(1)));
    }
};

CERTWRIGHT_TEST_MAIN(ColumnsTest)
#include "tst_columns.moc"
