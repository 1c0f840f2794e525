#include "core/service/issuing.h"
#include "tests/core/service/service_fixture.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using store::EntryKind;

class IssuingServiceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void issuesARootAnIntermediateAndAServer();
    void writesTheJournal();
    void certifiesAKeyOfTheStoreWithoutOpeningIt();
    void previewsWithoutThePassphrase();
    void previewsTheSignatureOfANewKey();
    void needsTheStoreUnlocked();
    void keepsNothingWhenItIsRefused();
    void keepsNothingWhenItIsCancelled();
    void signsARequestWithItsNames();
    void saysWhenTheCasKeyIsNotHere();
    void saysWhenANameIsTaken();
    void findsNewNamesByItself();
    void refusesASerialTwice();
    void worksWithoutAStore();
    void issuesByACaOutsideTheStore();
    void makesARequestAndKeepsIt();
    void makesAKey();
    void throwsForAnUnknownCa();

private:
    store::Store& store() { return *m_store->store; }
    std::unique_ptr<TemporaryStore> m_store;
};

void IssuingServiceTest::init() {
    m_store = std::make_unique<TemporaryStore>();
}

void IssuingServiceTest::issuesARootAnIntermediateAndAServer() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Lab Root,O=Lab"));
    const auto middle = service::issue(&store(), orderFor("intermediate-ca", "CN=Lab Sub", root.certificateId));
    const auto server =
        service::issue(&store(), orderFor("tls-server", "", middle.certificateId, "www.lab.example api.lab.example"));
    QCOMPARE(server.issuers.size(), std::size_t{2});
    QVERIFY(server.issuers.front() == middle.certificate);

    const auto row = store().certificate(server.certificateId);
    QVERIFY(row.has_value());
    QCOMPARE(row->name, QStringLiteral("www.lab.example"));
    QCOMPARE(row->profile, QStringLiteral("tls-server"));
    QCOMPARE(row->otherNames, QStringLiteral("www.lab.example, api.lab.example"));
    QCOMPARE(row->keyId, server.keyId);
    QCOMPARE(row->issuerId, middle.certificateId);
    QVERIFY(row->isIssuedHere);
    QVERIFY(row->link == store::LinkState::Verified);
    QCOMPARE(store().issuerChain(server.certificateId).size(), std::size_t{2});
    QVERIFY(store().privateKey(server.keyId).publicKey() == server.certificate.publicKey());
    QVERIFY(server.newKey.has_value());
}

void IssuingServiceTest::writesTheJournal() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    const auto journal = store().journal();
    const auto issued = std::ranges::count_if(journal, [&root](const store::JournalEntry& entry) {
        return entry.act == QLatin1String(store::acts::Issued) &&
               entry.subject == QString::fromStdString(root.certificate.sha256());
    });
    QCOMPARE(issued, 1);
    QVERIFY(store().verifyJournal().isWhole);
}

void IssuingServiceTest::certifiesAKeyOfTheStoreWithoutOpeningIt() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    const auto key = service::generateKeyInto(store(), {crypto::KeySpec::parse("x25519"), QStringLiteral("agreement")});
    service::IssueRequest order = orderFor("smime", "", root.certificateId, "email:ada@lab.example");
    order.key = service::StoredKey{key.keyId};
    const auto made = service::issue(&store(), order);
    QCOMPARE(made.keyId, key.keyId);
    QVERIFY(!made.newKey);
    QCOMPARE(made.certificate.keyUsage(), std::vector<std::string>{"keyAgreement"});

    order.choices.names = x509::parseGeneralNames("email:bob@lab.example");
    const auto plan = service::previewIssue(&store(), order);
    QVERIFY(hasProblem(plan.problems, "key-used"));
}

void IssuingServiceTest::previewsWithoutThePassphrase() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    store().lock();
    const auto plan = service::previewIssue(&store(), orderFor("tls-server", "", root.certificateId, "a.lab.example"));
    QVERIFY(plan.isAllowed());
    QCOMPARE(plan.issuer.toRfc2253(), std::string("CN=Root"));
}

