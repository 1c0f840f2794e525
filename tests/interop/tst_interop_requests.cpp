#include "core/formats/pkcs8.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/interop/tool_files.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

using namespace certwright;
using namespace certwright::test;

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// Requests of ours in the hands of others, and theirs signed by us.
class InteropRequestsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void othersAcceptOurRequests_data();
    void othersAcceptOurRequests();
    void signsARequestOfOpensslWithItsNames();
    void signsARequestOfCerttoolWithItsNames();

private:
    void signAndCheck(const QString& requestFile, const QStringList& names);

    ToolFiles m_files;
};

void InteropRequestsTest::othersAcceptOurRequests_data() {
    QTest::addColumn<QString>("key");
    for (const char* key : {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ed25519", "ed448"})
        QTest::newRow(key) << QString::fromLatin1(key);
}

void InteropRequestsTest::othersAcceptOurRequests() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    QFETCH(QString, key);
    const auto privateKey = crypto::generateKey(crypto::KeySpec::parse(key.toStdString()));
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.product = pki::Product::Request;
    choices.names = x509::parseGeneralNames("www.lab.example api.lab.example 192.0.2.10");
    pki::IssueContext context;
    context.now = realNow();
    context.publicKey = privateKey.publicKey();
    const x509::Request request = pki::signRequest(pki::planIssue(choices, context), privateKey, "let me in");
    const QString file = m_files.write("request.pem", request.toPem());

    const auto shown = run(openssl, {QStringLiteral("req"), QStringLiteral("-in"), file, QStringLiteral("-noout"),
                                     QStringLiteral("-verify"), QStringLiteral("-text")});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QString text = simplified(shown.output);
    for (const char* part : {"CN = www.lab.example", "DNS:www.lab.example, DNS:api.lab.example, IP Address:192.0.2.10",
                             "TLS Web Server Authentication", "challengePassword :let me in"})
        CERTWRIGHT_VERIFY_CONTAINS(text, QString::fromLatin1(part));
    const auto info = run(certtool, {QStringLiteral("--crq-info"), QStringLiteral("--infile"), file});
    CERTWRIGHT_VERIFY_SUCCESS(info);
    CERTWRIGHT_VERIFY_CONTAINS(simplified(info.output), QStringLiteral("DNSname: api.lab.example"));
    CERTWRIGHT_VERIFY_CONTAINS(simplified(info.output), QStringLiteral("Self signature: verified"));
}

void InteropRequestsTest::signAndCheck(const QString& requestFile, const QStringList& names) {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const Made root = make(choicesFor("root-ca", "CN=Root"), nullptr, {}, realNow());
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.product = pki::Product::IssuedCertificate;
    choices.request = x509::Request::fromPem(contentOf(requestFile).toStdString());
    pki::IssueContext context;
    context.now = realNow();
    context.issuer = root.certificate;
    const pki::IssuePlan plan = pki::planIssue(choices, context);
    const auto certificate =
        pki::signCertificate(plan, choices.request->publicKey(), root.key, root.certificate, x509::Serial::random());
    pki::checkIssued(certificate, plan, choices.request->publicKey(), {root.certificate});
    const QString file = m_files.write("signed.pem", certificate.toPem());
    const auto shown = run(openssl, {QStringLiteral("x509"), QStringLiteral("-in"), file, QStringLiteral("-noout"),
                                     QStringLiteral("-ext"), QStringLiteral("subjectAltName")});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    for (const QString& name : names)
        CERTWRIGHT_VERIFY_CONTAINS(simplified(shown.output), name);
    CERTWRIGHT_VERIFY_SUCCESS(
        run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-CAfile"),
                      m_files.write("root.pem", root.certificate.toPem()), file}));
}

void InteropRequestsTest::signsARequestOfOpensslWithItsNames() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString file = m_files.path("theirs.pem");
    CERTWRIGHT_VERIFY_SUCCESS(run(
        openssl, {QStringLiteral("req"), QStringLiteral("-new"), QStringLiteral("-newkey"), QStringLiteral("rsa:2048"),
                  QStringLiteral("-nodes"), QStringLiteral("-keyout"), m_files.path("theirs.key"),
                  QStringLiteral("-subj"), QStringLiteral("/O=Theirs/CN=www.lab.example"), QStringLiteral("-addext"),
                  QStringLiteral("subjectAltName=DNS:www.lab.example,DNS:api.lab.example,otherName:1.2.3.4;UTF8:x"),
                  QStringLiteral("-out"), file}));
    signAndCheck(file, {QStringLiteral("DNS:www.lab.example"), QStringLiteral("DNS:api.lab.example"),
                        QStringLiteral("othername: 1.2.3.4::x")});
}

void InteropRequestsTest::signsARequestOfCerttoolWithItsNames() {
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    const auto key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const QString keyFile = m_files.write("gnutls.key", formats::privateKeyToPem(key).text());
    const QString file = m_files.path("gnutls.pem");
    const QString configuration =
        m_files.write("gnutls.cfg", std::string_view("cn = \"www.lab.example\"\ndns_name = \"www.lab.example\"\n"
                                                     "dns_name = \"api.lab.example\"\ntls_www_server\nsigning_key\n"));
    CERTWRIGHT_VERIFY_SUCCESS(
        run(certtool, {QStringLiteral("--generate-request"), QStringLiteral("--load-privkey"), keyFile,
                       QStringLiteral("--template"), configuration, QStringLiteral("--outfile"), file}));
    signAndCheck(file, {QStringLiteral("DNS:www.lab.example"), QStringLiteral("DNS:api.lab.example")});
}

CERTWRIGHT_TEST_MAIN(InteropRequestsTest)
#include "tst_interop_requests.moc"
