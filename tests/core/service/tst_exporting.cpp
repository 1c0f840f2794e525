#include "core/formats/reader.h"
#include "core/service/exporting.h"
#include "tests/core/service/service_fixture.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

using namespace certwright;
using namespace certwright::test;
using pki::ExportTarget;

namespace {

int modeOf(const QString& path) {
    struct stat status {};
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0 ? static_cast<int>(status.st_mode & 07777) : -1;
}

std::shared_ptr<const base::Secret> sharedSecret(std::string_view text) {
    return std::make_shared<const base::Secret>(text);
}

/// Everything in a file; `passphrase` opens what is encrypted.
struct Found {
    std::vector<x509::Certificate> certificates;
    std::vector<crypto::PrivateKey> keys;
    std::optional<base::Error> error;
};

Found read(const QString& path, std::string_view passphrase = {}) {
    const auto contents =
        formats::readFile(path.toStdString(), [passphrase](const auto& question) -> std::optional<base::Secret> {
            if (question.attempt > 0)
                return std::nullopt;
            return base::Secret(passphrase);
        });
    Found found{{}, {}, contents.error};
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* certificate = item->as<x509::Certificate>())
            found.certificates.push_back(*certificate);
        else if (const auto* key = item->as<formats::PrivateKeyItem>(); key != nullptr && key->key)
            found.keys.push_back(*key->key);
    }
    return found;
}

} // namespace

class ExportingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void exportsForNginx();
    void encryptsTheKeyForNginx();
    void writesWhatEachTargetPlans_data();
    void writesWhatEachTargetPlans();
    void exportsPkcs12WithChainAndKey();
    void exportsTheCertificateAlone();
    void exportsManyIntoOneFile();
    void namesHashedFilesAsOpensslDoes();
    void overwritesOnlyWhenAllowed();
    void saysWhenTheKeyIsMissing();
    void saysWhenTheChainIsIncomplete();
    void needsThePassphraseOnlyForKeys();
    void notesEveryKeyInTheJournal();
    void refusesSeveralWhereOneFits();

private:
    store::Store& store() { return *m_store->store; }
    QString path(const char* name) const { return m_store->folder.filePath(QString::fromLatin1(name)); }
    service::ExportOrder order(ExportTarget target, const char* name) const;

    std::unique_ptr<TemporaryStore> m_store;
    std::optional<service::IssueResult> m_root;
    std::optional<service::IssueResult> m_middle;
    std::optional<service::IssueResult> m_server;
};

void ExportingTest::init() {
    m_store = std::make_unique<TemporaryStore>();
    m_root = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    m_middle = service::issue(&store(), orderFor("intermediate-ca", "CN=Sub", m_root->certificateId));
    m_server = service::issue(&store(), orderFor("tls-server", "", m_middle->certificateId, "www.lab.example"));
}

service::ExportOrder ExportingTest::order(ExportTarget target, const char* name) const {
    service::ExportOrder order;
    order.certificateIds = {m_server->certificateId};
    order.target = target;
    order.path = path(name);
    return order;
}

