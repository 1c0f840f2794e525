#include "core/x509/certificate.h"
#include "core/x509/extension_text.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/support/test_main.h"

using namespace certwright;
using test::q;
using test::unhex;
using test::view;
using x509::Certificate;
using x509::Extension;

// The values are encoded by openssl from a description of the ASN.1 that the standards give; what was described has to
// come out in words.
class ExtensionTextTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void saysInWords_data() {
        QTest::addColumn<QByteArray>("extension");
        QTest::addColumn<QByteArray>("sections");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const char* extension, const char* sections, const char* text) {
            QTest::newRow(name) << QByteArray(extension) << QByteArray(sections) << QString::fromUtf8(text);
        };
        // [MS-WCCE] 2.2.2.7.7
        row("template name", "1.3.6.1.4.1.311.20.2=ASN1:FORMAT:UTF8,BMP:Küche", "", "Küche");
        row("template", "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t",
            "[t]\na=OID:1.3.6.1.4.1.311.21.8.1.2\nb=INTEGER:100\nc=INTEGER:4\n",
            "Template: 1.3.6.1.4.1.311.21.8.1.2\nVersion: 100.4");
        row("template, major version", "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t",
            "[t]\na=OID:1.3.6.1.4.1.311.21.8.1\nb=INTEGER:100\n", "Template: 1.3.6.1.4.1.311.21.8.1\nVersion: 100.0");
        row("template, no version", "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t", "[t]\na=OID:1.2.3\n", "Template: 1.2.3");
        row("CA version", "1.3.6.1.4.1.311.21.1=ASN1:INTEGER:0x20003", "", "Certificate 3, key 2");
        row("application policies", "1.3.6.1.4.1.311.21.10=ASN1:SEQUENCE:p",
            "[p]\na=SEQUENCE:a\nb=SEQUENCE:b\n[a]\no=OID:clientAuth\n[b]\no=OID:1.2.3.4\n",
            "TLS Web Client Authentication\n1.2.3.4");
        row("security identifier", "1.3.6.1.4.1.311.25.2=ASN1:SEQUENCE:s",
            "[s]\na=IMP:0,SEQUENCE:n\n[n]\no=OID:1.3.6.1.4.1.311.25.2.1\n"
            "v=EXP:0,FORMAT:ASCII,OCT:S-1-5-21-397955417-626881126-188441444-512\n",
            "S-1-5-21-397955417-626881126-188441444-512");
        // ETSI EN 319 412-5 4 and 5, TS 119 495 5.1, RFC 3739 3.2.6
        row("qualified", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
            "[q]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\ne=SEQUENCE:e\n"
            "[a]\no=OID:0.4.0.1862.1.1\n[b]\no=OID:0.4.0.1862.1.3\ny=INTEGER:15\n[c]\no=OID:0.4.0.1862.1.4\n"
            "[d]\no=OID:0.4.0.1862.1.6\nl=SEQUENCE:types\n[types]\na=OID:0.4.0.1862.1.6.1\nb=OID:0.4.0.1862.1.6.3\n"
            "[e]\no=OID:1.3.6.1.5.5.7.11.2\n",
            "Qualified certificate of the European Union\nKept for 15 years after expiry\n"
            "Private key in a qualified signature creation device\n"
            "For: electronic signatures, web site authentication\nNames and identifiers as RFC 3739 says, version 2");
        row("limit and locations", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
            "[q]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\n[a]\no=OID:0.4.0.1862.1.2\nl=SEQUENCE:limit\n"
            "[limit]\nc=PRINTABLE:EUR\nv=INTEGER:25\ne=INTEGER:3\n"
            "[b]\no=OID:0.4.0.1862.1.5\nl=SEQUENCE:places\n[places]\na=SEQUENCE:place\n"
            "[place]\nu=IA5STRING:https\\://lab.example/pds\nl=PRINTABLE:en\n"
            "[c]\no=OID:0.4.0.1862.1.7\nl=SEQUENCE:countries\n[countries]\na=PRINTABLE:CH\nb=PRINTABLE:GB\n"
            "[d]\no=OID:1.2.3.4\nx=INTEGER:1\n",
            "Limit of a transaction: 25000 EUR\nDisclosure statement (en): https://lab.example/pds\n"
            "Under the law of: CH, GB\nStatement 1.2.3.4 with further details");
        row("payment services", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
            "[q]\na=SEQUENCE:a\n[a]\no=OID:0.4.0.19495.2\np=SEQUENCE:p\n"
            "[p]\nr=SEQUENCE:roles\nn=UTF8:Lab Authority\ni=UTF8:XX-LAB\n[roles]\na=SEQUENCE:role\n"
            "[role]\no=OID:0.4.0.19495.1.1\nn=UTF8:PSP_AS\n",
            "Payment services: PSP_AS\nCompetent authority: Lab Authority (XX-LAB)");
        // RFC 8551 2.5.2
        row("mail capabilities", "1.2.840.113549.1.9.15=ASN1:SEQUENCE:m",
            "[m]\na=SEQUENCE:a\nb=SEQUENCE:b\n[a]\no=OID:aes-256-cbc\n[b]\no=OID:rc2-cbc\nn=INTEGER:128\n",
            "aes-256-cbc\nrc2-cbc, 128 bits");
        row("organisation identifier", "2.23.140.3.1=ASN1:SEQUENCE:o",
            "[o]\ns=PRINTABLE:NTR\nc=PRINTABLE:GB\nr=UTF8:12345678\n", "NTRGB-12345678");
        row("organisation identifier with a state", "2.23.140.3.1=ASN1:SEQUENCE:o",
            "[o]\ns=PRINTABLE:NTR\nc=PRINTABLE:US\np=IMP:0,PRINTABLE:CA\nr=UTF8:C123\n", "NTRUS+CA-C123");
        row("policies", "certificatePolicies=2.23.140.1.2.1,1.2.3.4,0.4.0.194112.1.4", "",
            "Policy: 2.23.140.1.2.1 (CA/Browser Forum: domain validated)\nPolicy: 1.2.3.4\n"
            "Policy: 0.4.0.194112.1.4 (ETSI: qualified, web site (QCP-w))");
    }
    void saysInWords() {
        QFETCH(QByteArray, extension);
        QFETCH(QByteArray, sections);
        QFETCH(QString, text);
        const QByteArray der = m_maker.certificate(extension, sections);
        QVERIFY(!der.isEmpty());
        const Certificate certificate = Certificate::fromDer(view(der));
        QCOMPARE(q(certificate.extensions().at(0).text()), text);
    }

    // What is cut or has something behind it stays octets.
    void leavesDamagedValues_data() { saysInWords_data(); }
    void leavesDamagedValues() {
        QFETCH(QByteArray, extension);
        QFETCH(QByteArray, sections);
        const Certificate certificate = Certificate::fromDer(view(m_maker.certificate(extension, sections)));
        const Extension& whole = certificate.extensions().at(0);
        if (whole.oid() == x509::oids::CertificatePolicies)
            return;
        for (std::size_t size = 0; size < whole.value().size(); ++size) {
            const base::Bytes cut(whole.value().begin(), whole.value().begin() + static_cast<std::ptrdiff_t>(size));
            QVERIFY(!x509::ownExtensionText(whole.oid(), cut));
        }
        base::Bytes longer = whole.value();
        longer.push_back(0);
        QVERIFY(!x509::ownExtensionText(whole.oid(), longer));
        QVERIFY(!x509::ownExtensionText("1.2.3.4", whole.value()));
    }

    void leavesOtherTypes_data() {
        QTest::addColumn<QByteArray>("oid");
        for (const char* oid :
             {"1.3.6.1.4.1.311.20.2", "1.3.6.1.4.1.311.21.1", "1.3.6.1.4.1.311.21.7", "1.3.6.1.4.1.311.21.10",
              "1.3.6.1.4.1.311.25.2", "1.3.6.1.5.5.7.1.3", "1.2.840.113549.1.9.15", "2.23.140.3.1"})
            QTest::newRow(oid) << QByteArray(oid);
    }
    void leavesOtherTypes() {
        QFETCH(QByteArray, oid);
        for (const char* hex : {"", "0500", "3000", "30020500", "300430020500", "3006300406022a03ff",
                                "02090100000000000000ff", "0201ff", "1e0141", "3003060180", "a000", "3004a0020500"})
            QVERIFY2(!x509::ownExtensionText(test::textView(oid), view(unhex(hex))), hex);
    }

private:
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(ExtensionTextTest)
#include "tst_extension_text.moc"
