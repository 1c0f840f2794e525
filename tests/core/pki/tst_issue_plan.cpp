#include "core/pki/issue_plan.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/support/test_main.h"

#include <functional>

using namespace certwright;
using namespace certwright::test;
using pki::IssueChoices;
using pki::IssueContext;
using pki::IssuePlan;
using pki::Product;
using pki::Severity;

namespace {

QString textOf(const pki::IssuePlan& plan, std::string_view oid) {
    const pki::PlannedExtension* planned = plan.extension(oid);
    return planned == nullptr ? QStringLiteral("(none)") : QString::fromStdString(planned->text());
}

QString rfc3339(base::Time time) {
    return QString::fromStdString(base::toRfc3339(time));
}

} // namespace

class IssuePlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void plansAServerCertificate();
    void keepsTheKeyIdentifierOpenForANewKey();
    void picksTheIssuersNaturalDigest();
    void saysEveryProblem_data();
    void saysEveryProblem();
    void shortensTheProfilesLifetimeToTheIssuer();
    void refusesAChosenLifetimeThatOutlivesTheIssuer_data();
    void refusesAChosenLifetimeThatOutlivesTheIssuer();
    void makesTheAltNameCriticalWithoutSubject();
    void letsTheUsersExtensionsReplaceTheProfiles();
    void writesNoKeyIdentifiersIntoARequest();
    void ordersErrorsFirst();

private:
    IssueContext contextWith(const std::optional<x509::Certificate>& issuer) const;
    IssuePlan planServer(std::string_view names, const std::function<void(IssueChoices&)>& change = {}) const;

    std::optional<Made> m_root;
    std::optional<Made> m_intermediate;
    std::optional<crypto::PrivateKey> m_key;
};

void IssuePlanTest::initTestCase() {
    m_root = makeRoot();
    m_intermediate = make(choicesFor("intermediate-ca", "CN=Lab Sub CA,O=Lab"), &*m_root);
    m_key = crypto::generateKey(crypto::KeySpec::parse("ec:prime256v1"));
}

IssueContext IssuePlanTest::contextWith(const std::optional<x509::Certificate>& issuer) const {
    IssueContext context;
    context.now = sampleNow();
    context.publicKey = m_key->publicKey();
    context.issuer = issuer;
    return context;
}

IssuePlan IssuePlanTest::planServer(std::string_view names, const std::function<void(IssueChoices&)>& change) const {
    IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames(names);
    if (change)
        change(choices);
    return pki::planIssue(choices, contextWith(m_intermediate->certificate));
}

void IssuePlanTest::plansAServerCertificate() {
    const IssuePlan plan = planServer("www.lab.example, api.lab.example 192.0.2.10");
    QVERIFY2(plan.isAllowed(), pki::errorText(plan.problems).c_str());
    QCOMPARE(QString::fromStdString(plan.subject.toRfc2253()), QStringLiteral("CN=www.lab.example"));
    QCOMPARE(plan.issuer.toRfc2253(), std::string("CN=Lab Sub CA,O=Lab"));
    QCOMPARE(rfc3339(plan.notBefore), QStringLiteral("2026-11-24T11:55:00Z"));
    QCOMPARE(rfc3339(plan.notAfter), QStringLiteral("2027-06-12T11:54:59Z"));
    QVERIFY(!plan.serial);

    QStringList order;
    for (const pki::PlannedExtension& planned : plan.extensions)
        order << QString::fromStdString(planned.shortName());
    QCOMPARE(order.join(u' '), QStringLiteral("basicConstraints keyUsage extendedKeyUsage subjectAltName "
                                              "subjectKeyIdentifier authorityKeyIdentifier"));
    QCOMPARE(textOf(plan, x509::oids::BasicConstraints), QStringLiteral("CA:FALSE"));
    QCOMPARE(textOf(plan, x509::oids::KeyUsage), QStringLiteral("Digital Signature"));
    QVERIFY(plan.extension(x509::oids::KeyUsage)->isCritical);
    QVERIFY(plan.extension(x509::oids::BasicConstraints)->isCritical);
    QVERIFY(!plan.extension(x509::oids::SubjectAltName)->isCritical);
    QVERIFY(findProblem(plan, "ip-address") != nullptr);
}