void ExportingTest::exportsForNginx() {
    const auto plan = service::planExport(store(), order(ExportTarget::Nginx, "out"), serviceNow());
    QVERIFY(plan.problems.empty());
    QVERIFY(plan.needsKey);
    QCOMPARE(plan.files.size(), std::size_t{2});
    QVERIFY(plan.files[1].hasClearKey);

    const auto result = service::runExport(store(), order(ExportTarget::Nginx, "out"));
    QCOMPARE(result.files.size(), std::size_t{2});
    QVERIFY(result.snippet.contains(QLatin1String("ssl_certificate_key")));
    const Found chain = read(path("out/fullchain.pem"));
    QCOMPARE(chain.certificates.size(), std::size_t{2}); // without the root
    QVERIFY(chain.certificates[0] == m_server->certificate);
    QVERIFY(chain.certificates[1] == m_middle->certificate);
    QVERIFY(chain.keys.empty());
    const Found key = read(path("out/privkey.pem"));
    QVERIFY(key.keys.at(0).publicKey() == m_server->certificate.publicKey());
    QCOMPARE(modeOf(path("out/privkey.pem")), 0600);
    QCOMPARE(modeOf(path("out")), 0700);
    QCOMPARE(QDir(path("out")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 2);
}

void ExportingTest::encryptsTheKeyForNginx() {
    service::ExportOrder encrypted = order(ExportTarget::Nginx, "out");
    encrypted.passphrase = sharedSecret("key passphrase");
    service::runExport(store(), encrypted);
    QVERIFY(read(path("out/privkey.pem"), "wrong").keys.empty());
    QCOMPARE(read(path("out/privkey.pem"), "key passphrase").keys.size(), std::size_t{1});
}

void ExportingTest::writesWhatEachTargetPlans_data() {
    QTest::addColumn<int>("target");
    for (const pki::ExportTargetInfo& info : pki::exportTargets())
        QTest::newRow(std::string(info.id).c_str()) << static_cast<int>(info.target);
}

void ExportingTest::writesWhatEachTargetPlans() {
    QFETCH(int, target);
    service::ExportOrder wanted = order(static_cast<ExportTarget>(target), "out");
    const pki::ExportTargetInfo& info = pki::infoOf(wanted.target);
    if (info.passphrase == pki::ExportTargetInfo::Passphrase::Required) {
        QVERIFY(hasProblem(service::planExport(store(), wanted, serviceNow()).problems, "passphrase-missing"));
        wanted.passphrase = sharedSecret("file passphrase");
    }
    const auto plan = service::planExport(store(), wanted, serviceNow());
    QVERIFY2(!pki::hasErrors(plan.problems), pki::errorText(plan.problems).c_str());
    const auto result = service::runExport(store(), wanted);
    QCOMPARE(result.files.size(), plan.files.size());
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        QCOMPARE(result.files[i].path, plan.files[i].path);
        QCOMPARE(result.files[i].isPrivate, plan.files[i].isPrivate);
        QCOMPARE(result.files[i].hasClearKey, plan.files[i].hasClearKey);
        QVERIFY(QFileInfo::exists(plan.files[i].path));
        if (plan.files[i].isPrivate)
            QCOMPARE(modeOf(plan.files[i].path), 0600);
    }
    QCOMPARE(plan.needsKey, info.needsKey || wanted.target == ExportTarget::Pkcs12);
}

void ExportingTest::exportsPkcs12WithChainAndKey() {
    service::ExportOrder wanted = order(ExportTarget::Pkcs12, "bundle.p12");
    wanted.passphrase = sharedSecret("file passphrase");
    service::runExport(store(), wanted);
    const Found found = read(path("bundle.p12"), "file passphrase");
    QVERIFY(!found.error);
    QCOMPARE(found.certificates.size(), std::size_t{3});
    QCOMPARE(found.keys.size(), std::size_t{1});
    QVERIFY(read(path("bundle.p12"), "wrong").error.has_value());
}

void ExportingTest::exportsTheCertificateAlone() {
    for (const auto& [target, name] : {std::pair(ExportTarget::Pem, "a.pem"), std::pair(ExportTarget::Der, "a.cer")}) {
        service::runExport(store(), order(target, name));
        const Found found = read(path(name));
        QCOMPARE(found.certificates.size(), std::size_t{1});
        QVERIFY(found.certificates[0] == m_server->certificate);
        QVERIFY(found.keys.empty());
    }
    service::runExport(store(), order(ExportTarget::Chain, "chain.pem"));
    QCOMPARE(read(path("chain.pem")).certificates.size(), std::size_t{2});
    service::ExportOrder whole = order(ExportTarget::Chain, "whole.pem");
    whole.options.includeRoot = true;
    service::runExport(store(), whole);
    QCOMPARE(read(path("whole.pem")).certificates.size(), std::size_t{3});
}

void ExportingTest::exportsManyIntoOneFile() {
    service::ExportOrder many = order(ExportTarget::Pem, "many.pem");
    many.certificateIds = {m_server->certificateId, m_root->certificateId};
    service::runExport(store(), many);
    QCOMPARE(read(path("many.pem")).certificates.size(), std::size_t{2});
    many.target = ExportTarget::Pkcs7;
    many.path = path("many.p7b");
    service::runExport(store(), many);
    QCOMPARE(read(path("many.p7b")).certificates.size(), std::size_t{3});
}

