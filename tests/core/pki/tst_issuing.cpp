#include "core/base/error.h"
#include "core/pki/issuing.h"
#include "core/x509/certificate_builder.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/support/test_main.h"

#include <functional>

using namespace certwright;
using namespace certwright::test;
using base::Error;

namespace {

std::string kindOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return std::string(toString(error.kind()));
    }
    return "nothing thrown";
}

} // namespace

class IssuingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void signsAsPlanned_data();
    void signsAsPlanned();
    void writesTheLastTimeOfAll();
    void refusesAPlanWithErrors();
    void refusesTheKeyOfSomebodyElse();
    void refusesAPlanWithoutKey();
    void noticesNameConstraintsOfACaAbove();
    void letsTheUserMakeAnUnknownExtensionCritical();
    void noticesBytesThatWereNotPlanned();
    void signsARequestWithChallenge();
    void makesADifferentSerialEachTime();
};

void IssuingTest::signsAsPlanned_data() {
    QTest::addColumn<QString>("key");
    for (const char* key : {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519", "ed448"})
        QTest::newRow(key) << QString::fromLatin1(key);
}

void IssuingTest::signsAsPlanned() {
    QFETCH(QString, key);
    const auto spec = crypto::KeySpec::parse(key.toStdString());
    const Made root = make(choicesFor("root-ca", "CN=Root"), nullptr, crypto::generateKey(spec));
    pki::checkIssued(root.certificate, root.plan, root.key.publicKey(), {});
    QVERIFY(root.certificate.isSelfSigned());

    pki::IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("a.lab.example");
    choices.serial = x509::Serial::parse("0123456789ABCDEF");
    const Made leaf = make(choices, &root, crypto::generateKey(spec));
    pki::checkIssued(leaf.certificate, leaf.plan, leaf.key.publicKey(), {root.certificate});
    QCOMPARE(leaf.certificate.version(), 3);
    QCOMPARE(leaf.certificate.serial(), std::string("123456789ABCDEF"));
    QCOMPARE(leaf.certificate.authorityKeyId(), root.certificate.subjectKeyId());
    QCOMPARE(leaf.certificate.signatureAlgorithm(), leaf.plan.signatureAlgorithm);
    // What the plan wrote is what the builder's own method 1 gives.
    x509::CertificateBuilder builder;
    builder.setPublicKey(leaf.key.publicKey()).addSubjectKeyIdentifier();
    QCOMPARE(leaf.certificate.subjectKeyId().size(), std::size_t{20});
}

void IssuingTest::writesTheLastTimeOfAll() {
    pki::IssueChoices choices = choicesFor("root-ca", "CN=Forever");
    choices.notAfter = base::parseAsn1Time("99991231235959Z");
    const Made root = make(choices);
    QVERIFY(root.certificate.notAfter() == choices.notAfter);

    pki::IssueChoices below = choicesFor("intermediate-ca", "CN=Forever below");
    below.notAfter = choices.notAfter;
    const Made intermediate = make(below, &root);
    QVERIFY(intermediate.certificate.notAfter() == choices.notAfter);
    pki::checkIssued(intermediate.certificate, intermediate.plan, intermediate.key.publicKey(), {root.certificate});
}

void IssuingTest::refusesAPlanWithErrors() {
    const Made root = makeRoot();
    QCOMPARE(kindOf([&] { make(choicesFor("tls-server"), &root); }), std::string("not-allowed"));
}

void IssuingTest::refusesTheKeyOfSomebodyElse() {
    const Made root = makeRoot();
    const Made other = makeRoot("CN=Other Root");
    const Made leaf = make(choicesFor("tls-client", "CN=x"), &root);
    QCOMPARE(kindOf([&] {
                 pki::signCertificate(leaf.plan, leaf.key.publicKey(), other.key, root.certificate,
                                      x509::Serial::random());
             }),
             std::string("not-allowed"));
}

void IssuingTest::refusesAPlanWithoutKey() {
    const Made root = makeRoot();
    pki::IssueContext context;
    context.now = sampleNow();
    context.issuer = root.certificate;
    context.keyFacts = {"EC", 256, "prime256v1"};
    const pki::IssuePlan plan = pki::planIssue(choicesFor("tls-client", "CN=x"), context);
    QVERIFY(plan.isAllowed());
    QCOMPARE(kindOf([&] {
                 pki::signCertificate(plan, root.key.publicKey(), root.key, root.certificate, x509::Serial::random());
             }),
             std::string("not-allowed"));
}

void IssuingTest::noticesNameConstraintsOfACaAbove() {
    pki::IssueChoices constrained = choicesFor("root-ca", "CN=Constrained Root");
    constrained.extensions.push_back(
        x509::Extension::fromText("nameConstraints", true, "permitted;DNS:.inside.example"));
    const Made root = make(constrained);
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("www.inside.example");
    const Made inside = make(choices, &root);
    pki::checkIssued(inside.certificate, inside.plan, inside.key.publicKey(), {root.certificate});

    choices.names = x509::parseGeneralNames("www.outside.example");
    const Made outside = make(choices, &root);
    QCOMPARE(kindOf([&] {
                 pki::checkIssued(outside.certificate, outside.plan, outside.key.publicKey(), {root.certificate});
             }),
             std::string("not-allowed"));
}

void IssuingTest::letsTheUserMakeAnUnknownExtensionCritical() {
    const Made root = makeRoot();
    pki::IssueChoices choices = choicesFor("tls-client", "CN=x");
    choices.extensions.push_back(x509::Extension::fromText("1.3.6.1.4.1.55555.1", true, "ASN1:NULL"));
    const Made leaf = make(choices, &root);
    pki::checkIssued(leaf.certificate, leaf.plan, leaf.key.publicKey(), {root.certificate});
}

void IssuingTest::noticesBytesThatWereNotPlanned() {
    const Made root = makeRoot();
    const Made one = make(choicesFor("tls-client", "CN=one"), &root);
    const Made two = make(choicesFor("tls-client", "CN=two"), &root);
    QCOMPARE(kindOf([&] { pki::checkIssued(one.certificate, two.plan, one.key.publicKey(), {root.certificate}); }),
             std::string("internal"));
    QCOMPARE(kindOf([&] { pki::checkIssued(one.certificate, one.plan, two.key.publicKey(), {root.certificate}); }),
             std::string("internal"));
}

void IssuingTest::signsARequestWithChallenge() {
    pki::IssueChoices choices = choicesFor("tls-server");
    choices.product = pki::Product::Request;
    choices.names = x509::parseGeneralNames("a.lab.example b.lab.example");
    const auto key = crypto::generateKey(crypto::KeySpec::parse("ed25519"));
    pki::IssueContext context;
    context.now = sampleNow();
    context.publicKey = key.publicKey();
    const x509::Request request = pki::signRequest(pki::planIssue(choices, context), key, "let me in");
    QVERIFY(request.isSignatureValid() == true);
    QCOMPARE(request.subjectAltNames().size(), std::size_t{2});
    QCOMPARE(request.attributes().size(), std::size_t{1});
    QCOMPARE(request.attributes().front().text, std::string("let me in"));
    QVERIFY(request.publicKey() == key.publicKey());
}

void IssuingTest::makesADifferentSerialEachTime() {
    const Made one = makeRoot();
    const Made two = makeRoot();
    QVERIFY(one.certificate.serial() != two.certificate.serial());
    QVERIFY(one.certificate.serial().size() <= 32);
}

CERTWRIGHT_TEST_MAIN(IssuingTest)
#include "tst_issuing.moc"
