#include "core/base/handle.h"
#include "core/formats/pkcs7.h"
#include "core/formats/pkcs8.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <map>

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
    void tellsTypes_data();
    void tellsTypes();
    void loadsPemAndDer();
    void readsSignedAndEnveloped();
    void namesSignersAsOpensslDoes_data();
    void namesSignersAsOpensslDoes();
    void opensslReadsOurs();
    void carriesRevocationLists();
    void refusesDamaged_data();
    void refusesDamaged();

private:
    QByteArray write(const char* name, const QByteArray& content) const;
    QByteArray signedAndEnveloped() const;

    QTemporaryDir m_folder;
    TestCa m_ca;
    Issued m_leaf = m_ca.issue({.keyType = "rsa:2048"});
};

/// A file of this content; its path.
QByteArray Pkcs7Test::write(const char* name, const QByteArray& content) const {
    QFile file(m_folder.filePath(QString::fromLatin1(name)));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return QFile::encodeName(file.fileName());
}

/// A message of that type by OpenSSL's own functions: its command line reads them only.
QByteArray Pkcs7Test::signedAndEnveloped() const {
    const base::Handle<PKCS7> message(PKCS7_new());
    PKCS7_set_type(message.get(), NID_pkcs7_signedAndEnveloped);
    PKCS7_set_cipher(message.get(), EVP_aes_128_cbc());
    PKCS7_add_recipient(message.get(), m_leaf.certificate.native());
    PKCS7_add_signature(message.get(), m_leaf.certificate.native(), m_leaf.key.native(), EVP_sha256());
    PKCS7_add_certificate(message.get(), m_leaf.certificate.native());
    PKCS7_add_certificate(message.get(), m_ca.certificate().native());
    const base::Handle<BIO> bio(PKCS7_dataInit(message.get(), nullptr));
    unsigned char* out = nullptr;
    if (!bio || BIO_write(bio.get(), "a text", 6) != 6 || BIO_flush(bio.get()) <= 0 ||
        PKCS7_dataFinal(message.get(), bio.get()) != 1)
        qFatal("OpenSSL does not make signed and enveloped data");
    const int length = i2d_PKCS7(message.get(), &out);
    const base::OpensslMemory<unsigned char> owner(out);
    return {reinterpret_cast<const char*>(out), length};
}

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

void Pkcs7Test::tellsTypes_data() {
    QTest::addColumn<QByteArray>("der");
    const QByteArray data = "a text";
    const QByteArray key = bytes(formats::privateKeyToPem(m_leaf.key).view());
    const QByteArray certificate = QByteArray::fromStdString(m_leaf.certificate.toPem());
    const QByteArray signer = write("signer.pem", key + certificate);
    const QString path = QString::fromUtf8(signer);
    QTest::newRow("crypto.PKCS7.type_is_signed")
        << openssl({QStringLiteral("smime"), QStringLiteral("-sign"), QStringLiteral("-signer"), path,
                    QStringLiteral("-outform"), QStringLiteral("DER")},
                   data);
    QTest::newRow("crypto.PKCS7.type_is_enveloped")
        << openssl({QStringLiteral("smime"), QStringLiteral("-encrypt"), QStringLiteral("-aes128"),
                    QStringLiteral("-outform"), QStringLiteral("DER"), path},
                   data);
    QTest::newRow("crypto.PKCS7.type_is_data") << openssl("cms -data_create -outform DER", data);
    QTest::newRow("crypto.PKCS7.type_is_signedAndEnveloped") << signedAndEnveloped();
    QTest::newRow("crypto.PKCS7.get_type_name: digest") << openssl("cms -digest_create -outform DER", data);
    QTest::newRow("crypto.PKCS7.get_type_name: encrypted")
        << openssl("cms -EncryptedData_encrypt -secretkey 00112233445566778899AABBCCDDEEFF -aes128 -outform DER", data);
}

