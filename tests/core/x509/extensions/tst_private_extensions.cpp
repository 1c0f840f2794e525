#include "core/base/error.h"
#include "core/base/outcome.h"
#include "core/x509/certificate.h"
#include "core/x509/certificate_builder.h"
#include "tests/core/corpus.h"
#include "tests/core/x509/extensions/every_value.h"
#include "tests/core/x509/extensions/value_rows.h"
#include "tests/core/x509/printed_extensions.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::x509;
using base::ErrorKind;
using test::q;
using test::ValueCheck;
using test::valueRow;
using test::view;

namespace {

/// What openssl prints of the only extension.
QString printed(const QByteArray& certificate) {
    return QString::fromUtf8(test::openssl(
        test::words("x509 -inform DER -noout -text -certopt no_header,no_version,no_serial,no_signame,no_validity,"
                    "no_subject,no_issuer,no_pubkey,no_sigdump,no_aux"),
        certificate));
}

} // namespace

// As tst_extension_coding, of what others than the IETF defined; and all kinds of values in the corpus.
class PrivateExtensionsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void agreesWithOpenssl_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("sections");
        QTest::addColumn<ValueCheck>("check");
        // [MS-WCCE] 2.2.2.7.7
        valueRow("template name", "1.3.6.1.4.1.311.20.2=ASN1:FORMAT:UTF8,BMP:Küche", "",
                 MicrosoftTemplateName{"Küche"});
        valueRow("template", "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t",
                 "[t]\na=OID:1.3.6.1.4.1.311.21.8.1.2\nb=INTEGER:100\nc=INTEGER:4\n",
                 MicrosoftTemplate{"1.3.6.1.4.1.311.21.8.1.2", 100, 4});
        valueRow("template, no version", "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t", "[t]\na=OID:1.2.3\n",
                 MicrosoftTemplate{"1.2.3"});
        valueRow("CA version", "1.3.6.1.4.1.311.21.1=ASN1:INTEGER:0x20003", "", MicrosoftCaVersion{3, 2});
        valueRow("CA version, high", "1.3.6.1.4.1.311.21.1=ASN1:INTEGER:0xFFFF0000", "", MicrosoftCaVersion{0, 65535});
        valueRow("application policies", "1.3.6.1.4.1.311.21.10=ASN1:SEQUENCE:p",
                 "[p]\na=SEQUENCE:a\nb=SEQUENCE:b\n[a]\no=OID:clientAuth\n[b]\no=OID:1.2.3.4\n",
                 ApplicationPolicies{{"1.3.6.1.5.5.7.3.2", "1.2.3.4"}});
        valueRow("security identifier", "1.3.6.1.4.1.311.25.2=ASN1:SEQUENCE:s", SidSections,
                 MicrosoftSid{"S-1-5-21-397955417-626881126-188441444-512"});
        addStatements();
        valueRow("timestamp of an unknown version", "ct_precert_scts=DER:0408000600040102030f", "",
                 SctList{{{1, {}, 0, {}, 4, 3, {}, {2, 3, 15}}}});
    }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, sections);
        QFETCH(ValueCheck, check);
        const QByteArray certificate = m_maker.certificate(line, sections);
        QVERIFY(!certificate.isEmpty());
        const Extension made = Certificate::fromDer(view(certificate)).extensions().at(0);
        QCOMPARE(check.compare(made), QString());
        for (std::size_t size = 0; size < made.value().size(); ++size) {
            const base::Bytes cut(made.value().begin(), made.value().begin() + static_cast<std::ptrdiff_t>(size));
            QVERIFY2(!check.isRead(made.oid(), cut), base::toHex(cut).c_str());
        }
    }

    // RFC 6962 3.2 and 3.3: openssl prints what was written.
    void writesTimestampsThatOpensslReads() {
        SignedCertificateTimestamp first;
        for (unsigned i = 0; i < 32; ++i)
            first.logId.push_back(static_cast<std::uint8_t>(0xA0 + i));
        first.timestamp = 1700000000123;
        first.signature = {0x30, 0x06, 2, 1, 5, 2, 1, 6};
        SignedCertificateTimestamp second = first;
        second.logId.front() = 1;
        second.extensions = {0xDE, 0xAD};
        second.signatureAlgorithm = 1;
        const SctList list{{first, second}};
        QVERIFY(SctList::decode(list.encode()) == list);
        const QByteArray hex = QByteArray::fromStdString(base::toHex(list.encode()));
        const QString text = printed(m_maker.certificate("ct_precert_scts=DER:" + hex));
        QCOMPARE(text.count(QStringLiteral("Signed Certificate Timestamp:")), 2);
        for (const char* part : {"v1 (0x0)", "A0:A1:A2", "01:A1:A2", "Nov 14 22:13:20.123 2023 GMT", "DE:AD",
                                 "ecdsa-with-SHA256", "sha256WithRSAEncryption", "30:06:02:01:05:02:01:06"})
            QVERIFY2(text.contains(QString::fromLatin1(part)), qPrintable(QString::fromLatin1(part) + u'\n' + text));
    }

    // The logs' own, in the corpus: each identifier and signature stands in what openssl prints.
    void readsTimestampsAsOpensslDoes_data() { test::corpusRows({"certs", "names"}); }
    void readsTimestampsAsOpensslDoes() {
        QFETCH(QByteArray, certificate);
        const auto extensions = Certificate::fromDer(view(certificate)).extensions();
        const Extension* extension = findExtension(extensions, SctList::Oids[0]);
        if (extension == nullptr)
            return;
        const auto list = extension->as<SctList>();
        const QString text = printed(certificate).remove(u' ').remove(u'\n');
        QCOMPARE(list ? static_cast<qsizetype>(list->timestamps.size()) : 0,
                 text.count(QStringLiteral("SignedCertificateTimestamp:")));
        if (!list)
            return;
        QCOMPARE(test::bytes(list->encode()), test::bytes(extension->value()));
        for (const SignedCertificateTimestamp& timestamp : list->timestamps) {
            QVERIFY(text.contains(q(base::toHex(timestamp.logId, ':'))));
            QVERIFY(text.contains(q(base::toHex(timestamp.signature, ':'))));
        }
    }

    // What openssl has words for is read, and is written again as the same; the rest is damaged.
    void readsTheCorpus() {
        int count = 0;
        QStringList unlike;
        for (const char* family : {"certs", "names"}) {
            for (const auto& row : test::corpusManifest(QString::fromLatin1(family))) {
                const QByteArray file =
                    test::readDataFile(QStringLiteral("conformance/%1/%2").arg(QString::fromLatin1(family), row.file));
                for (const QByteArray& der : test::objectsIn(file, {"CERTIFICATE"}))
                    count += checkExtensions(der, unlike);
            }
        }
        QCOMPARE(unlike, QStringList());
        QVERIFY2(count > 1000, QByteArray::number(count).constData());
    }

    // GnuTLS says of what we write the same as what went in.
    void certtoolReadsThem() {
        CERTWRIGHT_NEED_TOOL(certtool, "certtool");
        using Type = GeneralName::Type;
        CertificateBuilder builder;
        builder.setSubject(Name::parse("CN=x")).setIssuer(Name::parse("CN=x"));
        builder.setNotBefore(test::timeAt("2026-01-01T00:00:00Z")).setNotAfter(test::timeAt("2027-01-01T00:00:00Z"));
        builder.setPublicKey(m_maker.key().publicKey());
        const auto add = [&builder](const auto& value) { builder.addExtension(Extension::of(value, false)); };
        add(BasicConstraints{true, 3});
        add(KeyUsage{KeyUsage::CrlSign | KeyUsage::DecipherOnly});
        add(ExtendedKeyUsage{{"OCSPSigning"}});
        add(SubjectKeyIdentifier{{0xA1, 0xB2}});
        add(AuthorityKeyIdentifier{base::Bytes{0xC3, 0xD4}});
        add(AlternativeNames{{{Type::Dns, "a.example"}, {Type::Ip, "2001:db8::7"}, {Type::Uri, "urn:x"}}});
        add(CertificatePolicies{{{"1.2.3.4", {PracticeStatement{"http://cps.example"}, UserNotice{{}, {}, "Read"}}}}});
        add(NameConstraints{{{{Type::Dns, "in.example"}}, {{Type::Ip, "192.0.2.0/25"}}},
                            {{{Type::Email, "b.example"}}}});
        add(DistributionPoints{{{{{Type::Uri, "http://crl.example"}}, {}, {RevocationReason::Superseded}}}});
        add(InformationAccess{{{"OCSP", {Type::Uri, "http://ocsp.example"}}}});
        add(InhibitAnyPolicy{2});
        add(TlsFeature{{5, 17}});
        const auto shown = test::run(certtool, {QStringLiteral("--certificate-info"), QStringLiteral("--inder")},
                                     {.input = test::bytes(builder.sign(m_maker.key()).der())});
        QVERIFY2(shown.isSuccess(), shown.describe().constData());
        const QString text = QString::fromUtf8(shown.output).simplified();
        for (const char* part :
             {"Path Length Constraint: 3", "CRL signing. Key decipher only.", "OCSP signing.", "a1b2", "c3d4",
              "DNSname: a.example IPAddress: 2001:db8::7 URI: urn:x", "1.2.3.4 URI: http://cps.example Note: Read",
              "Permitted: DNSname: in.example IPAddress: 192.0.2.0/25 Excluded: RFC822Name: b.example",
              "CRL Distribution points (not critical): URI: http://crl.example", "(id-ad-ocsp)",
              "Access Location URI: http://ocsp.example", "Inhibit anyPolicy skip certs: 2",
              "OCSP Status Request(5) 17"})
            QVERIFY2(text.contains(QString::fromLatin1(part)), part);
    }

    void takesOurNames_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("sections");
        const auto row = [](const char* type, const char* text, const char* line, const char* sections) {
            QTest::addRow("%s=%s", type, text)
                << QByteArray(type) << QByteArray(text) << QByteArray(line) << QByteArray(sections);
        };
        const char* sid = "1.3.6.1.4.1.311.25.2=ASN1:SEQUENCE:s";
        row("ms-ntds-sec-ext", "S-1-5-21-397955417-626881126-188441444-512", sid, SidSections);
        row("1.3.6.1.4.1.311.25.2", "S-1-5-21-397955417-626881126-188441444-512", sid, SidSections);
        const char* used = "1.3.6.1.4.1.311.21.7=ASN1:SEQUENCE:t";
        row("ms-cert-templ", "1.3.6.1.4.1.311.21.8.1.2:100.4", used,
            "[t]\na=OID:1.3.6.1.4.1.311.21.8.1.2\nb=INTEGER:100\nc=INTEGER:4\n");
        row("ms-cert-templ", "1.2.3:7", used, "[t]\na=OID:1.2.3\nb=INTEGER:7\n");
        row("ms-cert-templ", "1.2.3", used, "[t]\na=OID:1.2.3\n");
        row("ms-cert-templ",
            "DER:30040602"
            "2a03",
            used, "[t]\na=OID:1.2.3\n");
        row("ms-cert-templ-name", "Küche", "1.3.6.1.4.1.311.20.2=ASN1:FORMAT:UTF8,BMP:Küche", "");
        row("ms-cert-templ-name", "ASN1:BMP:Machine", "1.3.6.1.4.1.311.20.2=ASN1:BMP:Machine", "");
        row("ms-app-policies", "clientAuth, 1.2.3.4", "1.3.6.1.4.1.311.21.10=ASN1:SEQUENCE:p",
            "[p]\na=SEQUENCE:a\nb=SEQUENCE:b\n[a]\no=OID:clientAuth\n[b]\no=OID:1.2.3.4\n");
        row("ms-ca-version", "3.2", "1.3.6.1.4.1.311.21.1=ASN1:INTEGER:0x20003", "");
    }
    void takesOurNames() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, sections);
        const QByteArray certificate = m_maker.certificate(line, sections);
        QVERIFY(!certificate.isEmpty());
        const Extension made = Certificate::fromDer(view(certificate)).extensions().at(0);
        const Extension ours = Extension::fromText(test::textView(type), false, test::textView(text));
        QCOMPARE(q(base::toHex(ours.value())), q(base::toHex(made.value())));
        QVERIFY(ours == made);
    }

    void refusesOtherTexts_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* type, std::initializer_list<const char*> texts) {
            for (const char* text : texts)
                QTest::addRow("%s=%s", type, text) << QByteArray(type) << QByteArray(text);
        };
        row("ms-ntds-sec-ext", {"", "S-1", "S-1-", "S-1-5", "S-2-5-21", "S-1-5-21-", "S-1-5--21", "S-1-5-x", "s-1-5-21",
                                "S-1-5-4294967296", "S-1-281474976710656-1",
                                "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "S-1-5-21 ", "alice"});
        row("ms-cert-templ", {"", "WebServer", "1.2.3:", "1.2.3:x", "1.2.3:1.", "1.2.3:1.x", "1.2.3:-1", "9.9", ":1"});
        row("ms-cert-templ-name", {"", "\xff", "\xf0\x9f\x94\x91"});
        row("ms-app-policies", {"", "no purpose", "clientAuth,,serverAuth"});
        row("ms-ca-version", {"", "3", "3.", ".2", "3.2.1", "65536.0", "0.65536", "-1.0"});
    }
    void refusesOtherTexts() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, text);
        CERTWRIGHT_VERIFY_FAILS(Extension::fromText(test::textView(type), false, test::textView(text)),
                                ErrorKind::BadInput);
    }

    void refusesWhatCannotBeWritten() {
        const auto fails = [](const auto& make) {
            const auto error = test::errorOf(make);
            return error && error->kind() == ErrorKind::BadInput;
        };
        QVERIFY(fails([] { return MicrosoftTemplate{"1.2.3", {}, 4}.encode(); }));
        QVERIFY(fails([] { return SctList().encode(); }));
        QVERIFY(fails([] { return SctList{{{0, {1, 2}}}}.encode(); }));
        QVERIFY(fails([] { return SctList{{{1, {}, 0, {}, 4, 3, {}, base::Bytes(0x10000)}}}.encode(); }));
        QVERIFY(fails([] { return QcStatements().encode(); }));
        QVERIFY(fails([] { return QcStatements{{{"no OID"}}}.encode(); }));
        QVERIFY(fails([] { return QcStatement::ofLimit({"EURO", 1, 1}); }));
        QVERIFY(fails([] { return QcStatement::ofLimit({"E1R", 1, 1}); }));
        QVERIFY(fails([] { return QcStatement::ofLimit({"1234", 1, 1}); }));
        QVERIFY(fails([] { return QcStatement::ofLocations({}); }));
        QVERIFY(fails([] { return QcStatement::ofLocations({{"https://käse.example", "de"}}); }));
        QVERIFY(fails([] { return QcStatement::ofLocations({{"https://lab.example", "deu"}}); }));
        QVERIFY(fails([] { return QcStatement::ofTypes({"no type"}); }));
        QVERIFY(fails([] { return QcStatement::ofCountries({"Germany"}); }));
        QVERIFY(fails([] { return QcStatement::ofPaymentServices({{}, "a", "b"}); }));
    }

    // A statement is read as what it is only.
    void readsStatements() {
        const QcStatement limit = QcStatement::ofLimit({"EUR", 25, 3});
        QVERIFY(limit.limit() == (QcLimit{"EUR", 25, 3}));
        QVERIFY(QcStatement::ofLimit({"978", 1, 0}).limit() == (QcLimit{"978", 1, 0}));
        QCOMPARE(q(QcStatement::ofLimit({"978", 1, 0}).text().value()),
                 QStringLiteral("Limit of a transaction: 1 currency 978"));
        QCOMPARE(q(QcStatement::ofLimit({"EUR", 1, 19}).text().value()),
                 QStringLiteral("Limit of a transaction: 1 · 10^19 EUR"));
        QVERIFY(!limit.retention() && !limit.locations() && !limit.types() && !limit.countries());
        QVERIFY(!limit.paymentServices() && !QcStatement::compliance().limit());
        QVERIFY(QcStatement::ofRetention(15).retention() == 15U);
        const std::vector<QcLocation> places{{"https://lab.example/en", "en"}, {"https://lab.example/de", "de"}};
        QVERIFY(QcStatement::ofLocations(places).locations() == places);
        const std::vector<std::string> types{"0.4.0.1862.1.6.2", "1.2.3"};
        QVERIFY(QcStatement::ofTypes(types).types() == types);
        QCOMPARE(q(QcStatement::ofTypes(types).text().value()), QStringLiteral("For: electronic seals, 1.2.3"));
        const std::vector<std::string> countries{"CH", "GB"};
        QVERIFY(QcStatement::ofCountries(countries).countries() == countries);
        const QcPaymentServices services{{{"0.4.0.19495.1.1", "PSP_AS"}}, "Lab Authority", "XX-LAB"};
        QVERIFY(QcStatement::ofPaymentServices(services).paymentServices() == services);
    }

