// Verifications that fetch what they lack, from real servers: Python's http.server for certificates and lists,
// `openssl ocsp` as a responder. What `openssl verify -crl_download` says of the lists is compared.
#include "core/service/online_verifier.h"
#include "core/x509/crl_builder.h"
#include "tests/core/x509/ocsp/ocsp_pki.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <memory>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using service::FetchedItem;
using service::OnlineVerification;
using service::OnlineVerificationPtr;
using x509::VerifyOptions;

namespace {

QStringList idsOf(const OnlineVerification& verification) {
    QStringList ids;
    for (const x509::Finding& finding : verification.result.findings)
        ids << q(finding.id);
    return ids;
}

/// "issuer /sub.cer", with "!" and the error's kind where it failed.
QString fetchedText(const OnlineVerification& verification) {
    QStringList lines;
    for (const FetchedItem& item : verification.fetched) {
        const QString path = QStringLiteral("/") + q(item.url).section(u'/', 3);
        lines << q(service::toString(item.kind)) + u' ' + path +
                     (item.failure ? QStringLiteral(" !") + nameOf(item.failure->kind()) : QString());
    }
    return lines.join(QStringLiteral(", "));
}

/// Runs a verification to its end in the event loop of the test.
OnlineVerificationPtr run(service::OnlineRequest request) {
    service::OnlineVerifier verifier;
    OnlineVerificationPtr result;
    QObject::connect(&verifier, &service::OnlineVerifier::finished, &verifier,
                     [&result](const OnlineVerificationPtr& outcome) { result = outcome; });
    verifier.start(std::move(request));
    if (!QTest::qWaitFor([&result] { return result != nullptr; }, 30000))
        qFatal("the verification has no end");
    return result;
}

} // namespace

class OnlineVerifierTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fetchesNothingUnasked();
    void fetchesIssuers_data();
    void fetchesIssuers();
    void saysWhatCouldNotBeFetched_data();
    void saysWhatCouldNotBeFetched();
    void takesAnotherPlace();
    void endsOnALongWay();
    void fetchesCrls_data();
    void fetchesCrls();
    void asksTheResponder_data();
    void asksTheResponder();
    void hasToKnowTheIssuerToAsk();
    void waitsNotForEver();
    void canBeStopped();

private:
    std::string url(const char* path) const {
        return "http://127.0.0.1:" + std::to_string(m_server->port()) + "/" + path;
    }
    void serve(const char* name, const QByteArray& content) const { writeFile(m_folder, name, content); }
    x509::Crl crl(const TestCa& ca, const x509::Certificate* revoked = nullptr) const {
        const base::Time now = base::SystemClock().now();
        x509::CrlBuilder builder(ca.certificate());
        builder.setThisUpdate(now - std::chrono::hours(1)).setNextUpdate(now + std::chrono::hours(1));
        builder.setNumber(x509::Serial::parse("01"));
        if (revoked != nullptr)
            builder.add({x509::Serial::parse(revoked->serial()), now - std::chrono::hours(2),
                         x509::RevocationReason::KeyCompromise, std::nullopt});
        return builder.sign(ca.key());
    }
    /// A certificate whose issuer, list and responder are at these URLs.
    x509::Certificate leaf(const TestCa& ca, const OcspPki::Extensions& extensions) const {
        return OcspPki::issue(ca, "CN=leaf", extensions).certificate;
    }
    service::OnlineRequest request(x509::Certificate certificate, service::FetchChoice fetch) const {
        service::OnlineRequest request{std::move(certificate), {}, {}, fetch};
        request.trust.addTrusted(m_root.certificate());
        return request;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<RealServer> m_server;
    TestCa m_root{"CN=Online Root"};
    TestCa m_sub = m_root.intermediate("CN=Online Sub");
};

void OnlineVerifierTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    CERTWRIGHT_NEED_TOOL(python, "python3");
    QString message;
    m_server = RealServer::start(
        python,
        [this](quint16 port) {
            return words("-u -m http.server --bind 127.0.0.1 -d") + QStringList{m_folder.path(), QString::number(port)};
        },
        &message);
    QVERIFY2(m_server, qPrintable(message));
    const QString pem = writeFile(m_folder, "sub.pem", m_sub.certificate().toPem());
    serve("sub.cer", bytes(m_sub.certificate().der()));
    serve("root.cer", bytes(m_root.certificate().der()));
    serve("sub.p7c", openssl(words("crl2pkcs7 -nocrl -outform DER -certfile") + QStringList{pem}));
    serve("text.txt", "no certificate");
}

