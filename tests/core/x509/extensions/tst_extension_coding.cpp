#include "core/base/error.h"
#include "core/x509/certificate.h"
#include "core/x509/extension_values.h"
#include "core/x509/extensions/crl_values.h"
#include "core/x509/extensions/directory_attributes.h"
#include "core/x509/extensions/distribution_points.h"
#include "core/x509/extensions/features.h"
#include "core/x509/extensions/information_access.h"
#include "core/x509/extensions/key_identifiers.h"
#include "core/x509/extensions/name_constraints.h"
#include "core/x509/extensions/netscape.h"
#include "core/x509/extensions/policies.h"
#include "core/x509/extensions/usages.h"
#include "tests/core/x509/extensions/value_rows.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::x509;
using base::ErrorKind;
using test::Encoding;
using test::q;
using test::unhex;
using test::ValueCheck;
using test::valueRow;
using test::view;
using Type = GeneralName::Type;

// Each value is encoded by openssl from a line of its configuration, or from a description of the ASN.1 that the RFC
// gives, and has to be read as what was described, and be written octet by octet as openssl did.
class ExtensionCodingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void agreesWithOpenssl_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("sections");
        QTest::addColumn<ValueCheck>("check");
        addBasics();
        addPolicies();
        addNameConstraints();
        addDistributionPoints();
        addAccess();
        addRevocation();
        addNetscape();
    }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, sections);
        QFETCH(ValueCheck, check);
        const QByteArray certificate = m_maker.certificate(line, sections);
        QVERIFY(!certificate.isEmpty());
        const Extension made = Certificate::fromDer(view(certificate)).extensions().at(0);
        QCOMPARE(check.compare(made), QString());
        QVERIFY(!check.isRead("1.2.3.4", made.value())); // not what it is
        QVERIFY(!check.isRead(made.oid(), {}));
        for (std::size_t size = 1; size < made.value().size(); ++size) {
            const base::Bytes cut(made.value().begin(), made.value().begin() + static_cast<std::ptrdiff_t>(size));
            QVERIFY2(!check.isRead(made.oid(), cut), base::toHex(cut).c_str());
        }
    }

    // What each clause of RFC 5280 forbids is not written.
    void refusesWhatTheRfcForbids() {
        const auto fails = [](const auto& value) {
            const auto error = test::errorOf([&] { return value.encode(); });
            return error && error->kind() == ErrorKind::BadInput;
        };
        QVERIFY(fails(BasicConstraints{false, 1})); // 4.2.1.9
        QVERIFY(fails(BasicConstraints{true, -1}));
        QVERIFY(fails(KeyUsage{0})); // 4.2.1.3
        QVERIFY(fails(KeyUsage{1U << 9U}));
        QVERIFY(fails(ExtendedKeyUsage{})); // 4.2.1.12
        QVERIFY(fails(ExtendedKeyUsage{{"no purpose"}}));
        QVERIFY(fails(AuthorityKeyIdentifier{{}, {{Type::Dns, "a"}}, {}})); // 4.2.1.1
        QVERIFY(fails(AuthorityKeyIdentifier{{}, {}, Serial::parse("1")}));
        QVERIFY(fails(AlternativeNames{})); // 4.2.1.6
        QVERIFY(fails(AlternativeNames{{{Type::Dns, "käse.example"}}}));
        QVERIFY(fails(CertificatePolicies{})); // 4.2.1.4
        QVERIFY(fails(CertificatePolicies{{{"1.2.3"}, {"1.2.3"}}}));
        QVERIFY(fails(CertificatePolicies{{{"1.2.x"}}}));
        QVERIFY(fails(CertificatePolicies{{{"1.2.3", {UserNotice{{}, {}, std::string(201, 'x')}}}}}));
        QVERIFY(!fails(CertificatePolicies{{{"1.2.3", {UserNotice{{}, {}, std::string(200, 'x')}}}}}));
        QVERIFY(fails(CertificatePolicies{{{"1.2.3", {PracticeStatement{"http://käse.example"}}}}}));
        QVERIFY(fails(PolicyMappings{})); // 4.2.1.5
        QVERIFY(fails(PolicyMappings{{{"2.5.29.32.0", "1.2.3"}}}));
        QVERIFY(fails(PolicyMappings{{{"1.2.3", "anyPolicy"}}}));
        QVERIFY(fails(PolicyConstraints{})); // 4.2.1.11
        QVERIFY(fails(NameConstraints{}));   // 4.2.1.10
        for (const char* range : {"192.0.2.0", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x",
                                  "192.0.2.0/ffff::", "2001:db8::/129", "lab.example/24", ""})
            QVERIFY2(fails(NameConstraints{{{{Type::Ip, range}}}, {}}), range);
        QVERIFY(fails(DistributionPoints{})); // 4.2.1.13
        QVERIFY(fails(DistributionPoints{{{{}, {}, {RevocationReason::Superseded}, {}}}}));
        QVERIFY(fails(DistributionPoints{{{{{Type::Uri, "http://a"}}, "CN=x", {}, {}}}}));
        QVERIFY(fails(DistributionPoints{{{{}, "CN=x,O=y", {}, {}}}}));
        QVERIFY(fails(DistributionPoints{{{{}, "CN=x", {RevocationReason::Unspecified}, {}}}}));
        QVERIFY(fails(DistributionPoints{{{{}, "CN=x", {RevocationReason::RemoveFromCrl}, {}}}}));
        QVERIFY(fails(InformationAccess{})); // 4.2.2
        QVERIFY(fails(InformationAccess{{{"no method", {Type::Uri, "http://a"}}}}));
        QVERIFY(fails(SubjectDirectoryAttributes{})); // 4.2.1.8
        QVERIFY(fails(SubjectDirectoryAttributes{{{"1.2.3", {}}}}));
        QVERIFY(fails(TlsFeature{}));                   // RFC 7633 4
        QVERIFY(fails(CrlNumber{Serial::parse("-1")})); // 5.2.3
        QVERIFY(fails(CrlNumber{Serial::parse(std::string(41, '1'))}));
        QVERIFY(!fails(CrlNumber{Serial::parse("7" + std::string(39, '1'))}));
        QVERIFY(fails(InvalidityDate{test::timeAt("9999-12-31T23:59:59Z") + std::chrono::seconds(1)}));
        QVERIFY(fails(NetscapeCertType{0x100}));
        QVERIFY(fails(NetscapeText{"käse"}));
    }

    // Values that X.690 or an RFC forbids, put together by hand.
    void readsNoDamagedValues() {
        QVERIFY(!CrlReason::decode(view(unhex("0a0107")))); // 5.3.1: 7 is not used
        QVERIFY(!CrlReason::decode(view(unhex("0a010b"))));
        QVERIFY(!CrlReason::decode(view(unhex("020101"))));
        QVERIFY(!IssuingDistributionPoint::decode(view(unhex("30068101ff8201ff")))); // 5.2.5: one of them at most
        QVERIFY(!IssuingDistributionPoint::decode(view(unhex("30048102ffff"))));
        QVERIFY(!IssuingDistributionPoint::decode(view(unhex("30048302080080"))));
        QVERIFY(IssuingDistributionPoint::decode(view(unhex("3000"))) == IssuingDistributionPoint());
        QVERIFY(!DistributionPoints::decode(view(unhex("30063004a0028200")))); // neither kind of name
        QVERIFY(!DistributionPoints::decode(view(unhex("30083006a004a1020500"))));
        QVERIFY(!NameConstraints::decode(view(unhex("3007a00530038700ff"))));
        QVERIFY(!NameConstraints::decode(view(unhex("300aa008300682016180018f"))));
        QVERIFY(!PolicyConstraints::decode(view(unhex("30038001ff"))));
        QVERIFY(!InhibitAnyPolicy::decode(view(unhex("0201ff"))));
        QVERIFY(!TlsFeature::decode(view(unhex("30050203010000")))); // more than 16 bits
        QVERIFY(!OcspNoCheck::decode(view(unhex("050100"))));
        QVERIFY(!NetscapeCertType::decode(view(unhex("03020980"))));
        QVERIFY(!NetscapeCertType::decode(view(unhex("030101"))));
        QVERIFY(!AuthorityKeyIdentifier::decode(view(unhex("30028200"))));
        QVERIFY(!InformationAccess::decode(view(unhex("300a3008060329030482016182"))));
        QVERIFY(!InvalidityDate::decode(view(unhex("180d323032343133303130303030305a"))));
    }

    // A mask by its number of bits is the same as written out.
    void takesMasksByBits() {
        const auto encoded = [](const char* range) { return NameConstraints{{{{Type::Ip, range}}}, {}}.encode(); };
        QCOMPARE(test::bytes(encoded("192.0.2.0/24")), test::bytes(encoded("192.0.2.0/255.255.255.0")));
        QCOMPARE(test::bytes(encoded("10.0.0.0/9")), test::bytes(encoded("10.0.0.0/255.128.0.0")));
        QCOMPARE(test::bytes(encoded("0.0.0.0/0")), test::bytes(encoded("0.0.0.0/0.0.0.0")));
        QCOMPARE(test::bytes(encoded("2001:db8::/32")), test::bytes(encoded("2001:db8::/ffff:ffff::")));
    }

    // OpenSSL 3.0 has no words for these.
    void saysDirectoryAttributesInWords() {
        const Extension extension = made("2.5.29.9=ASN1:SEQUENCE:s", DirectorySections);
        QCOMPARE(q(extension.text()), QStringLiteral("Date of birth: 1971-10-14T12:00:00Z\n"
                                                     "Country of citizenship: DE, GB\n1.2.3.4: #020105\n"
                                                     "Gender: F"));
    }

