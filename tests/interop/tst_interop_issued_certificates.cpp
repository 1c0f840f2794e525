#include "core/formats/pem.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/interop/tool_files.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

using namespace certwright;
using namespace certwright::test;

namespace {

QString hexSerial(const x509::Certificate& certificate) {
    QString hex = QString::fromStdString(certificate.serial());
    return hex.size() % 2 == 0 ? hex : u'0' + hex;
}

} // namespace

/// Every profile with several kinds of key, as `openssl` and GnuTLS' `certtool` see them.
class IssuedCertificatesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void opensslAgrees_data() { addProfiles(); }
    void opensslAgrees();
    void certtoolAgrees_data() { addProfiles(); }
    void certtoolAgrees();
    void signaturesOfEveryKeyAreAccepted_data();
    void signaturesOfEveryKeyAreAccepted();
    void theLastTimeOfAllIsAccepted();
    void extensionsOfTheUserAreAccepted();

private:
    static void addProfiles();
    Made issue(const QString& profile, const QString& key) const;
    QString chainFile(const Made& leaf) const;

    ToolFiles m_files;
    std::optional<Made> m_root;
    std::optional<Made> m_middle;
    QString m_rootFile;
    QString m_middleFile;
};

void IssuedCertificatesTest::initTestCase() {
    const auto p384 = [] { return crypto::generateKey(crypto::KeySpec::parse("ec:P-384")); };
    m_root = make(choicesFor("root-ca", "CN=Interop Root,O=Lab,C=DE"), nullptr, p384(), realNow());
    m_middle = make(choicesFor("intermediate-ca", "CN=Interop Sub,O=Lab,C=DE"), &*m_root, p384(), realNow());
    m_rootFile = m_files.write("root.pem", m_root->certificate.toPem());
    m_middleFile = m_files.write("middle.pem", m_middle->certificate.toPem());
}

// The contents are those of UX.md 2.3, in the words of either program.
void IssuedCertificatesTest::addProfiles() {
    QTest::addColumn<QString>("profile");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("opensslUsage");
    QTest::addColumn<QString>("opensslPurposes"); // empty: none
    QTest::addColumn<QString>("certtoolUsage");
    QTest::addColumn<QString>("certtoolPurposes");
    QTest::addColumn<QString>("verifyPurpose"); // of openssl verify
    QTest::addColumn<int>("days");              // 0: counted in years
    const auto row = [](const char* profile, const char* key, const char* usage, const char* purposes,
                        const char* certtoolUsage, const char* certtoolPurposes, const char* verifyPurpose, int days) {
        QTest::addRow("%s %s", profile, key)
            << QString::fromLatin1(profile) << QString::fromLatin1(key) << QString::fromLatin1(usage)
            << QString::fromLatin1(purposes) << QString::fromLatin1(certtoolUsage)
            << QString::fromLatin1(certtoolPurposes) << QString::fromLatin1(verifyPurpose) << days;
    };
    const char* sign = "Digital Signature";
    const char* signAndTransport = "Digital Signature, Key Encipherment";
    const char* signs = "Digital signature.";
    const char* signsAndTransports = "Digital signature. Key encipherment.";
    row("tls-server", "ec:P-256", sign, "TLS Web Server Authentication", signs, "TLS WWW Server.", "sslserver", 200);
    row("tls-server", "rsa:2048", signAndTransport, "TLS Web Server Authentication", signsAndTransports,
        "TLS WWW Server.", "sslserver", 200);
    row("tls-server", "ed25519", sign, "TLS Web Server Authentication", signs, "TLS WWW Server.", "sslserver", 200);
    row("tls-client", "ec:P-256", sign, "TLS Web Client Authentication", signs, "TLS WWW Client.", "sslclient", 0);
    row("tls-both", "ec:P-256", sign, "TLS Web Server Authentication, TLS Web Client Authentication", signs,
        "TLS WWW Server. TLS WWW Client.", "sslserver", 200);
    row("code-signing", "rsa:3072", sign, "Code Signing", signs, "Code signing.", "any", 0);
    row("smime", "rsa:2048", signAndTransport, "E-mail Protection", signsAndTransports, "Email protection.",
        "smimesign", 0);
    row("smime", "ec:P-256", "Digital Signature, Key Agreement", "E-mail Protection",
        "Digital signature. Key agreement.", "Email protection.", "smimesign", 0);
    row("ocsp-responder", "ec:P-256", sign, "OCSP Signing", signs, "OCSP signing.", "ocsphelper", 90);
    row("vpn-server", "rsa:2048", signAndTransport, "TLS Web Server Authentication, ipsec Internet Key Exchange",
        signsAndTransports, "TLS WWW Server.", "sslserver", 0);
    row("vpn-client", "rsa:2048", signAndTransport, "TLS Web Client Authentication", signsAndTransports,
        "TLS WWW Client.", "sslclient", 0);
    row("timestamping", "rsa:2048", sign, "Time Stamping", signs, "Time stamping.", "timestampsign", 0);
}

