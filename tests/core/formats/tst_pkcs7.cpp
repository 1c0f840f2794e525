#include "core/base/handle.h"
#include "core/formats/pkcs7.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;

namespace {

int countOf(const QString& kinds, const char* kind) {
    return static_cast<int>(kinds.split(u' ').count(QString::fromLatin1(kind)));
}

/// Upper-case hexadecimal digits of a number that OpenSSL printed.
QString hexadecimal(const QString& printed) {
    if (printed.startsWith(QStringLiteral("0x")))
        return printed.mid(2).toUpper();
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, qPrintable(printed));
    const base::Handle<BIGNUM> owner(number);
    const base::OpensslMemory<char> digits(BN_bn2hex(number));
    const QString text = QString::fromLatin1(digits.get());
    return text.startsWith(u'0') ? text.mid(1) : text;
}

} // namespace

/// PKCS#7 and CMS messages: types and parts as OpenSSL's CMS reader counts them, ours in its hands.
class Pkcs7Test : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsTheCorpus_data();
    void readsTheCorpus();
    void namesSignersAsOpensslDoes_data();
    void namesSignersAsOpensslDoes();
    void opensslReadsOurs();
    void carriesRevocationLists();
    void refusesDamaged_data();
    void refusesDamaged();
};

void Pkcs7Test::readsTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("certificates"); // "?" where the manifest does not know
    QTest::addColumn<QString>("crls");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("pkcs7"))) {
        if (row.kind == QStringLiteral("pkcs7") && row.expected == QStringLiteral("ok"))
            QTest::newRow(qPrintable(row.file))
                << row.file << row.value("content") << row.value("certs") << row.value("crls");
    }
}

void Pkcs7Test::readsTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, content);
    QFETCH(QString, certificates);
    QFETCH(QString, crls);
    const formats::Contents contents = readCorpus("pkcs7", file);
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QCOMPARE(contents.items.size(), std::size_t{1});
    const auto* item = contents.items[0].as<formats::Pkcs7Item>();
    QVERIFY(item != nullptr);
    QCOMPARE(QStringLiteral("%1 (%2)").arg(q(item->typeName), q(item->typeOid)), content);
    const QString kinds = kindsOf(contents);
    if (certificates != QStringLiteral("?"))
        QCOMPARE(countOf(kinds, "certificate"), certificates.toInt());
    if (crls != QStringLiteral("?"))
        QCOMPARE(countOf(kinds, "crl"), crls.toInt());
}

void Pkcs7Test::namesSignersAsOpensslDoes_data() {
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"gen-signed.p7m", "gen-degenerate.p7c", "gnutls__pkcs7-eddsa-sig.p7s", "gnutls__rfc4490.p7b",
          "google-boringssl__sign_sha1_key_id.p7s", "google-boringssl__sign_sha256.p7s", "libksba__detached-sig.cms",
          "mbedtls__pkcs7_data_cert_signed_sha512.der"})
        QTest::newRow(file) << QString::fromLatin1(file);
}

void Pkcs7Test::namesSignersAsOpensslDoes() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, file);
    const QByteArray der = corpusData("pkcs7", file);
    const QString printed = QString::fromUtf8(openssl("cms -cmsout -print -inform DER", der));
    const QString signers = printed.mid(printed.indexOf(QStringLiteral("signerInfos:")));
    static const QRegularExpression serialLine(QStringLiteral("serialNumber: (0x[0-9A-Fa-f]+|\\d+)"));
    static const QRegularExpression keyLine(QStringLiteral("d.subjectKeyIdentifier:\\s*\\n\\s*0000 - ([0-9a-f -]+)"));
    QStringList serials;
    for (auto match = serialLine.globalMatch(signers); match.hasNext();)
        serials.append(match.next().captured(1));
    const auto key = keyLine.match(signers);

    const formats::Pkcs7Item item = formats::readPkcs7(view(der));
    QCOMPARE(item.signers.size(), static_cast<std::size_t>(serials.size() + (key.hasMatch() ? 1 : 0)));
    for (std::size_t i = 0; i < item.signers.size(); ++i) {
        const formats::Pkcs7Signer& signer = item.signers[i];
        QVERIFY(!signer.digest.empty());
        if (!signer.subjectKeyId.empty()) {
            const QString octets = key.captured(1).remove(u' ').remove(u'-').toUpper();
            QVERIFY2(!octets.isEmpty() && q(signer.subjectKeyId).startsWith(octets), signer.subjectKeyId.c_str());
            continue;
        }
        QVERIFY(!signer.issuer.empty());
        QCOMPARE(q(signer.serial), hexadecimal(serials[static_cast<qsizetype>(i)]));
    }
}

void Pkcs7Test::opensslReadsOurs() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const TestCa root;
    const TestCa intermediate = root.intermediate();
    const std::vector<x509::Certificate> chain = {intermediate.issue().certificate, intermediate.certificate(),
                                                  root.certificate()};
    const base::Bytes made = formats::createPkcs7(chain);
    const QByteArray printed = openssl("pkcs7 -inform DER -print_certs", bytes(made));
    const auto certificates = certificatesIn(printed);
    QCOMPARE(certificates.size(), 3);
    const formats::Pkcs7Item again = formats::readPkcs7(made);
    QCOMPARE(again.items.size(), std::size_t{3});
    for (std::size_t i = 0; i < chain.size(); ++i)
        QVERIFY(certificates.contains(bytes(chain[i].der())));
    QCOMPARE(q(again.typeName), QStringLiteral("pkcs7-signedData"));
    QVERIFY(again.signers.empty());
    // Nothing in it is allowed too, as `openssl crl2pkcs7 -nocrl` makes it.
    QVERIFY(formats::readPkcs7(formats::createPkcs7({})).items.empty());
}

void Pkcs7Test::carriesRevocationLists() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const formats::Contents crl = readCorpus("crls", QStringLiteral("gen-empty.pem"));
    const base::Bytes made = formats::createPkcs7({}, {*firstOf<x509::Crl>(crl)});
    const QByteArray printed = openssl("pkcs7 -inform DER -print_certs", bytes(made));
    QVERIFY2(printed.contains("-----BEGIN X509 CRL-----"), printed.constData());
    const formats::Pkcs7Item again = formats::readPkcs7(made);
    QCOMPARE(again.items.size(), std::size_t{1});
    QVERIFY(*again.items[0].as<x509::Crl>() == *firstOf<x509::Crl>(crl));
}

void Pkcs7Test::refusesDamaged_data() {
    QTest::addColumn<QByteArray>("der");
    const QByteArray good = corpusData("pkcs7", QStringLiteral("gen-degenerate.p7c"));
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("no message");
    QTest::newRow("cut off") << good.left(good.size() / 2);
    QTest::newRow("a certificate") << corpusData("certs", QStringLiteral("gen-der-named.pem"));
}

void Pkcs7Test::refusesDamaged() {
    QFETCH(QByteArray, der);
    CERTWRIGHT_VERIFY_FAILS(formats::readPkcs7(view(der)), ErrorKind::BadInput);
}

CERTWRIGHT_TEST_MAIN(Pkcs7Test)
#include "tst_pkcs7.moc"
