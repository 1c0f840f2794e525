#include "core/pki/issue_plan.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using pki::IssueChoices;
using pki::IssuePlan;
using pki::RequestChoice;
using pki::TakeFromRequest;
using Fate = pki::RequestedField::Fate;

namespace {

constexpr std::string_view basicConstraintsOid = x509::oids::BasicConstraints;

/// The fate of one line of the comparison; Added when there is no such line.
Fate fateOf(const IssuePlan& plan, std::string_view name) {
    const auto found = std::ranges::find(plan.comparison, name, &pki::RequestedField::name);
    return found == plan.comparison.end() ? Fate::Added : found->fate;
}

} // namespace

/// A request with names, a key usage of its own, CA:TRUE and an extension nobody asked for.
class PlanRequestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void takesTheNamesByDefault();
    void takesEverythingButTheCa();
    void takesNothingAndSaysWhat();
    void takesTheCaOnlyWhenTold();
    void keepsTheCaProfileWhenTheRequestAsksForLess();
    void leavesOutASingleName();
    void addsTheUsersNames();
    void refusesARequestWithAWrongSignature();
    void keepsTheRequestsSubject();

private:
    IssuePlan plan(const IssueChoices& choices) const;
    IssueChoices choices(TakeFromRequest take) const;

    std::optional<Made> m_root;
    std::optional<x509::Request> m_request;
};

void PlanRequestTest::initTestCase() {
    m_root = makeRoot();
    x509::RequestBuilder builder;
    builder.setSubject(x509::Name::parse("CN=www.lab.example,O=Requester"));
    builder.addExtension(x509::Extension::fromText("subjectAltName", false, "DNS:www.lab.example,DNS:api.lab.example"));
    builder.addExtension(x509::Extension::fromText("keyUsage", true, "digitalSignature,dataEncipherment"));
    builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"));
    builder.addExtension(x509::Extension::fromText("tlsfeature", false, "status_request"));
    m_request = builder.sign(crypto::generateKey(crypto::KeySpec::parse("ec:prime256v1")));
}

IssueChoices PlanRequestTest::choices(TakeFromRequest take) const {
    IssueChoices choices = choicesFor("tls-server");
    choices.request = m_request;
    choices.takeFromRequest = take;
    return choices;
}

IssuePlan PlanRequestTest::plan(const IssueChoices& choices) const {
    pki::IssueContext context;
    context.now = sampleNow();
    context.issuer = m_root->certificate;
    return pki::planIssue(choices, context);
}

void PlanRequestTest::takesTheNamesByDefault() {
    const IssuePlan made = plan(choices(TakeFromRequest::San));
    QVERIFY2(made.isAllowed(), pki::errorText(made.problems).c_str());
    QCOMPARE(made.names.size(), std::size_t{2});
    QCOMPARE(fateOf(made, "DNS:www.lab.example"), Fate::Taken);
    QCOMPARE(fateOf(made, "DNS:api.lab.example"), Fate::Taken);
    QCOMPARE(fateOf(made, "keyUsage"), Fate::Replaced);
    QCOMPARE(fateOf(made, "basicConstraints"), Fate::Replaced);
    QCOMPARE(fateOf(made, "tlsfeature"), Fate::Dropped);
    QVERIFY(findProblem(made, "request-ca-dropped") != nullptr);
    QVERIFY(findProblem(made, "request-ca-dropped")->severity == pki::Severity::Warning);
    QVERIFY(findProblem(made, "request-dropped") != nullptr);
    QVERIFY(findProblem(made, "request-dropped")->message.find("tlsfeature") != std::string::npos);
}

void PlanRequestTest::takesEverythingButTheCa() {
    const IssuePlan made = plan(choices(TakeFromRequest::All));
    QVERIFY2(made.isAllowed(), pki::errorText(made.problems).c_str());
    QCOMPARE(fateOf(made, "keyUsage"), Fate::Taken);
    QCOMPARE(fateOf(made, "tlsfeature"), Fate::Taken);
    QCOMPARE(fateOf(made, "basicConstraints"), Fate::Replaced);
    QCOMPARE(made.extension(basicConstraintsOid)->text(), std::string("CA:FALSE"));
    QVERIFY(findProblem(made, "request-ca-dropped") != nullptr);
}