Made IssuedCertificatesTest::issue(const QString& profile, const QString& key) const {
    pki::IssueChoices choices = choicesFor(profile.toStdString());
    if (profile == QLatin1String("smime"))
        choices.names = x509::parseGeneralNames("ada@lab.example");
    else if (choices.profile.takesCommonNameFromNames)
        choices.names = x509::parseGeneralNames("www.lab.example, *.lab.example, 192.0.2.10, 2001:db8::10");
    else
        choices.subject = x509::Name::parse("CN=Ädä Löve,O=Lab\\, Inc.,C=DE");
    return make(choices, &*m_middle, crypto::generateKey(crypto::KeySpec::parse(key.toStdString())), realNow());
}

QString IssuedCertificatesTest::chainFile(const Made& leaf) const {
    return m_files.write("chain.pem", leaf.certificate.toPem() + m_middle->certificate.toPem());
}

void IssuedCertificatesTest::opensslAgrees() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    QFETCH(QString, profile);
    QFETCH(QString, key);
    QFETCH(QString, opensslUsage);
    QFETCH(QString, opensslPurposes);
    QFETCH(QString, verifyPurpose);
    const Made leaf = issue(profile, key);
    const QString file = m_files.write("leaf.pem", leaf.certificate.toPem());

    const auto shown =
        run(openssl, {QStringLiteral("x509"), QStringLiteral("-in"), file, QStringLiteral("-noout"),
                      QStringLiteral("-text"), QStringLiteral("-serial"), QStringLiteral("-subject"),
                      QStringLiteral("-dates"), QStringLiteral("-nameopt"), QStringLiteral("RFC2253,-esc_msb")});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QString text = simplified(shown.output);
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("serial=") + hexSerial(leaf.certificate));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("subject=") +
                                         QString::fromStdString(leaf.certificate.subject().toRfc2253()));
    CERTWRIGHT_VERIFY_CONTAINS(text,
                               QStringLiteral("notBefore=") + opensslTime(*leaf.certificate.notBefore()).simplified());
    CERTWRIGHT_VERIFY_CONTAINS(text,
                               QStringLiteral("notAfter=") + opensslTime(*leaf.certificate.notAfter()).simplified());
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("X509v3 Basic Constraints: critical CA:FALSE"));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("X509v3 Key Usage: critical ") + opensslUsage + u' ');
    const bool isCritical = profile == QLatin1String("timestamping");
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("X509v3 Extended Key Usage: ") +
                                         (isCritical ? QStringLiteral("critical ") : QString()) + opensslPurposes +
                                         u' ');
    QCOMPARE(text.contains(QLatin1String("OCSP No Check")), profile == QLatin1String("ocsp-responder"));
    QVERIFY(!text.contains(QLatin1String("Netscape")));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("X509v3 Subject Key Identifier"));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("X509v3 Authority Key Identifier"));

    const auto verified =
        run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-CAfile"), m_rootFile,
                      QStringLiteral("-untrusted"), m_middleFile, QStringLiteral("-purpose"), verifyPurpose, file});
    CERTWRIGHT_VERIFY_SUCCESS(verified);
}

void IssuedCertificatesTest::certtoolAgrees() {
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    QFETCH(QString, profile);
    QFETCH(QString, key);
    QFETCH(QString, certtoolUsage);
    QFETCH(QString, certtoolPurposes);
    QFETCH(int, days);
    const Made leaf = issue(profile, key);
    const auto shown = run(certtool, {QStringLiteral("--certificate-info"), QStringLiteral("--infile"),
                                      m_files.write("leaf.pem", leaf.certificate.toPem())});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QString text = simplified(shown.output);
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("Serial Number (hex): ") + hexSerial(leaf.certificate).toLower());
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("Certificate Authority (CA): FALSE"));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("Key Usage (critical): ") + certtoolUsage);
    const QString critical =
        profile == QLatin1String("timestamping") ? QStringLiteral("critical") : QStringLiteral("not critical");
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("Key Purpose (%1): %2").arg(critical, certtoolPurposes));
    CERTWRIGHT_VERIFY_CONTAINS(text, QStringLiteral("Subject Key Identifier"));
    if (days != 0)
        QCOMPARE((*leaf.certificate.notAfter() - *leaf.certificate.notBefore()).count() + 1, days * 86400L);

    const auto verified = run(certtool, {QStringLiteral("--verify"), QStringLiteral("--load-ca-certificate"),
                                         m_rootFile, QStringLiteral("--infile"), chainFile(leaf)});
    CERTWRIGHT_VERIFY_SUCCESS(verified);
    CERTWRIGHT_VERIFY_CONTAINS(simplified(verified.output), QStringLiteral("The certificate is trusted."));
}