void IssuingServiceTest::previewsTheSignatureOfANewKey() {
    auto order = orderFor("root-ca", "CN=Root");
    auto& key = std::get<service::NewKey>(order.key);
    key.spec = {"EC", 0, "secp384r1"};
    const auto plan = service::previewIssue(&store(), order);
    QCOMPARE(plan.signatureAlgorithm, std::string("ecdsa-with-SHA384"));
    QCOMPARE(service::issue(&store(), order).certificate.signatureAlgorithm(), plan.signatureAlgorithm);
}

void IssuingServiceTest::needsTheStoreUnlocked() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    store().lock();
    QCOMPARE(kindOf([&] { service::issue(&store(), orderFor("tls-server", "", root.certificateId, "a.lab.example")); }),
             std::string("passphrase-needed"));
    QCOMPARE(store().counts().certificates, 1);
    QCOMPARE(store().counts().keys, 1);
}

void IssuingServiceTest::keepsNothingWhenItIsRefused() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    QCOMPARE(kindOf([&] { service::issue(&store(), orderFor("tls-server", "CN=x", root.certificateId)); }),
             std::string("not-allowed"));
    // Refused only by the check of the finished certificate: a name that the CA above does not permit.
    service::IssueRequest constrained = orderFor("root-ca", "CN=Constrained");
    constrained.choices.extensions.push_back(
        x509::Extension::fromText("nameConstraints", true, "permitted;DNS:.inside.example"));
    const auto narrow = service::issue(&store(), constrained);
    QCOMPARE(kindOf([&] {
                 service::issue(&store(), orderFor("tls-server", "", narrow.certificateId, "www.outside.example"));
             }),
             std::string("not-allowed"));
    QCOMPARE(store().counts().certificates, 2);
    QCOMPARE(store().counts().keys, 2);
}

void IssuingServiceTest::keepsNothingWhenItIsCancelled() {
    std::stop_source source;
    source.request_stop();
    service::IssueRequest order = orderFor("root-ca", "CN=Root");
    order.key = service::NewKey{crypto::KeySpec::parse("rsa:4096"), {}};
    QCOMPARE(kindOf([&] { service::issue(&store(), order, base::JobControl(source.get_token(), {})); }),
             std::string("cancelled"));
    QCOMPARE(store().counts().certificates, 0);
    QCOMPARE(store().counts().keys, 0);
}

void IssuingServiceTest::signsARequestWithItsNames() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    service::RequestOrder wish;
    wish.choices = orderFor("tls-server", "CN=www.lab.example", 0, "www.lab.example api.lab.example").choices;
    wish.isKept = false;
    const auto request = service::createRequest(nullptr, wish);

    service::IssueRequest order = orderFor("tls-server", "", root.certificateId);
    order.choices.request = request.request;
    order.key = service::RequestKey{};
    const auto plan = service::previewIssue(&store(), order);
    QVERIFY(std::ranges::count(plan.comparison, pki::RequestedField::Fate::Taken, &pki::RequestedField::fate) >= 3);
    const auto made = service::issue(&store(), order);
    QCOMPARE(made.certificate.subjectAltNames(), request.request.subjectAltNames());
    QCOMPARE(made.keyId, 0);
    QCOMPARE(store().counts().keys, 1);
}

void IssuingServiceTest::saysWhenTheCasKeyIsNotHere() {
    const auto elsewhere = service::issue(nullptr, orderFor("root-ca", "CN=Elsewhere"));
    const store::RowId id = store().addCertificate(elsewhere.certificate);
    const auto plan = service::previewIssue(&store(), orderFor("tls-server", "", id, "a.lab.example"));
    QVERIFY(hasProblem(plan.problems, "issuer-key-missing"));
    QVERIFY(!plan.isAllowed());
}

void IssuingServiceTest::saysWhenANameIsTaken() {
    service::IssueRequest order = orderFor("root-ca", "CN=Root");
    order.name = QStringLiteral("my root");
    order.key = service::NewKey{crypto::KeySpec::parse("ec:P-256"), QStringLiteral("my key")};
    service::issue(&store(), order);
    const auto plan = service::previewIssue(&store(), order);
    QCOMPARE(std::ranges::count(plan.problems, std::string("name-used"), &pki::Problem::id), 2);
    const auto problems = service::previewKey(&store(), std::get<service::NewKey>(order.key));
    QCOMPARE(problems.front().message, std::string("Name is used by another key."));
    QCOMPARE(kindOf([&] { service::issue(&store(), order); }), std::string("not-allowed"));
}