void PlanRequestTest::takesNothingAndSaysWhat() {
    IssueChoices none = choices(TakeFromRequest::None);
    none.names = x509::parseGeneralNames("other.lab.example");
    const IssuePlan made = plan(none);
    QVERIFY(made.isAllowed());
    QCOMPARE(fateOf(made, "DNS:www.lab.example"), Fate::Dropped);
    const pki::Problem* dropped = findProblem(made, "request-dropped");
    QVERIFY(dropped != nullptr);
    QVERIFY(dropped->message.find("DNS:www.lab.example, DNS:api.lab.example") != std::string::npos);
}

void PlanRequestTest::takesTheCaOnlyWhenTold() {
    IssueChoices deliberate = choices(TakeFromRequest::San);
    deliberate.profile = *pki::findProfile("custom");
    deliberate.requestChoices[std::string(basicConstraintsOid)] = RequestChoice::Take;
    const IssuePlan made = plan(deliberate);
    QVERIFY2(made.isAllowed(), pki::errorText(made.problems).c_str());
    QCOMPARE(made.extension(basicConstraintsOid)->text(), std::string("CA:TRUE"));
    QVERIFY(findProblem(made, "request-ca-dropped") == nullptr);
}

void PlanRequestTest::keepsTheCaProfileWhenTheRequestAsksForLess() {
    IssueChoices authority = choices(TakeFromRequest::All);
    authority.profile = *pki::findProfile("intermediate-ca");
    const IssuePlan made = plan(authority);
    QVERIFY2(made.isAllowed(), pki::errorText(made.problems).c_str());
    QCOMPARE(made.extension(basicConstraintsOid)->text(), std::string("CA:TRUE, pathlen:0"));
    QCOMPARE(made.extension(x509::oids::KeyUsage)->text(), std::string("Certificate Sign, CRL Sign"));
}

void PlanRequestTest::leavesOutASingleName() {
    IssueChoices fewer = choices(TakeFromRequest::San);
    fewer.leftOutNames = x509::parseGeneralNames("api.lab.example");
    const IssuePlan made = plan(fewer);
    QCOMPARE(made.names.size(), std::size_t{1});
    QCOMPARE(fateOf(made, "DNS:api.lab.example"), Fate::Dropped);
    QVERIFY(findProblem(made, "request-dropped") != nullptr);
}

void PlanRequestTest::addsTheUsersNames() {
    IssueChoices more = choices(TakeFromRequest::San);
    more.names = x509::parseGeneralNames("www.lab.example new.lab.example");
    const IssuePlan made = plan(more);
    QCOMPARE(made.names.size(), std::size_t{3});
    QCOMPARE(fateOf(made, "DNS:new.lab.example"), Fate::Added);
}

void PlanRequestTest::refusesARequestWithAWrongSignature() {
    base::Bytes der = m_request->der();
    der.back() ^= 0x01U;
    IssueChoices broken = choices(TakeFromRequest::San);
    broken.request = x509::Request::fromDer(der);
    const IssuePlan made = plan(broken);
    QVERIFY(!made.isAllowed());
    QVERIFY(findProblem(made, "request-signature") != nullptr);
}

void PlanRequestTest::keepsTheRequestsSubject() {
    IssuePlan made = plan(choices(TakeFromRequest::San));
    QVERIFY(made.subject == m_request->subject());
    QCOMPARE(fateOf(made, "Subject"), Fate::Taken);
    IssueChoices renamed = choices(TakeFromRequest::San);
    renamed.subject = x509::Name::parse("CN=www.lab.example");
    made = plan(renamed);
    QCOMPARE(fateOf(made, "Subject"), Fate::Replaced);
}

CERTWRIGHT_TEST_MAIN(PlanRequestTest)
#include "tst_plan_request.moc"