void Pkcs7Test::tellsTypes() {
    // crypto.PKCS7, crypto.PKCS7Type: the type by `openssl asn1parse`.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QByteArray, der);
    const QString printed = QString::fromUtf8(openssl("asn1parse -inform DER", der));
    static const QRegularExpression object(QStringLiteral("OBJECT +:(\\S+)"));
    const QString name = object.match(printed).captured(1);
    const formats::Pkcs7Item item = formats::readPkcs7(view(der));
    QCOMPARE(q(item.typeName), name);
    QCOMPARE(item.isSigned(), name == QStringLiteral("pkcs7-signedData"));
    QCOMPARE(item.isEnveloped(), name == QStringLiteral("pkcs7-envelopedData"));
    QCOMPARE(item.isSignedAndEnveloped(), name == QStringLiteral("pkcs7-signedAndEnvelopedData"));
    QCOMPARE(item.isData(), name == QStringLiteral("pkcs7-data"));
    const QString tag = QString::fromLatin1(QTest::currentDataTag()).section(u'.', 2).section(u':', 0, 0);
    const std::map<QString, bool> expected = {
        {QStringLiteral("type_is_signed"), item.isSigned()},
        {QStringLiteral("type_is_enveloped"), item.isEnveloped()},
        {QStringLiteral("type_is_data"), item.isData()},
        {QStringLiteral("type_is_signedAndEnveloped"), item.isSignedAndEnveloped()},
        {QStringLiteral("get_type_name"), name.startsWith(QStringLiteral("pkcs7-"))}};
    QVERIFY2(expected.at(tag), qPrintable(name));
}

void Pkcs7Test::loadsPemAndDer() {
    // crypto.load_pkcs7_data: PEM with every label, text around it and other blocks before it, and DER.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const QString certificate =
        QString::fromUtf8(write("leaf.pem", QByteArray::fromStdString(m_leaf.certificate.toPem())));
    const QStringList make = {QStringLiteral("crl2pkcs7"), QStringLiteral("-nocrl"), QStringLiteral("-certfile"),
                              certificate};
    const QByteArray pem = openssl(make);
    const QByteArray der = openssl(make + QStringList{QStringLiteral("-outform"), QStringLiteral("DER")});
    QVERIFY(pem.startsWith("-----BEGIN PKCS7-----") && der.startsWith('\x30'));
    const QByteArray before = QByteArray::fromStdString(m_ca.certificate().toPem());
    for (const QByteArray& file :
         {pem, der, "Some text\r\n" + QByteArray(pem).replace("\n", "\r\n"), before + pem,
          QByteArray(pem).replace("PKCS7", "CMS"), QByteArray(pem).replace("PKCS7", "PKCS #7 SIGNED DATA")}) {
        const formats::Pkcs7Item item = formats::loadPkcs7(view(file));
        QVERIFY(item.isSigned());
        QCOMPARE(item.items.size(), std::size_t{1});
        QVERIFY(*item.items[0].as<x509::Certificate>() == m_leaf.certificate);
    }
    CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs7(view(before)), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs7(view(QByteArray(pem).insert(100, '!'))), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs7(view(der.left(100))), ErrorKind::BadInput);
}

void Pkcs7Test::readsSignedAndEnveloped() {
    // crypto.PKCS7.type_is_signedAndEnveloped: what it carries as `openssl pkcs7` prints it; RFC 2315 11.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const QByteArray der = signedAndEnveloped();
    const formats::Pkcs7Item item = formats::readPkcs7(view(der));
    QList<QByteArray> found;
    for (const formats::Item& part : item.items)
        found.append(bytes(part.as<x509::Certificate>()->der()));
    QCOMPARE(found, certificatesIn(openssl("pkcs7 -inform DER -print_certs", der)));
    QCOMPARE(found.size(), 2);
    QCOMPARE(item.signers.size(), std::size_t{1});
    QCOMPARE(item.signers[0].serial, m_leaf.certificate.serial());
    QCOMPARE(q(item.signers[0].issuer), q(m_leaf.certificate.issuer().toRfc2253()));
    QCOMPARE(q(item.signers[0].digest), QStringLiteral("SHA256"));
    CERTWRIGHT_VERIFY_FAILS(formats::readPkcs7(view(der.left(der.size() - 40))), ErrorKind::BadInput);
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