void OnlineVerifierTest::fetchesNothingUnasked() {
    const auto certificate =
        leaf(m_sub, {{"authorityInfoAccess", "caIssuers;URI:" + url("sub.cer") + ",OCSP;URI:" + url("ocsp")},
                     {"crlDistributionPoints", "URI:" + url("sub.crl")}});
    const auto outcome = run(request(certificate, {}));
    QVERIFY(outcome->has_value());
    QVERIFY(!outcome->value().result.isTrusted);
    QCOMPARE(fetchedText(outcome->value()), QString());
    QVERIFY(!outcome->value().failure());
    // And lists only where a check lacks them.
    QCOMPARE(fetchedText(run(request(certificate, {.issuers = true, .crls = true}))->value()),
             QStringLiteral("issuer /sub.cer"));
}

void OnlineVerifierTest::fetchesIssuers_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"sub.cer", "sub.pem", "sub.p7c"})
        QTest::newRow(file) << QString::fromLatin1(file);
}

void OnlineVerifierTest::fetchesIssuers() {
    QFETCH(QString, file);
    const std::string place = url(file.toLatin1().constData());
    const auto outcome =
        run(request(leaf(m_sub, {{"authorityInfoAccess", "caIssuers;URI:" + place}}), {.issuers = true}));
    QVERIFY(outcome->has_value());
    const OnlineVerification& verification = outcome->value();
    QVERIFY2(verification.result.isTrusted, qPrintable(idsOf(verification).join(u' ')));
    QCOMPARE(verification.result.chain.size(), std::size_t{3});
    QCOMPARE(fetchedText(verification), QStringLiteral("issuer /") + file);
}

void OnlineVerifierTest::saysWhatCouldNotBeFetched_data() {
    QTest::addColumn<QString>("access");
    QTest::addColumn<QString>("fetched");
    QTest::addColumn<bool>("isNetwork");
    const auto row = [](const char* file, const char* fetched, bool isNetwork) {
        QTest::newRow(file) << QString::fromLatin1(file) << QString::fromLatin1(fetched) << isNetwork;
    };
    row("missing.cer", "issuer /missing.cer !network", true);
    row("text.txt", "issuer /text.txt !bad-input", false);
    row("root.cer", "issuer /root.cer !bad-input", false); // a certificate, but not the issuer
}

void OnlineVerifierTest::saysWhatCouldNotBeFetched() {
    QFETCH(QString, access);
    QFETCH(QString, fetched);
    QFETCH(bool, isNetwork);
    const auto certificate =
        leaf(m_sub, {{"authorityInfoAccess",
                      "caIssuers;URI:ldap://127.0.0.1/cn=sub,caIssuers;URI:" + url(access.toLatin1().constData())}});
    const auto outcome = run(request(certificate, {.issuers = true}));
    QVERIFY(outcome->has_value());
    QCOMPARE(fetchedText(outcome->value()), fetched);
    QVERIFY(!outcome->value().result.isTrusted);
    QCOMPARE(idsOf(outcome->value()), QStringList{QStringLiteral("unable-to-get-issuer")});
    QCOMPARE(outcome->value().failure().has_value(), isNetwork);
}

void OnlineVerifierTest::takesAnotherPlace() {
    const std::string access = "caIssuers;URI:" + url("missing.cer") + ",caIssuers;URI:" + url("sub.cer");
    const auto good = run(request(leaf(m_sub, {{"authorityInfoAccess", access}}), {.issuers = true}));
    QCOMPARE(fetchedText(good->value()), QStringLiteral("issuer /missing.cer !network, issuer /sub.cer"));
    QVERIFY(good->value().result.isTrusted);
    // What is wrong with it then is not the network's fault.
    auto other = request(leaf(m_sub, {{"authorityInfoAccess", access}}), {.issuers = true});
    other.options.hostname = "www.example";
    const auto bad = run(std::move(other));
    QCOMPARE(idsOf(bad->value()), QStringList{QStringLiteral("hostname-mismatch")});
    QVERIFY(!bad->value().failure());
}