private:
    static constexpr const char* DirectorySections =
        "[s]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\n"
        "[a]\no=OID:1.3.6.1.5.5.7.9.1\nv=SET:av\n[av]\nx=GENTIME:19711014120000Z\n"
        "[b]\no=OID:1.3.6.1.5.5.7.9.4\nv=SET:bv\n[bv]\nx=PRINTABLE:DE\ny=PRINTABLE:GB\n"
        "[c]\no=OID:1.2.3.4\nv=SET:cv\n[cv]\nx=INTEGER:5\n"
        "[d]\no=OID:1.3.6.1.5.5.7.9.3\nv=SET:dv\n[dv]\nx=UTF8:F\n";

    Extension made(const char* line, const char* sections) const {
        return Certificate::fromDer(view(m_maker.certificate(line, sections))).extensions().at(0);
    }

    static void addBasics() {
        valueRow("CA", "basicConstraints=CA:TRUE", "", BasicConstraints{true, {}});
        valueRow("CA, path length", "basicConstraints=CA:TRUE,pathlen:300", "", BasicConstraints{true, 300});
        valueRow("no CA", "basicConstraints=CA:FALSE", "", BasicConstraints());
        valueRow("key usage", "keyUsage=digitalSignature,keyCertSign", "",
                 KeyUsage{KeyUsage::DigitalSignature | KeyUsage::KeyCertSign});
        valueRow("key usage, all nine",
                 "keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,"
                 "cRLSign,encipherOnly,decipherOnly",
                 "", KeyUsage{(1U << 9U) - 1});
        valueRow("key usage, the last", "keyUsage=decipherOnly", "", KeyUsage{KeyUsage::DecipherOnly});
        valueRow("extended key usage", "extendedKeyUsage=serverAuth,1.2.3.4", "",
                 ExtendedKeyUsage{{"1.3.6.1.5.5.7.3.1", "1.2.3.4"}});
        valueRow("subject key", "subjectKeyIdentifier=0102aB", "", SubjectKeyIdentifier{{1, 2, 0xAB}});
        valueRow("authority key", "authorityKeyIdentifier=ASN1:SEQUENCE:a", "[a]\nk=IMP:0,FORMAT:HEX,OCT:0102ff\n",
                 AuthorityKeyIdentifier{base::Bytes{1, 2, 0xFF}});
        valueRow("authority key, all parts", "authorityKeyIdentifier=ASN1:SEQUENCE:a",
                 "[a]\nk=IMP:0,FORMAT:HEX,OCT:01\ni=IMP:1,SEQUENCE:names\ns=IMP:2,INTEGER:0x8123\n"
                 "[names]\nn=IMP:2,IA5STRING:lab.example\n",
                 AuthorityKeyIdentifier{base::Bytes{1}, {{Type::Dns, "lab.example"}}, Serial::parse("8123")});
        valueRow("alternative names", "subjectAltName=DNS:a.example,IP:192.0.2.1,email:a@b.example,URI:x:y,RID:1.2.3",
                 "",
                 AlternativeNames{{{Type::Dns, "a.example"},
                                   {Type::Ip, "192.0.2.1"},
                                   {Type::Email, "a@b.example"},
                                   {Type::Uri, "x:y"},
                                   {Type::RegisteredId, "1.2.3"}}});
        valueRow("issuer's names", "issuerAltName=@n",
                 "[n]\nURI=https://lab.example\notherName=1.2.3;FORMAT:UTF8,UTF8:é\n",
                 AlternativeNames{{{Type::Uri, "https://lab.example"}, {Type::OtherName, "1.2.3;UTF8:é"}}});
    }

    static void addPolicies() {
        valueRow("policies", "certificatePolicies=1.2.3.4,2.5.29.32.0", "",
                 CertificatePolicies{{{"1.2.3.4"}, {"2.5.29.32.0"}}});
        valueRow(
            "policy with a statement", "certificatePolicies=@p",
            "[p]\npolicyIdentifier=1.3.5.8\nCPS.1=\"http://lab.example/cps\"\nCPS.2=\"http://b.example/\"\n",
            CertificatePolicies{
                {{"1.3.5.8", {PracticeStatement{"http://lab.example/cps"}, PracticeStatement{"http://b.example/"}}}}});
        valueRow("policy with a text", "certificatePolicies=@p",
                 "[p]\npolicyIdentifier=1.3.5.8\nuserNotice.1=@n\n[n]\nexplicitText=\"UTF8:Für alle\"\n",
                 CertificatePolicies{{{"1.3.5.8", {UserNotice{{}, {}, "Für alle"}}}}});
        const CertificatePolicies notice{{{"1.3.5.8", {UserNotice{"Lab", {1, 300}, "Read it"}}}}};
        valueRow("policy with a notice, other strings", "certificatePolicies=@p",
                 "[p]\npolicyIdentifier=1.3.5.8\nuserNotice.1=@n\n[n]\nexplicitText=\"Read it\"\norganization=Lab\n"
                 "noticeNumbers=1,300\n",
                 notice, Encoding::Different);
        valueRow("policy with a notice", "certificatePolicies=ASN1:SEQUENCE:p",
                 "[p]\na=SEQUENCE:i\n[i]\no=OID:1.3.5.8\nq=SEQUENCE:qs\n[qs]\na=SEQUENCE:q\n"
                 "[q]\no=OID:1.3.6.1.5.5.7.2.2\nn=SEQUENCE:n\n[n]\nr=SEQUENCE:r\nt=UTF8:Read it\n"
                 "[r]\no=UTF8:Lab\nn=SEQUENCE:numbers\n[numbers]\na=INTEGER:1\nb=INTEGER:300\n",
                 notice);
        valueRow("policy with an empty notice", "certificatePolicies=@p",
                 "[p]\npolicyIdentifier=1.3.5.8\nuserNotice.1=@n\n[n]\n",
                 CertificatePolicies{{{"1.3.5.8", {UserNotice()}}}});
        valueRow("policy with something else", "certificatePolicies=ASN1:SEQUENCE:p",
                 "[p]\na=SEQUENCE:i\n[i]\no=OID:1.3.5.8\nq=SEQUENCE:qs\n[qs]\na=SEQUENCE:q\n"
                 "[q]\no=OID:1.2.3.4\nn=INTEGER:7\n",
                 CertificatePolicies{{{"1.3.5.8", {OtherQualifier{"1.2.3.4", {2, 1, 7}}}}}});
        valueRow("policy mappings", "policyMappings=1.2.3.4:1.2.3.5,1.2.3.6:1.2.3.7", "",
                 PolicyMappings{{{"1.2.3.4", "1.2.3.5"}, {"1.2.3.6", "1.2.3.7"}}});
        valueRow("policy constraints", "policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:200", "",
                 PolicyConstraints{3, 200});
        valueRow("policy constraints, first", "policyConstraints=requireExplicitPolicy:0", "",
                 PolicyConstraints{0, {}});
        valueRow("policy constraints, second", "policyConstraints=inhibitPolicyMapping:1", "",
                 PolicyConstraints{{}, 1});
        valueRow("inhibit anyPolicy", "inhibitAnyPolicy=128", "", InhibitAnyPolicy{128});
    }

    static void addNameConstraints() {
        valueRow("constraints",
                 "nameConstraints=permitted;DNS:.lab.example,permitted;IP:192.0.2.0/255.255.255.0,excluded;email:"
                 "lab.example,excluded;IP:2001:db8::/ffff:ffff::,excluded;URI:.lab.example",
                 "",
                 NameConstraints{{{{Type::Dns, ".lab.example"}}, {{Type::Ip, "192.0.2.0/255.255.255.0"}}},
                                 {{{Type::Email, "lab.example"}},
                                  {{Type::Ip, "2001:db8::/ffff:ffff::"}},
                                  {{Type::Uri, ".lab.example"}}}});
        valueRow("constraint of a directory", "nameConstraints=permitted;dirName:lab", "[lab]\nO=Lab\n",
                 NameConstraints{{{{Type::DirectoryName, "O=Lab"}}}, {}});
        valueRow("constraint of all hosts, with bounds", "nameConstraints=ASN1:SEQUENCE:n",
                 "[n]\ne=IMP:1,SEQUENCE:list\n[list]\na=SEQUENCE:t\n[t]\nd=IMP:2,IA5STRING:\nm=IMP:0,INTEGER:2\n"
                 "x=IMP:1,INTEGER:300\n",
                 NameConstraints{{}, {{{Type::Dns, ""}, 2, 300}}});
    }

    static void addDistributionPoints() {
        valueRow("points", "crlDistributionPoints=URI:http://lab.example/a.crl,URI:http://lab.example/b.crl", "",
                 DistributionPoints{
                     {{{{Type::Uri, "http://lab.example/a.crl"}}}, {{{Type::Uri, "http://lab.example/b.crl"}}}}});
        valueRow("points with all parts", "crlDistributionPoints=one,two",
                 "[one]\nfullname=URI:http://lab.example/a.crl\nreasons=keyCompromise,CACompromise,AACompromise\n"
                 "CRLissuer=dirName:issuer\n[two]\nrelativename=relative\nCRLissuer=dirName:issuer\n"
                 "reasons=privilegeWithdrawn\n[issuer]\nO=Lab\nCN=Lists\n[relative]\nCN=list 1\n",
                 DistributionPoints{{{{{Type::Uri, "http://lab.example/a.crl"}},
                                      {},
                                      {RevocationReason::KeyCompromise, RevocationReason::CaCompromise,
                                       RevocationReason::AaCompromise},
                                      {{Type::DirectoryName, "CN=Lists,O=Lab"}}},
                                     {{},
                                      "CN=list 1",
                                      {RevocationReason::PrivilegeWithdrawn},
                                      {{Type::DirectoryName, "CN=Lists,O=Lab"}}}}});
        valueRow("point of an issuer alone", "crlDistributionPoints=one", "[one]\nCRLissuer=dirName:i\n[i]\nCN=Lists\n",
                 DistributionPoints{{{{}, {}, {}, {{Type::DirectoryName, "CN=Lists"}}}}});
        valueRow("freshest list", "freshestCRL=URI:http://lab.example/delta.crl", "",
                 DistributionPoints{{{{{Type::Uri, "http://lab.example/delta.crl"}}}}});
        using Point = IssuingDistributionPoint;
        valueRow("issuing point", "issuingDistributionPoint=critical,@p",
                 "[p]\nfullname=URI:http://lab.example/a.crl\nonlyCA=TRUE\nindirectCRL=TRUE\n"
                 "onlysomereasons=superseded,certificateHold\n",
                 Point{{{Type::Uri, "http://lab.example/a.crl"}},
                       Point::Scope::Cas,
                       {RevocationReason::Superseded, RevocationReason::CertificateHold},
                       true});
        valueRow("issuing point, relative", "issuingDistributionPoint=@p",
                 "[p]\nrelativename=r\nonlyuser=TRUE\n[r]\nCN=a\n+OU=b\n",
                 Point{{}, Point::Scope::EndEntities, {}, false, "OU=b+CN=a"}, Encoding::Different);
        valueRow("issuing point of attributes", "issuingDistributionPoint=@p", "[p]\nonlyAA=TRUE\n",
                 Point{{}, Point::Scope::AttributeCertificates, {}});
    }

    static void addAccess() {
        valueRow("authority's places", "authorityInfoAccess=OCSP;URI:http://ocsp.lab.example,caIssuers;dirName:d",
                 "[d]\nO=Lab\n",
                 InformationAccess{{{"1.3.6.1.5.5.7.48.1", {Type::Uri, "http://ocsp.lab.example"}},
                                    {"1.3.6.1.5.5.7.48.2", {Type::DirectoryName, "O=Lab"}}}});
        valueRow("subject's places", "subjectInfoAccess=caRepository;URI:http://lab.example/,1.2.3;DNS:lab.example", "",
                 InformationAccess{{{"1.3.6.1.5.5.7.48.5", {Type::Uri, "http://lab.example/"}},
                                    {"1.2.3", {Type::Dns, "lab.example"}}}});
        valueRow("directory", "2.5.29.9=ASN1:SEQUENCE:s", DirectorySections,
                 SubjectDirectoryAttributes{{{"1.3.6.1.5.5.7.9.1",
                                              {base::toBytes(view(QByteArray("\x18\x0f"
                                                                             "19711014120000Z")))}},
                                             {"1.3.6.1.5.5.7.9.4", {{0x13, 2, 'D', 'E'}, {0x13, 2, 'G', 'B'}}},
                                             {"1.2.3.4", {{2, 1, 5}}},
                                             DirectoryAttribute::ofText("1.3.6.1.5.5.7.9.3", "F")}});
        valueRow("features", "tlsfeature=status_request,status_request_v2,300", "", TlsFeature{{5, 17, 300}});
        valueRow("no check", "noCheck=ignored", "", OcspNoCheck());
    }

    static void addRevocation() {
        valueRow("list's number", "crlNumber=ASN1:INTEGER:0xfedcba9876543210ff", "",
                 CrlNumber{Serial::parse("FEDCBA9876543210FF")});
        valueRow("delta's base", "deltaCRL=ASN1:INTEGER:0", "", CrlNumber());
        valueRow("reason", "CRLReason=ASN1:ENUMERATED:9", "", CrlReason{RevocationReason::PrivilegeWithdrawn});
        valueRow("invalidity", "invalidityDate=ASN1:GENTIME:20240229235959Z", "",
                 InvalidityDate{test::timeAt("2024-02-29T23:59:59Z")});
        valueRow("certificate's issuer", "2.5.29.29=ASN1:SEQUENCE:n", "[n]\nn=IMP:2,IA5STRING:lab.example\n",
                 AlternativeNames{{{Type::Dns, "lab.example"}}});
    }

    static void addNetscape() {
        valueRow("Netscape type", "nsCertType=client,server,objCA", "",
                 NetscapeCertType{NetscapeCertType::SslClient | NetscapeCertType::SslServer |
                                  NetscapeCertType::ObjectSigningCa});
        valueRow("Netscape comment", "nsComment=a comment, with a comma", "", NetscapeText{"a comment, with a comma"});
        for (const char* type :
             {"nsBaseUrl", "nsRevocationUrl", "nsCaRevocationUrl", "nsRenewalUrl", "nsCaPolicyUrl", "nsSslServerName"})
            valueRow(type, (QByteArray(type) + "=http://lab.example/").constData(), "",
                     NetscapeText{"http://lab.example/"});
    }

    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(ExtensionCodingTest)
#include "tst_extension_coding.moc"