void IssuePlanTest::keepsTheKeyIdentifierOpenForANewKey() {
    IssueChoices choices = choicesFor("tls-server");
    choices.names = x509::parseGeneralNames("www.lab.example");
    IssueContext context = contextWith(m_intermediate->certificate);
    context.publicKey.reset();
    context.keyFacts = {"RSA", 3072, {}};
    const IssuePlan plan = pki::planIssue(choices, context);
    QVERIFY(plan.isAllowed());
    QCOMPARE(textOf(plan, x509::oids::SubjectKeyIdentifier), QStringLiteral("from the new key"));
    QCOMPARE(textOf(plan, x509::oids::KeyUsage), QStringLiteral("Digital Signature, Key Encipherment"));
}

void IssuePlanTest::picksTheIssuersNaturalDigest() {
    const Made root = make(choicesFor("root-ca", "CN=P-384 Root"), nullptr,
                           crypto::generateKey(crypto::KeySpec::parse("ec:secp384r1")));
    IssueChoices choices = choicesFor("tls-client", "CN=Ada");
    IssuePlan plan = pki::planIssue(choices, contextWith(root.certificate));
    QCOMPARE(plan.signatureAlgorithm, std::string("ecdsa-with-SHA384"));

    choices.digest = "SHA512";
    plan = pki::planIssue(choices, contextWith(root.certificate));
    QCOMPARE(plan.signatureAlgorithm, std::string("ecdsa-with-SHA512"));

    const Made edwards =
        make(choicesFor("root-ca", "CN=Ed25519 Root"), nullptr, crypto::generateKey(crypto::KeySpec::parse("ed25519")));
    plan = pki::planIssue(choices, contextWith(edwards.certificate));
    QVERIFY(plan.digest.empty());
    QVERIFY(findProblem(plan, "digest-unused")->severity == Severity::Warning);
}