void ExportingTest::namesHashedFilesAsOpensslDoes() {
    // Two certificates of one name share the hash and are counted.
    const auto second = service::issue(&store(), orderFor("root-ca", "CN=Root"));
    service::ExportOrder roots = order(ExportTarget::HashDirectory, "hashed");
    roots.certificateIds = {m_root->certificateId, second.certificateId};
    service::runExport(store(), roots);
    const QString hash = QString::fromStdString(m_root->certificate.subject().hash());
    QVERIFY(QFileInfo::exists(path("hashed") + u'/' + hash + QStringLiteral(".0")));
    QVERIFY(QFileInfo::exists(path("hashed") + u'/' + hash + QStringLiteral(".1")));
}

void ExportingTest::overwritesOnlyWhenAllowed() {
    service::ExportOrder wanted = order(ExportTarget::Nginx, "out");
    service::runExport(store(), wanted);
    QVERIFY(hasProblem(service::planExport(store(), wanted, serviceNow()).problems, "file-exists"));
    QCOMPARE(kindOf([&] { service::runExport(store(), wanted); }), std::string("not-allowed"));
    wanted.mayOverwrite = true;
    service::runExport(store(), wanted);
}

void ExportingTest::saysWhenTheKeyIsMissing() {
    const auto other = service::issue(nullptr, orderFor("tls-server", "", 0, "other.lab.example"));
    service::ExportOrder wanted = order(ExportTarget::Nginx, "out");
    wanted.certificateIds = {store().addCertificate(other.certificate)};
    QVERIFY(hasProblem(service::planExport(store(), wanted, serviceNow()).problems, "key-missing"));
    QCOMPARE(kindOf([&] { service::runExport(store(), wanted); }), std::string("not-allowed"));
    QVERIFY(!QFileInfo::exists(path("out")));
    wanted.target = ExportTarget::Pem;
    service::runExport(store(), wanted);
}

void ExportingTest::saysWhenTheChainIsIncomplete() {
    const auto root = service::issue(nullptr, orderFor("root-ca", "CN=Far"));
    service::IssueRequest order2 = orderFor("tls-server", "", 0, "b.lab.example");
    order2.choices.product = pki::Product::IssuedCertificate;
    order2.ca = service::FileCa{root.certificate, root.newKey.value(), {}};
    service::ExportOrder wanted = order(ExportTarget::Nginx, "out");
    wanted.certificateIds = {service::issue(&store(), order2).certificateId};
    const auto plan = service::planExport(store(), wanted, serviceNow());
    QVERIFY(hasProblem(plan.problems, "chain-incomplete"));
    QVERIFY(!pki::hasErrors(plan.problems));
}

void ExportingTest::needsThePassphraseOnlyForKeys() {
    store().lock();
    service::runExport(store(), order(ExportTarget::Chain, "chain.pem"));
    QCOMPARE(kindOf([&] { service::runExport(store(), order(ExportTarget::Nginx, "out")); }),
             std::string("passphrase-needed"));
    QVERIFY(!QFileInfo::exists(path("out")));
}

void ExportingTest::notesEveryKeyInTheJournal() {
    const auto before = store().journal().size();
    service::runExport(store(), order(ExportTarget::Pem, "a.pem"));
    QCOMPARE(store().journal().size(), before);
    service::runExport(store(), order(ExportTarget::Nginx, "out"));
    const auto journal = store().journal();
    QCOMPARE(journal.size(), before + 1);
    QCOMPARE(journal.back().act, QString::fromLatin1(store::acts::KeyExported));
    QCOMPARE(journal.back().subject, QString::fromStdString(m_server->certificate.publicKey().spkiSha256()));
    QVERIFY(journal.back().detail.startsWith(QLatin1String("nginx: ")));
}

void ExportingTest::refusesSeveralWhereOneFits() {
    service::ExportOrder two = order(ExportTarget::Nginx, "out");
    two.certificateIds.push_back(m_root->certificateId);
    QVERIFY(hasProblem(service::planExport(store(), two, serviceNow()).problems, "too-many"));
    two.certificateIds = {4711};
    QCOMPARE(kindOf([&] { service::planExport(store(), two, serviceNow()); }), std::string("not-found"));
}

CERTWRIGHT_TEST_MAIN(ExportingTest)
#include "tst_exporting.moc"