void IssuedCertificatesTest::signaturesOfEveryKeyAreAccepted_data() {
    QTest::addColumn<QString>("key");
    for (const char* key : {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519", "ed448"})
        QTest::newRow(key) << QString::fromLatin1(key);
}

void IssuedCertificatesTest::signaturesOfEveryKeyAreAccepted() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    QFETCH(QString, key);
    const auto spec = crypto::KeySpec::parse(key.toStdString());
    const Made root = make(choicesFor("root-ca", "CN=Own Root"), nullptr, crypto::generateKey(spec), realNow());
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("a.lab.example");
    const Made leaf = make(choices, &root, crypto::generateKey(spec), realNow());
    const QString rootFile = m_files.write("own-root.pem", root.certificate.toPem());
    const QString file = m_files.write("own-leaf.pem", leaf.certificate.toPem());
    CERTWRIGHT_VERIFY_SUCCESS(
        run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-check_ss_sig"),
                      QStringLiteral("-purpose"), QStringLiteral("sslserver"), QStringLiteral("-verify_hostname"),
                      QStringLiteral("a.lab.example"), QStringLiteral("-CAfile"), rootFile, file}));
    CERTWRIGHT_VERIFY_SUCCESS(
        run(certtool, {QStringLiteral("--verify"), QStringLiteral("--verify-hostname"), QStringLiteral("a.lab.example"),
                       QStringLiteral("--load-ca-certificate"), rootFile, QStringLiteral("--infile"), file}));
}

void IssuedCertificatesTest::theLastTimeOfAllIsAccepted() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    pki::IssueChoices rootChoices = choicesFor("root-ca", "CN=Forever");
    rootChoices.notAfter = base::parseAsn1Time("99991231235959Z");
    const Made root = make(rootChoices, nullptr, {}, realNow());
    pki::IssueChoices choices = choicesFor("tls-client", "CN=Forever below");
    choices.notAfter = rootChoices.notAfter;
    const Made leaf = make(choices, &root, {}, realNow());
    const QString rootFile = m_files.write("forever.pem", root.certificate.toPem());
    const QString file = m_files.write("below.pem", leaf.certificate.toPem());
    const auto shown = run(openssl, {QStringLiteral("x509"), QStringLiteral("-in"), file, QStringLiteral("-noout"),
                                     QStringLiteral("-enddate")});
    QCOMPARE(simplified(shown.output), QStringLiteral("notAfter=Dec 31 23:59:59 9999 GMT"));
    CERTWRIGHT_VERIFY_SUCCESS(run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"),
                                            QStringLiteral("-CAfile"), rootFile, file}));
    CERTWRIGHT_VERIFY_SUCCESS(run(certtool, {QStringLiteral("--verify"), QStringLiteral("--load-ca-certificate"),
                                             rootFile, QStringLiteral("--infile"), file}));
}

void IssuedCertificatesTest::extensionsOfTheUserAreAccepted() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("a.lab.example");
    const auto add = [&choices](std::string_view name, std::string_view value) {
        choices.extensions.push_back(x509::Extension::fromText(name, false, value));
    };
    add("crlDistributionPoints", "URI:http://crl.lab.example/sub.crl");
    add("authorityInfoAccess", "OCSP;URI:http://ocsp.lab.example");
    add("certificatePolicies", "2.23.140.1.2.1");
    add("tlsfeature", "status_request");
    add("1.3.6.1.4.1.55555.1", "ASN1:UTF8String:own");
    const Made leaf = make(choices, &*m_middle, {}, realNow());
    const QString file = m_files.write("extended.pem", leaf.certificate.toPem());
    const auto shown = run(openssl, {QStringLiteral("x509"), QStringLiteral("-in"), file, QStringLiteral("-noout"),
                                     QStringLiteral("-text")});
    const QString text = simplified(shown.output);
    for (const char* part : {"URI:http://crl.lab.example/sub.crl", "OCSP - URI:http://ocsp.lab.example",
                             "Policy: 2.23.140.1.2.1", "status_request", "1.3.6.1.4.1.55555.1: ..own"})
        CERTWRIGHT_VERIFY_CONTAINS(text, QString::fromLatin1(part));
    CERTWRIGHT_VERIFY_SUCCESS(
        run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-CAfile"), m_rootFile,
                      QStringLiteral("-untrusted"), m_middleFile, file}));
}

CERTWRIGHT_TEST_MAIN(IssuedCertificatesTest)
#include "tst_interop_issued_certificates.moc"