// The texts of UX.md 2.2, 2.3 and 2.4, and what else is refused.
void IssuePlanTest::saysEveryProblem_data() {
    using Change = std::function<void(IssueChoices&, IssueContext&)>;
    QTest::addColumn<QString>("profile");
    QTest::addColumn<QString>("names");
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("severity");
    QTest::addColumn<QString>("message"); // empty: not compared
    const auto row = [](const char* name, const char* profile, const char* names, const Change& change, const char* id,
                        Severity severity, const char* message = "") {
        QTest::newRow(name) << QString::fromLatin1(profile) << QString::fromUtf8(names) << change
                            << QString::fromLatin1(id) << static_cast<int>(severity) << QString::fromUtf8(message);
    };
    const Change nothing = [](IssueChoices&, IssueContext&) {};
    const auto subject = [](const char* text) -> Change {
        return [text](IssueChoices& choices, IssueContext&) { choices.subject = x509::Name::parse(text); };
    };
    row("no name", "tls-server", "", nothing, "names-missing", Severity::Error,
        "Add at least one DNS name or IP address; browsers ignore the common name.");
    row("no mail address", "smime", "", nothing, "email-missing", Severity::Error);
    row("two wildcards", "tls-server", "DNS:*.*.lab", nothing, "dns-name-invalid", Severity::Error);
    row("underscore", "tls-server", "DNS:lab_host", nothing, "dns-name-underscore", Severity::Warning,
        "“lab_host”: underscore is not allowed in host names.");
    row("an address that is none", "tls-server", "DNS:192.0.2.300", nothing, "dns-name-invalid", Severity::Error,
        "“192.0.2.300” ends with a number, as only IP addresses do, and is none.");
    row(
        "intermediate that signs itself", "intermediate-ca", "",
        [](IssueChoices& choices, IssueContext&) {
            choices.product = pki::Product::SelfSignedCertificate;
            choices.subject = x509::Name::parse("CN=Middle");
        },
        "intermediate-self-signed", Severity::Warning);
    // C=12 as foreign software writes it; Name::append() itself refuses it.
    row(
        "country", "tls-client", "",
        [](IssueChoices& choices, IssueContext&) {
            choices.subject = x509::Name::fromDer(*base::fromHex("300D310B300906035504061302 3132"));
        },
        "country", Severity::Error, "Country must be two letters (ISO 3166), e.g. DE.");
    row("CA below pathlen 0", "intermediate-ca", "", subject("CN=Third"), "issuer-path-length", Severity::Error,
        "Lab Sub CA has pathlen 0 and may not issue a CA.");
    row(
        "key in use", "tls-client", "",
        [](IssueChoices& choices, IssueContext& context) {
            choices.subject = x509::Name::parse("CN=x");
            context.keyUseCount = 2;
        },
        "key-used", Severity::Notice, "The key is already used by 2 certificates.");
    row(
        "short RSA", "tls-client", "",
        [](IssueChoices& choices, IssueContext& context) {
            choices.subject = x509::Name::parse("CN=x");
            context.publicKey.reset();
            context.keyFacts = {"RSA", 1024, {}};
        },
        "key-weak", Severity::Warning, "RSA 1024 is rejected by all current browsers (minimum 2048).");
    row(
        "DSA", "tls-client", "",
        [](IssueChoices& choices, IssueContext& context) {
            choices.subject = x509::Name::parse("CN=x");
            context.publicKey.reset();
            context.keyFacts = {"DSA", 2048, {}};
        },
        "key-dsa", Severity::Warning, "DSA certificates are not accepted by TLS 1.3.");
    row(
        "key that cannot sign", "tls-server", "a.lab.example",
        [](IssueChoices&, IssueContext& context) {
            context.publicKey.reset();
            context.keyFacts = {"X25519", 253, {}};
        },
        "key-unfit", Severity::Error);
    row("nothing named", "tls-client", "", nothing, "subject-missing", Severity::Error);
    row("empty name", "tls-client", "email:a@lab.example", nothing, "subject-empty", Severity::Notice,
        "Empty DN: SAN must be critical (set).");
    row(
        "no issuer", "tls-server", "a.lab.example",
        [](IssueChoices&, IssueContext& context) { context.issuer.reset(); }, "issuer-missing", Severity::Error);
    row(
        "ends before it starts", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext& context) { choices.notAfter = context.now - std::chrono::days{1}; },
        "ends-before-start", Severity::Error);
    row(
        "serial zero", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) { choices.serial = x509::Serial::parse("0"); }, "serial-not-positive",
        Severity::Error);
    row(
        "serial of 21 octets", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) { choices.serial = x509::Serial::parse("11" + std::string(40, '0')); },
        "serial-too-long", Severity::Error);
    row(
        "unknown digest", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) { choices.digest = "SHA-0"; }, "digest-unknown", Severity::Error);
    row(
        "weak digest", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) { choices.digest = "sha1"; }, "digest-weak", Severity::Warning);
    row(
        "keyCertSign of a leaf", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) {
            choices.extensions.push_back(x509::Extension::fromText("keyUsage", true, "keyCertSign"));
        },
        "key-cert-sign-without-ca", Severity::Error, "keyCertSign needs CA:TRUE.");
    row(
        "extension twice", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) {
            choices.extensions.push_back(x509::Extension::fromText("nsComment", false, "a"));
            choices.extensions.push_back(x509::Extension::fromText("nsComment", false, "b"));
        },
        "extension-repeated", Severity::Error);
    row(
        "alternative names twice", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) {
            choices.extensions.push_back(x509::Extension::fromText("subjectAltName", false, "DNS:b.lab.example"));
        },
        "names-twice", Severity::Error);
    for (const char* ofCa : {"nameConstraints=permitted;DNS:lab.example", "policyConstraints=requireExplicitPolicy:3",
                             "inhibitAnyPolicy=2", "policyMappings=1.2.3.4:1.2.3.5"}) {
        row(
            ofCa, "tls-server", "a.lab.example",
            [ofCa](IssueChoices& choices, IssueContext&) {
                const std::string text = ofCa;
                const auto equals = text.find('=');
                choices.extensions.push_back(
                    x509::Extension::fromText(text.substr(0, equals), true, text.substr(equals + 1)));
            },
            "extension-of-ca", Severity::Warning);
    }
    row(
        "critical extension that is unknown", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) {
            choices.extensions.push_back(x509::Extension::fromText("1.3.6.1.4.1.55555.1", true, "ASN1:NULL"));
        },
        "critical-unknown", Severity::Warning);
    row("common name beside the names", "tls-server", "a.lab.example", subject("CN=b.lab.example"),
        "common-name-not-in-names", Severity::Warning);
    row("name of the issuer", "tls-client", "", subject("CN=Lab Sub CA,O=Lab"), "name-of-issuer", Severity::Error);
    row("name of the issuer in other case", "tls-client", "", subject("CN=LAB Sub CA,O=Lab"),
        "name-differs-in-encoding", Severity::Warning);
    row(
        "four years for a server", "tls-server", "a.lab.example",
        [](IssueChoices& choices, IssueContext&) {
            choices.lifetime = pki::Lifetime{4, pki::Lifetime::Unit::Years};
        },
        "server-lifetime-long", Severity::Warning);
    row(
        "Ed25519 for a server", "tls-server", "a.lab.example",
        [](IssueChoices&, IssueContext& context) {
            context.publicKey.reset();
            context.keyFacts = {"Ed25519", 256, {}};
        },
        "key-browsers", Severity::Warning);
}