private:
    static constexpr const char* SidSections = "[s]\na=IMP:0,SEQUENCE:n\n[n]\no=OID:1.3.6.1.4.1.311.25.2.1\n"
                                               "v=EXP:0,FORMAT:ASCII,OCT:S-1-5-21-397955417-626881126-188441444-512\n";

    // ETSI EN 319 412-5 4, TS 119 495 5.1
    static void addStatements() {
        valueRow("statements", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
                 "[q]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\ne=SEQUENCE:e\n"
                 "[a]\no=OID:0.4.0.1862.1.1\n[b]\no=OID:0.4.0.1862.1.3\ny=INTEGER:15\n[c]\no=OID:0.4.0.1862.1.4\n"
                 "[d]\no=OID:0.4.0.1862.1.6\nl=SEQUENCE:types\n[types]\na=OID:0.4.0.1862.1.6.1\n"
                 "b=OID:0.4.0.1862.1.6.3\n[e]\no=OID:1.3.6.1.5.5.7.11.2\n",
                 QcStatements{{QcStatement::compliance(),
                               QcStatement::ofRetention(15),
                               QcStatement::secureDevice(),
                               QcStatement::ofTypes({"0.4.0.1862.1.6.1", "0.4.0.1862.1.6.3"}),
                               {"1.3.6.1.5.5.7.11.2"}}});
        valueRow("limit, places, countries", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
                 "[q]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\ne=SEQUENCE:e\n"
                 "[a]\no=OID:0.4.0.1862.1.2\nl=SEQUENCE:limit\n"
                 "[limit]\nc=PRINTABLE:EUR\nv=INTEGER:25\ne=INTEGER:3\n"
                 "[b]\no=OID:0.4.0.1862.1.5\nl=SEQUENCE:places\n[places]\na=SEQUENCE:place\n"
                 "[place]\nu=IA5STRING:https\\://lab.example/pds\nl=PRINTABLE:en\n"
                 "[c]\no=OID:0.4.0.1862.1.7\nl=SEQUENCE:countries\n[countries]\na=PRINTABLE:CH\nb=PRINTABLE:GB\n"
                 "[d]\no=OID:1.2.3.4\nx=INTEGER:1\n"
                 "[e]\no=OID:0.4.0.1862.1.2\nl=SEQUENCE:dollars\n[dollars]\nc=INTEGER:840\nv=INTEGER:1\ne=INTEGER:6\n",
                 QcStatements{{QcStatement::ofLimit({"EUR", 25, 3}),
                               QcStatement::ofLocations({{"https://lab.example/pds", "en"}}),
                               QcStatement::ofCountries({"CH", "GB"}),
                               {"1.2.3.4", {2, 1, 1}},
                               QcStatement::ofLimit({"840", 1, 6})}});
        valueRow("payment services", "1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:q",
                 "[q]\na=SEQUENCE:a\n[a]\no=OID:0.4.0.19495.2\np=SEQUENCE:p\n"
                 "[p]\nr=SEQUENCE:roles\nn=UTF8:Lab Authority\ni=UTF8:XX-LAB\n[roles]\na=SEQUENCE:role\n"
                 "[role]\no=OID:0.4.0.19495.1.1\nn=UTF8:PSP_AS\n",
                 QcStatements{
                     {QcStatement::ofPaymentServices({{{"0.4.0.19495.1.1", "PSP_AS"}}, "Lab Authority", "XX-LAB"})}});
    }

    /// Number of typed extensions that were read. Those that openssl reads and we do not, or the reverse, go to
    /// `unlike`.
    static int checkExtensions(const QByteArray& der, QStringList& unlike) {
        const auto certificate = base::outcomeOf([&] { return Certificate::fromDer(view(der)); });
        int count = 0;
        if (!certificate)
            return 0;
        for (const Extension& extension : certificate->extensions()) {
            const test::Reading reading = test::readTyped(extension);
            if (reading == test::Reading::Untyped)
                continue;
            const bool isKept = reading == test::Reading::Kept;
            if (isKept != test::isInWords(extension))
                unlike.append(q(extension.oid() + ' ' + base::toHex(extension.value()) + ' ' + extension.text()));
            count += isKept ? 1 : 0;
        }
        return count;
    }

    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(PrivateExtensionsTest)
#include "tst_private_extensions.moc"