/// Ten CAs, each of which says where the one above is.
void OnlineVerifierTest::endsOnALongWay() {
    const TestCa top("CN=CA 0");
    Issued last{top.certificate(), top.key()};
    QStringList wanted;
    for (int i = 0; i < 10; ++i) {
        const std::string name = "long" + std::to_string(i) + ".cer";
        serve(name.c_str(), bytes(last.certificate.der()));
        const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=CA " + std::to_string(i + 1))).setIssuer(last.certificate.subject());
        builder.setNotBefore(base::SystemClock().now() - std::chrono::hours(1));
        builder.setNotAfter(base::SystemClock().now() + std::chrono::hours(1));
        builder.setPublicKey(key.publicKey());
        builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"));
        builder.addExtension(
            x509::Extension::fromText("authorityInfoAccess", false, "caIssuers;URI:" + url(name.c_str())));
        last = Issued{builder.sign(last.key), key};
        wanted.prepend(QStringLiteral("issuer /") + q(name));
    }
    const auto outcome = run(request(last.certificate, {.issuers = true}));
    QCOMPARE(fetchedText(outcome->value()), wanted.mid(0, 8).join(QStringLiteral(", ")));
}

void OnlineVerifierTest::fetchesCrls_data() {
    QTest::addColumn<bool>("isRevoked");
    QTest::addColumn<bool>("isPem");
    QTest::newRow("good") << false << false;
    QTest::newRow("revoked") << true << false;
    QTest::newRow("good, PEM") << false << true;
    QTest::newRow("revoked, PEM") << true << true;
}

void OnlineVerifierTest::fetchesCrls() {
    QFETCH(bool, isRevoked);
    QFETCH(bool, isPem);
    const auto certificate =
        leaf(m_root, {{"crlDistributionPoints", "URI:" + url("missing.crl") + ",URI:" + url("root.crl")}});
    const x509::Crl list = crl(m_root, isRevoked ? &certificate : nullptr);
    serve("root.crl", isPem ? QByteArray::fromStdString(list.toPem()) : bytes(list.der()));
    auto asked = request(certificate, {.crls = true});
    asked.options.crlCheck = VerifyOptions::CrlCheck::Leaf;
    const auto outcome = run(std::move(asked));
    QVERIFY(outcome->has_value());
    QCOMPARE(fetchedText(outcome->value()), QStringLiteral("crl /missing.crl !network, crl /root.crl"));
    QCOMPARE(outcome->value().result.isTrusted, !isRevoked);
    QCOMPARE(idsOf(outcome->value()).join(u' '), isRevoked ? QStringLiteral("revoked") : QString());
    QVERIFY(!outcome->value().failure());
    // openssl takes one URL, and no PEM.
    serve("root.crl", bytes(list.der()));
    const QString file =
        writeFile(m_folder, "leaf.pem", leaf(m_root, {{"crlDistributionPoints", "URI:" + url("root.crl")}}).toPem());
    if (isRevoked)
        writeFile(m_folder, "leaf.pem", certificate.toPem());
    const QString root = writeFile(m_folder, "root.pem", m_root.certificate().toPem());
    const ProcessResult theirs = test::run(findTool(QStringLiteral("openssl")),
                                           words("verify -crl_check -crl_download -CAfile") + QStringList{root, file});
    QVERIFY2(theirs.isSuccess() != isRevoked, theirs.describe().constData());
}

void OnlineVerifierTest::asksTheResponder_data() {
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("signer");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("finding");
    const auto row = [](const char* name, const char* state, const char* signer, const char* status,
                        const char* finding) {
        QTest::newRow(name) << QString::fromLatin1(state) << QString::fromLatin1(signer) << QString::fromLatin1(status)
                            << QString::fromLatin1(finding);
    };
    row("good", "V", "delegate", "good", "");
    row("revoked", "R261101000000Z,superseded", "delegate", "revoked", "ocsp-revoked");
    row("unknown", "other", "delegate", "unknown", "ocsp-unknown");
    row("by the issuer", "V", "ca", "good", "");
    row("by somebody else", "V", "foreign", "", "ocsp-signer-untrusted");
    row("nobody there", "none", "", "", "ocsp-unavailable");
}