void IssuePlanTest::saysEveryProblem() {
    using Change = std::function<void(IssueChoices&, IssueContext&)>;
    QFETCH(QString, profile);
    QFETCH(QString, names);
    QFETCH(Change, change);
    QFETCH(QString, id);
    QFETCH(int, severity);
    QFETCH(QString, message);
    IssueChoices choices = choicesFor(profile.toStdString());
    choices.names = x509::parseGeneralNames(names.toStdString());
    IssueContext context = contextWith(m_intermediate->certificate);
    change(choices, context);
    const IssuePlan plan = pki::planIssue(choices, context);
    const pki::Problem* problem = findProblem(plan, id.toStdString());
    QVERIFY2(problem != nullptr, pki::errorText(plan.problems).c_str());
    QCOMPARE(static_cast<int>(problem->severity), severity);
    if (!message.isEmpty())
        QCOMPARE(QString::fromStdString(problem->message), message);
    QCOMPARE(plan.isAllowed(), !pki::hasErrors(plan.problems));
}

void IssuePlanTest::shortensTheProfilesLifetimeToTheIssuer() {
    IssueChoices rootChoices = choicesFor("root-ca", "CN=Short Root");
    rootChoices.lifetime = pki::Lifetime{41, pki::Lifetime::Unit::Days};
    const Made root = make(rootChoices);
    const IssuePlan plan = pki::planIssue(choicesFor("tls-client", "CN=x"), contextWith(root.certificate));
    QVERIFY(plan.isAllowed());
    QCOMPARE(plan.notAfter, *root.certificate.notAfter());
    const pki::Problem* notice = findProblem(plan, "shortened-to-issuer");
    QVERIFY(notice != nullptr);
    QCOMPARE(QString::fromStdString(notice->message), QStringLiteral("Shortened to end with its issuer (2027-01-04)."));
}

