#include "core/x509/certificate.h"
#include "core/x509/extension.h"
#include "core/x509/extension_values.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/core/x509/printed_extensions.h"
#include "tests/support/test_main.h"

#include <openssl/x509.h>

#include <limits>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::Certificate;
using x509::Extension;

namespace {

std::vector<test::PrintedExtension> printedExtensions(const QByteArray& certificate) {
    const QByteArray text = test::openssl(
        test::words("x509 -inform DER -noout -text -certopt no_header,no_version,no_serial,no_signame,no_validity,"
                    "no_subject,no_issuer,no_pubkey,no_sigdump,no_aux,ext_dump"),
        certificate);
    return test::printedExtensions(text, 12);
}

QByteArray encoded(const Extension& extension) {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_EXTENSION(extension.toNative().get(), &buffer);
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {reinterpret_cast<const char*>(buffer), std::max(length, 0)};
}

QString joined(const std::vector<std::string>& words) {
    QStringList out;
    for (const std::string& word : words)
        out.append(q(word));
    return out.join(u',');
}

} // namespace

// Every test of writing: what openssl makes of the same line of a configuration.
class ExtensionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.X509Extension, crypto.X509Extension.get_critical: known ones in words, others in hexadecimal, as
    // `openssl x509 -text -certopt ext_dump` prints them.
    void readsInWords_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void readsInWords() {
        QFETCH(QByteArray, certificate);
        const Certificate read = Certificate::fromDer(view(certificate));
        if (read.extensions().empty())
            return;
        QCOMPARE(test::differenceOf(read.extensions(), printedExtensions(certificate)), QString());
        for (const Extension& extension : read.extensions())
            QVERIFY(certificate.contains(bytes(extension.value())));
    }

    // crypto.X509Extension.get_short_name: by `openssl list -objects`, the OID where that has none.
    void namesThemAsOpensslDoes() {
        std::map<QString, std::pair<QString, QString>> objects; // OID to short and long name
        for (const QByteArray& line : test::openssl(test::words("list -objects")).split('\n')) {
            const qsizetype comma = line.lastIndexOf(", ");
            const QString names = QString::fromUtf8(line.left(comma));
            const QString shortName = names.section(QStringLiteral(" = "), 0, 0);
            objects.insert(
                {QString::fromUtf8(line.mid(comma + 2)),
                 {shortName, names.contains(QStringLiteral(" = ")) ? names.mid(shortName.size() + 3) : shortName}});
        }
        int unnamed = 0;
        int named = 0;
        for (const char* oid : {"2.5.29.14",
                                "2.5.29.15",
                                "2.5.29.16",
                                "2.5.29.17",
                                "2.5.29.18",
                                "2.5.29.19",
                                "2.5.29.20",
                                "2.5.29.21",
                                "2.5.29.23",
                                "2.5.29.24",
                                "2.5.29.27",
                                "2.5.29.28",
                                "2.5.29.29",
                                "2.5.29.30",
                                "2.5.29.31",
                                "2.5.29.32",
                                "2.5.29.33",
                                "2.5.29.35",
                                "2.5.29.36",
                                "2.5.29.37",
                                "2.5.29.46",
                                "2.5.29.54",
                                "1.3.6.1.5.5.7.1.1",
                                "1.3.6.1.5.5.7.1.11",
                                "1.3.6.1.5.5.7.1.24",
                                "1.3.6.1.5.5.7.48.1.5",
                                "1.3.6.1.4.1.11129.2.4.2",
                                "2.16.840.1.113730.1.13",
                                "1.2.3.4",
                                "2.5.29.15.1"}) {
            const Extension extension = Extension::fromDer(oid, false, {0x05, 0x00});
            const auto found = objects.find(QString::fromLatin1(oid));
            const bool isKnown = found != objects.end();
            QCOMPARE(q(extension.shortName()), isKnown ? found->second.first : QString::fromLatin1(oid));
            QCOMPARE(q(extension.longName()), isKnown ? found->second.second : QString::fromLatin1(oid));
            QCOMPARE(q(extension.oid()), QString::fromLatin1(oid));
            // The name leads back to it.
            QVERIFY(Extension::fromDer(extension.shortName(), false, {0x05, 0x00}) == extension);
            QVERIFY(Extension::fromDer(extension.longName(), false, {0x05, 0x00}) == extension);
            ++(isKnown ? named : unnamed);
        }
        QVERIFY(named >= 25);
        QVERIFY(unnamed >= 2);
    }

    // crypto.X509Extension: from (typename, critical, value) in OpenSSL's syntax.
    void writesWhatOpensslWrites_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* type, const char* value) {
            QTest::addRow("%s=%s", type, value) << QByteArray(type) << QByteArray(value);
        };
        for (const char* value : {"CA:TRUE", "CA:FALSE", "critical,CA:TRUE,pathlen:0", "CA:TRUE,pathlen:300"})
            row("basicConstraints", value);
        for (const char* value : {"digitalSignature", "critical,keyCertSign,cRLSign", "decipherOnly,keyAgreement"})
            row("keyUsage", value);
        for (const char* value : {"serverAuth,clientAuth", "critical,timeStamping", "1.2.3.4,codeSigning"})
            row("extendedKeyUsage", value);
        row("subjectKeyIdentifier", "01:02:aB");
        row("subjectAltName", "DNS:a.example,IP:192.0.2.1,IP:2001:db8::1,email:a@b.example,URI:x:y,RID:1.2.3");
        row("subjectAltName", "critical,otherName:msUPN;UTF8:ana@lab.example");
        row("issuerAltName", "URI:https://lab.example");
        row("authorityInfoAccess", "OCSP;URI:http://ocsp.lab.example,caIssuers;URI:http://lab.example/ca.cer");
        row("subjectInfoAccess", "caRepository;URI:http://lab.example/");
        row("crlDistributionPoints", "URI:http://lab.example/a.crl,URI:http://lab.example/b.crl");
        row("freshestCRL", "URI:http://lab.example/delta.crl");
        row("certificatePolicies", "1.2.3.4,2.23.140.1.2.1");
        row("policyConstraints", "critical,requireExplicitPolicy:3,inhibitPolicyMapping:1");
        row("policyMappings", "1.2.3.4:1.2.3.5");
        row("inhibitAnyPolicy", "critical,2");
        row("nameConstraints", "critical,permitted;DNS:.lab.example,permitted;IP:192.0.2.0/255.255.255.0");
        row("nameConstraints", "excluded;email:lab.example,excluded;URI:.lab.example");
        row("noCheck", "ignored");
        row("tlsfeature", "status_request");
        row("nsCertType", "server,sslCA");
        row("nsComment", "a comment, with a comma");
        row("proxyCertInfo", "critical,language:id-ppl-inheritAll,pathlen:1");
        row("sbgp-autonomousSysNum", "critical,AS:64512,AS:64520-64530");
        row("sbgp-ipAddrBlock", "critical,IPv4:192.0.2.0/24,IPv6:2001:db8::/32");
        row("1.2.3.4", "DER:0c0141");
        row("1.2.3.4", "critical,ASN1:UTF8String:a text");
        row("keyUsage", "DER:030205a0");
        row("2.5.29.15", "DER:030205a0");
    }
    void writesWhatOpensslWrites() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, value);
        const QByteArray certificate = m_maker.certificate(type + '=' + value);
        QVERIFY(!certificate.isEmpty());
        const bool isCritical = value.startsWith("critical,");
        const std::string plain = value.mid(isCritical ? 9 : 0).toStdString();
        const Extension extension = Extension::fromText(test::textView(type), isCritical, plain);
        QVERIFY2(certificate.contains(encoded(extension)), encoded(extension).toHex().constData());
        // And it is read again as openssl reads it.
        const Certificate read = Certificate::fromDer(view(certificate));
        const Extension* found = read.extension(extension.oid());
        QVERIFY(found != nullptr && *found == extension);
        const auto printed = printedExtensions(certificate);
        QVERIFY(!printed.empty());
        QCOMPARE(test::differenceOf({extension}, {printed.front()}), QString());
        QCOMPARE(test::isInWords(extension), type != "1.2.3.4");
    }

    // Each part on a line of its own, where OpenSSL begins none (RFC 5280 4.2.1.13).
    void beginsALineForEachPart() {
        const Certificate read = Certificate::fromDer(
            view(m_maker.certificate("crlDistributionPoints=point\n",
                                     "[point]\nfullname=URI:http://lab.example/a.crl\nCRLissuer=dirName:issuer\n"
                                     "reasons=keyCompromise\n[issuer]\nCN=x\n")));
        const QStringList lines = q(read.extension(x509::oids::CrlDistributionPoints)->text()).split(u'\n');
        QCOMPARE(lines, (QStringList{QStringLiteral("Full Name:"), QStringLiteral("  URI:http://lab.example/a.crl"),
                                     QStringLiteral("Reasons:"), QStringLiteral("  Key Compromise"),
                                     QStringLiteral("CRL Issuer:"), QStringLiteral("  DirName:CN = x")}));
    }

    // Nobody can fake such a line by spaces in a value.
    void spacesBeginNoLine() {
        for (const int count : {7, 8, 40, 199, 300}) {
            const std::string comment = "a" + std::string(static_cast<std::size_t>(count), ' ') + "CRL Issuer:";
            const Extension extension = Extension::fromText("nsComment", false, comment);
            QCOMPARE(q(extension.text()), q(comment));
        }
    }

    // Values that speak of the issuer and the subject.
    void takesIssuerAndSubject() {
        const QByteArray der =
            m_maker.certificate("subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always");
        const Certificate certificate = Certificate::fromDer(view(der));
        const Extension subjectId =
            Extension::fromText("subjectKeyIdentifier", false, "hash", nullptr, certificate.native());
        QVERIFY(der.contains(encoded(subjectId)));
        const Extension authorityId = Extension::fromText("authorityKeyIdentifier", false, "keyid:always,issuer:always",
                                                          certificate.native(), certificate.native());
        QVERIFY2(der.contains(encoded(authorityId)), authorityId.text().c_str());
        const Extension keyId = Extension::fromText("authorityKeyIdentifier", false, "keyid", certificate.native());
        QCOMPARE(bytes(x509::readAuthorityKeyId(keyId.value()).value()), bytes(certificate.subjectKeyId()));
    }

    void refusesValues_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* type, const char* value) {
            QTest::addRow("%s=%s", type, value) << QByteArray(type) << QByteArray(value);
        };
        row("basicConstraints", "CA:maybe");
        row("basicConstraints", "pathlen:x");
        row("keyUsage", "flying");
        row("keyUsage", "");
        row("extendedKeyUsage", "no purpose");
        row("subjectKeyIdentifier", "hash"); // of whose key?
        row("subjectKeyIdentifier", "0g");
        row("authorityKeyIdentifier", "keyid:always");
        row("authorityKeyIdentifier", "issuer:always");
        row("subjectAltName", "email:copy");
        row("issuerAltName", "issuer:copy");
        row("subjectAltName", "IP:192.0.2.256");
        row("subjectAltName", "colour:red");
        row("subjectAltName", "dirName:section"); // there is no configuration to look it up in
        row("subjectAltName", "@section");
        row("certificatePolicies", "@section");
        row("certificatePolicies", "1.2.x");
        row("crlDistributionPoints", "section");
        row("authorityInfoAccess", "OCSP");
        row("policyConstraints", "requireExplicitPolicy:x");
        row("inhibitAnyPolicy", "x");
        row("nameConstraints", "DNS:lab.example");
        row("nameConstraints", "permitted;IP:192.0.2.0");
        row("tlsfeature", "x");
        row("1.2.3.4", "a text");
        row("1.2.3.4", "DER:0g");
        row("1.2.3.4", "ASN1:COLOUR:red");
    }
    void refusesValues() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, value);
        const auto error =
            test::errorOf([&] { return Extension::fromText(test::textView(type), false, test::textView(value)); });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        const QByteArray message = QByteArray::fromStdString(error->message());
        QVERIFY2(message.contains(type) && message.contains("“" + value + "”"), message.constData());
        QVERIFY(!error->stack().empty());
        QVERIFY(m_maker.certificate(type + '=' + value).isEmpty() || value == "hash" || value.contains("always") ||
                value.endsWith(":copy"));
    }

    // OpenSSL would end the text there.
    void refusesZeroOctets() {
        using namespace std::string_view_literals;
        CERTWRIGHT_VERIFY_FAILS(Extension::fromText("basicConstraints"sv, false, "CA:TRUE\0,pathlen:0"sv),
                                ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(Extension::fromText("basicConstraints\0x"sv, false, "CA:TRUE"sv), ErrorKind::BadInput);
    }

    void refusesTypesThatNobodyKnows_data() {
        QTest::addColumn<QByteArray>("type");
        for (const char* type :
             {"", "colour", "1", "9.9.9", "1.2.3.x", "CN ", "basicconstraints", "AES-128-CBC-HMAC-SHA1"})
            QTest::newRow(type) << QByteArray(type);
    }
    void refusesTypesThatNobodyKnows() {
        QFETCH(QByteArray, type);
        for (const auto& error :
             {test::errorOf([&] {
                  return Extension::fromDer(test::textView(type), false, {0x05, 0x00});
              }),
              test::errorOf([&] { return Extension::fromText(test::textView(type), false, "DER:0500"); })}) {
            QVERIFY(error);
            QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
            QVERIFY2(QByteArray::fromStdString(error->message()).contains("“" + type + "”"), error->what());
        }
    }

    // crypto.X509ExtensionType, crypto.X509Extension: a class, made of an OID and raw DER too.
    void keepsRawDer() {
        const Extension extension = Extension::fromDer("1.2.3.4", true, {0x0C, 0x01, 0x41});
        QVERIFY(m_maker.certificate("1.2.3.4=critical,DER:0c0141").contains(encoded(extension)));
        QVERIFY(Extension::share(extension.toNative().get()) == extension);
        QVERIFY(!(Extension::fromDer("1.2.3.4", false, {0x0C, 0x01, 0x41}) == extension));
        QVERIFY(!(Extension::fromDer("1.2.3.5", true, {0x0C, 0x01, 0x41}) == extension));
        QVERIFY(!(Extension::fromDer("1.2.3.4", true, {0x0C, 0x01, 0x42}) == extension));
        const Extension empty = Extension::fromDer("1.2.3.4", false, {});
        QVERIFY(Extension::share(empty.toNative().get()) == empty);
        QCOMPARE(q(empty.text()), QString());
    }

    // A damaged value is shown as it is, octet by octet.
    void showsDamagedValues_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("der");
        QTest::newRow("key usage") << QByteArray("keyUsage") << unhex("030500");
        QTest::newRow("alternative names") << QByteArray("subjectAltName") << unhex("30068204ff");
        QTest::newRow("basic constraints") << QByteArray("basicConstraints") << unhex("0c0141");
        QTest::newRow("policies") << QByteArray("certificatePolicies") << unhex("3003020101");
        QTest::newRow("unknown, cut") << QByteArray("1.2.3.4") << unhex("3082");
    }
    void showsDamagedValues() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, der);
        const Extension extension = Extension::fromDer(test::textView(type), false, base::toBytes(view(der)));
        const QString text = q(extension.text()).toUpper().remove(u' ').remove(u':');
        QVERIFY2(text.contains(QString::fromLatin1(der.toHex().toUpper())), qPrintable(text));
        QVERIFY(x509::keyUsageNames(view(der)).empty());
        QVERIFY(x509::extendedKeyUsageNames(view(der)).empty());
    }

    // The names that OpenSSL's configuration has for RFC 5280 4.2.1.3 and 4.2.1.12.
    void namesUsages_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("names");
        for (const char* name : {"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
                                 "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
                                 "digitalSignature,keyEncipherment,decipherOnly"})
            QTest::newRow(name) << QByteArray("keyUsage") << QByteArray(name);
        for (const char* name :
             {"serverAuth", "clientAuth", "codeSigning", "emailProtection", "timeStamping", "OCSPSigning",
              "anyExtendedKeyUsage", "msSmartcardLogin", "1.2.3.4,clientAuth,1.2.3.5"})
            QTest::newRow(name) << QByteArray("extendedKeyUsage") << QByteArray(name);
    }
    void namesUsages() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, names);
        const Certificate read = Certificate::fromDer(view(m_maker.certificate(type + '=' + names)));
        const bool isKeyUsage = type == "keyUsage";
        QCOMPARE(joined(isKeyUsage ? read.keyUsage() : read.extendedKeyUsage()), QString::fromLatin1(names));
        QVERIFY((isKeyUsage ? read.extendedKeyUsage() : read.keyUsage()).empty());
        const Extension* found = read.extension(isKeyUsage ? x509::oids::KeyUsage : x509::oids::ExtendedKeyUsage);
        QVERIFY(found != nullptr);
        QCOMPARE(joined(isKeyUsage ? x509::keyUsageNames(found->value()) : x509::extendedKeyUsageNames(found->value())),
                 QString::fromLatin1(names));
    }

    // X.690 by hand: RFC 5280 4.2.1.9, 4.2.1.3, 4.2.1.12, 4.2.1.2, 4.2.1.1.
    void readsBasicConstraints_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::addColumn<QString>("expected"); // empty: damaged
        const auto row = [](const char* der, const char* expected) {
            QTest::newRow(der) << unhex(der) << QString::fromLatin1(expected);
        };
        row("3000", "false");
        row("30030101ff", "true");
        row("30060101ff020100", "true 0");
        row("30060101ff02017f", "true 127");
        row("3003020105", "false 5");
        row("300d0101ff02087fffffffffffffff", "true 9223372036854775807");
        row("300e0101ff020900ffffffffffffffff", "true 9223372036854775807"); // more than a long holds
        row("300e0101ff02087fffffffffffffff", "");                           // the length is wrong
        row("30060101ff0201ff", "");                                         // negative
        row("", "");
        row("0500", "");
        row("300101", "");
    }
    void readsBasicConstraints() {
        QFETCH(QByteArray, der);
        QFETCH(QString, expected);
        const auto read = x509::readBasicConstraints(view(der));
        if (expected.isEmpty()) {
            QVERIFY(!read);
            return;
        }
        QVERIFY(read);
        QString text = read->isCa ? QStringLiteral("true") : QStringLiteral("false");
        if (read->pathLength)
            text += QStringLiteral(" %1").arg(*read->pathLength);
        QCOMPARE(text, expected);
    }

    void readsOtherValues() {
        QVERIFY(x509::readKeyUsage(view(unhex("030205a0"))) == 0x5U);     // bits 0 and 2
        QVERIFY(x509::readKeyUsage(view(unhex("0303070080"))) == 0x100U); // bit 8
        QVERIFY(x509::readKeyUsage(view(unhex("030100"))) == 0U);         // none
        QVERIFY(x509::readKeyUsage(view(unhex("03030001ff"))) == 0x180U); // nothing beyond bit 8
        QVERIFY(!x509::readKeyUsage(view(unhex("0303"))));
        QVERIFY(!x509::readKeyUsage(view(unhex("0402a0a0"))));
        QVERIFY(x509::readExtendedKeyUsage(view(unhex("300a06082b06010505070301"))) ==
                std::vector<std::string>{"1.3.6.1.5.5.7.3.1"});
        QVERIFY(x509::readExtendedKeyUsage(view(unhex("3000"))).value().empty());
        QVERIFY(!x509::readExtendedKeyUsage(view(unhex("30020500"))));
        QVERIFY(x509::readSubjectKeyId(view(unhex("04020102"))) == (base::Bytes{1, 2}));
        QVERIFY(!x509::readSubjectKeyId(view(unhex("03020102"))));
        QVERIFY(x509::readAuthorityKeyId(view(unhex("300480020102"))) == (base::Bytes{1, 2}));
        QVERIFY(x509::readAuthorityKeyId(view(unhex("3000"))) == base::Bytes());
        QVERIFY(!x509::readAuthorityKeyId(view(unhex("30048002"))));
    }

    void findsByOid() {
        const std::vector<Extension> list{Extension::fromText("keyUsage", true, "cRLSign"),
                                          Extension::fromDer("1.2.3.4", false, {0x05, 0x00})};
        QVERIFY(x509::findExtension(list, "1.2.3.4") == &list[1]);
        QVERIFY(x509::findExtension(list, x509::oids::KeyUsage) == list.data());
        QVERIFY(x509::findExtension(list, "keyUsage") == nullptr);
        QVERIFY(x509::findExtension({}, "1.2.3.4") == nullptr);
        QVERIFY(x509::extensionsOf(nullptr).empty());
    }

private:
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(ExtensionTest)
#include "tst_extension.moc"