void OnlineVerifierTest::asksTheResponder() {
    QFETCH(QString, state);
    QFETCH(QString, signer);
    QFETCH(QString, status);
    QFETCH(QString, finding);
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const OcspPki pki;
    const OcspPki::Extensions authorised{{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}};
    pki.write("delegate", OcspPki::issue(pki.ca(), "CN=Delegate", authorised));
    const TestCa foreign("CN=Foreign");
    pki.write("foreign", {foreign.certificate(), foreign.key()});
    pki.setIndex(state == QStringLiteral("other") ? "1234" : "4711",
                 state.startsWith(u'R') ? state.toStdString() : "V");
    QString message;
    std::unique_ptr<RealServer> responder;
    quint16 port = freePort();
    if (!signer.isEmpty()) {
        responder = RealServer::start(
            tool,
            [&](quint16 at) {
                return pki.responder(signer.toLatin1().constData(), {QStringLiteral("-port"), QString::number(at)});
            },
            &message);
        QVERIFY2(responder, qPrintable(message));
        port = responder->port();
    }
    const auto certificate =
        OcspPki::issue(pki.ca(), "CN=asked",
                       {{"authorityInfoAccess", "OCSP;URI:http://127.0.0.1:" + std::to_string(port) + "/"}}, 24, "4711")
            .certificate;
    service::OnlineRequest asked{certificate, {}, {}, {.ocsp = true}};
    asked.trust.addTrusted(pki.issuer());
    const auto outcome = run(std::move(asked));
    QVERIFY(outcome->has_value());
    const OnlineVerification& verification = outcome->value();
    QCOMPARE(idsOf(verification).join(u' '), finding);
    QCOMPARE(verification.result.isTrusted, finding.isEmpty());
    QCOMPARE(verification.failure().has_value(), signer.isEmpty());
    QCOMPARE(verification.fetched.size(), std::size_t{1});
    QCOMPARE(verification.result.ocsp.has_value(), !signer.isEmpty());
    if (signer.isEmpty())
        return;
    QVERIFY(verification.result.ocsp->nonce == x509::OcspNonce::Matched);
    QVERIFY(verification.result.ocsp->source == x509::OcspSource::Fetched);
    if (!status.isEmpty())
        QCOMPARE(q(x509::toString(verification.result.ocsp->status.value())), status);
    QCOMPARE(verification.result.ocsp->isVerified, !status.isEmpty());
}

void OnlineVerifierTest::hasToKnowTheIssuerToAsk() {
    const auto certificate = leaf(m_sub, {{"authorityInfoAccess", "OCSP;URI:" + url("ocsp")}});
    const auto alone = run(request(certificate, {.ocsp = true}));
    QVERIFY(idsOf(alone->value()).contains(QStringLiteral("ocsp-issuer-missing")));
    QCOMPARE(fetchedText(alone->value()), QString());
    const auto silent = run(request(leaf(m_root, {}), {.ocsp = true}));
    QCOMPARE(idsOf(silent->value()), QStringList{QStringLiteral("ocsp-no-responder")});
    QVERIFY(!silent->value().result.isTrusted && !silent->value().failure());
    const auto directory = leaf(m_root, {{"authorityInfoAccess", "OCSP;URI:ldap://127.0.0.1/"}});
    QCOMPARE(idsOf(run(request(directory, {.ocsp = true}))->value()), QStringList{QStringLiteral("ocsp-no-responder")});
}

void OnlineVerifierTest::waitsNotForEver() {
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const std::string place = "http://127.0.0.1:" + std::to_string(silent.serverPort()) + "/";
    const auto outcome = run(request(leaf(m_sub, {{"authorityInfoAccess", "caIssuers;URI:" + place}}),
                                     {.issuers = true, .timeout = std::chrono::milliseconds(200)}));
    QCOMPARE(fetchedText(outcome->value()), QStringLiteral("issuer / !network"));
}

void OnlineVerifierTest::canBeStopped() {
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const std::string place = "http://127.0.0.1:" + std::to_string(silent.serverPort()) + "/";
    const auto certificate = leaf(m_sub, {{"authorityInfoAccess", "caIssuers;URI:" + place}});
    service::OnlineVerifier verifier;
    verifier.cancel(); // nothing runs
    QList<OnlineVerificationPtr> results;
    connect(&verifier, &service::OnlineVerifier::finished, &verifier,
            [&results](const OnlineVerificationPtr& outcome) { results << outcome; });
    verifier.start(request(certificate, {.issuers = true}));
    QVERIFY(QTest::qWaitFor([&silent] { return silent.hasPendingConnections(); }));
    verifier.start(request(certificate, {.issuers = true})); // the first says nothing more
    silent.nextPendingConnection();
    QVERIFY(QTest::qWaitFor([&silent] { return silent.hasPendingConnections(); }));
    verifier.cancel();
    QVERIFY(QTest::qWaitFor([&results] { return !results.isEmpty(); }));
    QTest::qWait(50);
    QCOMPARE(results.size(), 1);
    QVERIFY(!results[0]->has_value());
    QCOMPARE(nameOf(results[0]->error().kind()), QStringLiteral("cancelled"));
}

CERTWRIGHT_TEST_MAIN(OnlineVerifierTest)
#include "tst_online_verifier.moc"