void IssuePlanTest::refusesAChosenLifetimeThatOutlivesTheIssuer_data() {
    QTest::addColumn<QString>("profile");
    QTest::addColumn<int>("days");
    QTest::addColumn<QString>("message");
    QTest::newRow("leaf by months") << QStringLiteral("tls-client") << 141
                                    << QStringLiteral("Ends 3 months after its issuer (2027-01-04).");
    QTest::newRow("CA by a day") << QStringLiteral("intermediate-ca") << 42
                                 << QStringLiteral("Ends 1 day after its issuer (2027-01-04).");
}

void IssuePlanTest::refusesAChosenLifetimeThatOutlivesTheIssuer() {
    QFETCH(QString, profile);
    QFETCH(int, days);
    QFETCH(QString, message);
    IssueChoices rootChoices = choicesFor("root-ca", "CN=Short Root");
    rootChoices.lifetime = pki::Lifetime{41, pki::Lifetime::Unit::Days};
    const Made root = make(rootChoices);
    IssueChoices choices = choicesFor(profile.toStdString(), "CN=x");
    choices.lifetime = pki::Lifetime{days, pki::Lifetime::Unit::Days};
    const IssuePlan plan = pki::planIssue(choices, contextWith(root.certificate));
    const pki::Problem* problem = findProblem(plan, "outlives-issuer");
    QVERIFY(problem != nullptr);
    QVERIFY(problem->severity == Severity::Error);
    QCOMPARE(QString::fromStdString(problem->message), message);
    QVERIFY(problem->time == root.certificate.notAfter());

    // The repair that it offers is accepted.
    choices.notAfter = problem->time;
    QVERIFY(pki::planIssue(choices, contextWith(root.certificate)).isAllowed());
}

void IssuePlanTest::makesTheAltNameCriticalWithoutSubject() {
    IssueChoices choices = choicesFor("tls-client");
    choices.names = x509::parseGeneralNames("URI:urn:device:7");
    const IssuePlan plan = pki::planIssue(choices, contextWith(m_root->certificate));
    QVERIFY(plan.isAllowed());
    QVERIFY(plan.subject.isEmpty());
    QVERIFY(plan.extension(x509::oids::SubjectAltName)->isCritical);
}

void IssuePlanTest::letsTheUsersExtensionsReplaceTheProfiles() {
    const IssuePlan plan = planServer("a.lab.example", [](IssueChoices& choices) {
        choices.extensions.push_back(x509::Extension::fromText("extendedKeyUsage", true, "clientAuth"));
        choices.leftOutExtensions.emplace_back(x509::oids::KeyUsage);
    });
    QVERIFY(plan.isAllowed());
    QCOMPARE(textOf(plan, x509::oids::ExtendedKeyUsage), QStringLiteral("TLS Web Client Authentication"));
    QVERIFY(plan.extension(x509::oids::ExtendedKeyUsage)->origin == pki::Origin::User);
    QVERIFY(plan.extension(x509::oids::KeyUsage) == nullptr);
}

void IssuePlanTest::writesNoKeyIdentifiersIntoARequest() {
    IssueChoices choices = choicesFor("tls-server");
    choices.product = Product::Request;
    choices.names = x509::parseGeneralNames("a.lab.example");
    const IssuePlan plan = pki::planIssue(choices, contextWith({}));
    QVERIFY2(plan.isAllowed(), pki::errorText(plan.problems).c_str());
    QVERIFY(plan.extension(x509::oids::SubjectKeyIdentifier) == nullptr);
    QVERIFY(plan.extension(x509::oids::SubjectAltName) != nullptr);
}

void IssuePlanTest::ordersErrorsFirst() {
    const IssuePlan plan = planServer("lab_host *.*.lab 192.0.2.1");
    QVERIFY(plan.problems.size() >= 3);
    QVERIFY(std::ranges::is_sorted(plan.problems, {}, &pki::Problem::severity));
    QVERIFY(plan.problems.front().severity == Severity::Error);
}

CERTWRIGHT_TEST_MAIN(IssuePlanTest)
#include "tst_issue_plan.moc"