void IssuingServiceTest::findsNewNamesByItself() {
    const auto one = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    const auto two = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    QCOMPARE(store().certificate(one.certificateId)->name, QStringLiteral("Root"));
    QVERIFY(store().certificate(two.certificateId)->name != QLatin1String("Root"));
}

void IssuingServiceTest::refusesASerialTwice() {
    const auto root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    service::IssueRequest order = orderFor("tls-client", "CN=one", root.certificateId);
    order.choices.serial = x509::Serial::parse("0A0B0C0D");
    service::issue(&store(), order);
    order.choices.subject = x509::Name::parse("CN=two");
    QVERIFY(hasProblem(service::previewIssue(&store(), order).problems, "serial-used"));
    QCOMPARE(kindOf([&] { service::issue(&store(), order); }), std::string("not-allowed"));
    // Too short for the search: the store itself refuses it, and the new key does not stay behind.
    order.choices.serial = x509::Serial::parse("01");
    service::issue(&store(), order);
    order.choices.subject = x509::Name::parse("CN=three");
    const auto keys = store().counts().keys;
    QCOMPARE(kindOf([&] { service::issue(&store(), order); }), std::string("not-allowed"));
    QCOMPARE(store().counts().keys, keys);
}

void IssuingServiceTest::worksWithoutAStore() {
    const auto root = service::issue(nullptr, orderFor("root-ca", "CN=Root"));
    QVERIFY(root.certificate.isSelfSigned());
    QCOMPARE(root.certificateId, 0);
    service::IssueRequest order = orderFor("tls-server", "", 0, "a.lab.example");
    order.choices.product = pki::Product::IssuedCertificate;
    order.ca = service::FileCa{root.certificate, root.newKey.value(), {}};
    const auto server = service::issue(nullptr, order);
    QVERIFY(server.certificate.isIssuedBy(root.certificate));
}

void IssuingServiceTest::issuesByACaOutsideTheStore() {
    const auto root = service::issue(nullptr, orderFor("root-ca", "CN=Outside"));
    service::IssueRequest order = orderFor("tls-client", "CN=Ada");
    order.choices.product = pki::Product::IssuedCertificate;
    order.ca = service::FileCa{root.certificate, root.newKey.value(), {}};
    const auto made = service::issue(&store(), order);
    QVERIFY(made.certificateId != 0);
    QVERIFY(made.keyId != 0);
    QCOMPARE(store().journal().back().subject, QString::fromStdString(made.certificate.sha256()));
}

void IssuingServiceTest::makesARequestAndKeepsIt() {
    service::RequestOrder order;
    order.choices = orderFor("tls-server", "", 0, "a.lab.example").choices;
    order.challenge = QStringLiteral("let me in");
    const auto made = service::createRequest(&store(), order);
    const auto row = store().request(made.requestId);
    QVERIFY(row.has_value());
    QCOMPARE(row->name, QStringLiteral("a.lab.example"));
    QCOMPARE(row->keyId, made.keyId);
    QVERIFY(store().requestObject(made.requestId).isSignatureValid() == true);
    QCOMPARE(made.request.attributes().size(), std::size_t{1});
}

void IssuingServiceTest::makesAKey() {
    const auto made = service::generateKeyInto(store(), {crypto::KeySpec::parse("ed25519"), QStringLiteral("signing")});
    QCOMPARE(store().key(made.keyId)->name, QStringLiteral("signing"));
    QVERIFY(store().privateKey(made.keyId).publicKey() == made.key.publicKey());
    QCOMPARE(kindOf([&] {
                 service::generateKeyInto(store(), {crypto::KeySpec::parse("ed25519"), QStringLiteral("signing")});
             }),
             std::string("not-allowed"));
    store().lock();
    QCOMPARE(kindOf([&] {
                 service::generateKeyInto(store(), {crypto::KeySpec::parse("ed25519"), {}});
             }),
             std::string("passphrase-needed"));
}

void IssuingServiceTest::throwsForAnUnknownCa() {
    QCOMPARE(kindOf([&] { service::previewIssue(&store(), orderFor("tls-client", "CN=x", 4711)); }),
             std::string("not-found"));
}

CERTWRIGHT_TEST_MAIN(IssuingServiceTest)
#include "tst_issuing_service.moc"
