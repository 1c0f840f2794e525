#include "core/base/error.h"
#include "core/store/store.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>
#include <QTest>

using namespace certwright;
using namespace certwright::store;
using namespace certwright::test;
using base::Error;
using base::ErrorKind;
using base::Secret;

namespace {

Secret passphrase() {
    return Secret(std::string_view("correct horse"));
}

template <class F>
std::optional<ErrorKind> kindOf(F function) {
    try {
        function();
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

} // namespace

#define COMPARE_KIND(call, wanted) QCOMPARE(kindOf([&] { call; }), std::optional(wanted))

class TestStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void keepsWhatItWasGiven();
    void givesBackPrivateKeysOnlyWhileUnlocked();
    void tellsDuplicates();
    void linksIssuersOnlyAfterASignatureCheck();
    void linksInEitherOrderOfArrival_data();
    void linksInEitherOrderOfArrival();
    void linksRevocationLists();
    void linksKeysInEitherOrder();
    void findsTextAnywhere_data();
    void findsTextAnywhere();
    void findsById();
    void readsInBatches();
    void renamesAndComments();
    void removesAndUnlinks();
    void rollsBackATransaction();
    void revokesAndReleases();
    void refusesASerialThatAnIssuerGaveAlready();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    QString path() const { return m_folder->filePath(QStringLiteral("test.certwright")); }
    std::unique_ptr<Store> reopened() {
        m_store.reset();
        m_store = Store::open(path());
        return nullptr;
    }
};

void TestStore::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = Store::create(path(), passphrase(), VaultCostForTests::cheap());
}

void TestStore::cleanup() {
    m_store.reset();
    m_folder.reset();
}

void TestStore::keepsWhatItWasGiven() {
    const Holder root = sampleRoot("Lab Root");
    SampleOptions options;
    options.otherNames = "DNS:www.lab.example,DNS:lab.example,IP:192.0.2.1";
    options.serial = "0102030405";
    const Holder leaf = sampleIssued("www.lab.example", root, options);
    const x509::Request request = sampleRequest("req.lab.example", leaf.key);
    const x509::Crl crl = sampleCrl(root);
    const RowId rootId = m_store->addCertificate(root.certificate);
    CertificateDetails details;
    details.comment = QStringLiteral("für später");
    details.profile = QStringLiteral("tls-server");
    const RowId leafId = m_store->addCertificate(leaf.certificate, details);
    const RowId keyId = m_store->addKey(leaf.key, {QStringLiteral("Schlüssel"), {}});
    const RowId requestId = m_store->addRequest(request);
    const RowId crlId = m_store->addCrl(crl);

    m_store.reset();
    m_store = Store::open(path());
    QVERIFY(!m_store->isUnlocked());
    const Counts counts = m_store->counts();
    QCOMPARE(counts.certificates, 2);
    QCOMPARE(counts.keys, 1);
    QCOMPARE(counts.requests, 1);
    QCOMPARE(counts.crls, 1);

    const auto row = m_store->certificate(leafId);
    QVERIFY(row);
    QCOMPARE(row->name, QStringLiteral("www.lab.example"));
    QCOMPARE(row->subject, QStringLiteral("CN=www.lab.example"));
    QCOMPARE(row->issuer, QStringLiteral("CN=Lab Root"));
    QCOMPARE(row->serial, QStringLiteral("102030405"));
    QCOMPARE(row->otherNames, QStringLiteral("www.lab.example, lab.example, 192.0.2.1"));
    QCOMPARE(row->notBefore, leaf.certificate.notBefore());
    QCOMPARE(row->notAfter, leaf.certificate.notAfter());
    QVERIFY(row->key == leaf.key.facts());
    QCOMPARE(row->sha256.toStdString(), leaf.certificate.sha256());
    QCOMPARE(row->sha1.toStdString(), leaf.certificate.sha1());
    QCOMPARE(row->comment, QStringLiteral("für später"));
    QCOMPARE(row->profile, QStringLiteral("tls-server"));
    QCOMPARE(row->keyId, keyId);
    QCOMPARE(row->issuerId, rootId);
    QVERIFY(row->link == LinkState::Verified);
    QVERIFY(!row->isCa && !row->isSelfSigned && !row->isIssuedHere);
    QVERIFY(m_store->certificateObject(leafId) == leaf.certificate);

    const auto rootRow = m_store->certificate(rootId);
    QVERIFY(rootRow->isSelfSigned && rootRow->isCa);
    QVERIFY(rootRow->link == LinkState::Verified);
    QCOMPARE(rootRow->issuerId, 0);

    QCOMPARE(m_store->key(keyId)->name, QStringLiteral("Schlüssel"));
    QCOMPARE(m_store->key(keyId)->useCount, 2);
    QCOMPARE(m_store->request(requestId)->keyId, keyId);
    QVERIFY(m_store->requestObject(requestId) == request);
    QCOMPARE(m_store->crl(crlId)->issuerId, rootId);
    QCOMPARE(m_store->crl(crlId)->revokedCount, 1);
    QVERIFY(m_store->crlObject(crlId) == crl);
    QCOMPARE(m_store->integrityProblems(), QStringList());
}

void TestStore::givesBackPrivateKeysOnlyWhileUnlocked() {
    const auto key = sampleKey();
    const RowId id = m_store->addKey(key);
    QVERIFY(m_store->privateKey(id).publicKey() == key.publicKey());
    m_store->lock();
    COMPARE_KIND(m_store->privateKey(id), ErrorKind::PassphraseNeeded);
    COMPARE_KIND(m_store->addKey(sampleKey()), ErrorKind::PassphraseNeeded);
    QCOMPARE(m_store->counts().keys, 1);
    reopened();
    COMPARE_KIND(m_store->privateKey(id), ErrorKind::PassphraseNeeded);
    COMPARE_KIND(m_store->unlock(Secret(std::string_view("wrong"))), ErrorKind::WrongPassphrase);
    m_store->unlock(passphrase());
    QVERIFY(m_store->privateKey(id).toPkcs8Der().equals(key.toPkcs8Der()));
    QVERIFY(m_store->publicKey(id) == key.publicKey());
    COMPARE_KIND(m_store->privateKey(99), ErrorKind::NotFound);
}

void TestStore::tellsDuplicates() {
    const Holder root = sampleRoot("Lab Root");
    m_store->addCertificate(root.certificate);
    m_store->addKey(root.key);
    const auto request = sampleRequest("r", root.key);
    const auto crl = sampleCrl(root);
    m_store->addRequest(request);
    m_store->addCrl(crl);
    COMPARE_KIND(m_store->addCertificate(root.certificate), ErrorKind::NotAllowed);
    COMPARE_KIND(m_store->addKey(root.key), ErrorKind::NotAllowed);
    COMPARE_KIND(m_store->addRequest(request), ErrorKind::NotAllowed);
    COMPARE_KIND(m_store->addCrl(crl), ErrorKind::NotAllowed);
    QCOMPARE(m_store->counts().certificates, 1);
}

void TestStore::linksIssuersOnlyAfterASignatureCheck() {
    const Holder real = sampleRoot("Lab Root");
    SampleOptions withoutIds;
    withoutIds.hasKeyIds = false;
    const Holder impostor = sampleRoot("Lab Root", withoutIds);
    const Holder other = sampleRoot("Other Root");
    const Holder leaf = sampleIssued("leaf", real, withoutIds);

    const RowId otherId = m_store->addCertificate(other.certificate);
    const RowId leafId = m_store->addCertificate(leaf.certificate);
    QVERIFY(m_store->certificate(leafId)->link == LinkState::Unknown);
    const RowId impostorId = m_store->addCertificate(impostor.certificate);
    QVERIFY(m_store->certificate(leafId)->link == LinkState::Claimed);
    QCOMPARE(m_store->certificate(leafId)->issuerId, 0);
    QVERIFY(m_store->issuerChain(leafId).empty());
    const RowId realId = m_store->addCertificate(real.certificate);
    QVERIFY(m_store->certificate(leafId)->link == LinkState::Verified);
    QCOMPARE(m_store->certificate(leafId)->issuerId, realId);
    const auto chain = m_store->issuerChain(leafId);
    QCOMPARE(chain.size(), std::size_t(1));
    QVERIFY(chain.front() == real.certificate);
    Q_UNUSED(otherId);
    Q_UNUSED(impostorId);
}

void TestStore::linksInEitherOrderOfArrival_data() {
    QTest::addColumn<QList<int>>("order");
    QTest::addColumn<bool>("hasKeyIds");
    QTest::addColumn<bool>("inBulk");
    const QList<QList<int>> orders{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    for (const auto& order : orders) {
        for (int variant = 0; variant < 4; ++variant) {
            const auto name = QStringLiteral("%1%2%3 %4 %5")
                                  .arg(order[0])
                                  .arg(order[1])
                                  .arg(order[2])
                                  .arg((variant & 1) != 0 ? QStringLiteral("key ids") : QStringLiteral("no key ids"))
                                  .arg((variant & 2) != 0 ? QStringLiteral("bulk") : QStringLiteral("single"));
            QTest::newRow(qPrintable(name)) << order << ((variant & 1) != 0) << ((variant & 2) != 0);
        }
    }
}

void TestStore::linksInEitherOrderOfArrival() {
    QFETCH(QList<int>, order);
    QFETCH(bool, hasKeyIds);
    QFETCH(bool, inBulk);
    SampleOptions options;
    options.hasKeyIds = hasKeyIds;
    const Holder root = sampleRoot("Root", options);
    options.isCa = true;
    const Holder middle = sampleIssued("Middle", root, options);
    options.isCa = false;
    const Holder leaf = sampleIssued("Leaf", middle, options);
    const std::array<const Holder*, 3> all{&root, &middle, &leaf};
    std::array<RowId, 3> ids{};
    std::vector<RowId> added;
    for (const int index : order) {
        const auto& certificate = all[static_cast<std::size_t>(index)]->certificate;
        const RowId id =
            m_store->addCertificate(certificate.der(), x509::columnsFromDer(certificate.der()), {}, inBulk);
        ids[static_cast<std::size_t>(index)] = id;
        added.push_back(id);
    }
    if (inBulk)
        m_store->linkPending(added);
    QCOMPARE(m_store->issuerChainIds(ids[2]), (std::vector<RowId>{ids[1], ids[0]}));
    QCOMPARE(m_store->issuerChainIds(ids[1]), (std::vector<RowId>{ids[0]}));
    QVERIFY(m_store->certificate(ids[0])->isSelfSigned);
}

void TestStore::linksRevocationLists() {
    const Holder real = sampleRoot("Lab Root");
    const Holder impostor = sampleRoot("Lab Root");
    const RowId before = m_store->addCrl(sampleCrl(real));
    QVERIFY(m_store->crl(before)->link == LinkState::Unknown);
    m_store->addCertificate(impostor.certificate);
    QVERIFY(m_store->crl(before)->link == LinkState::Claimed);
    const RowId realId = m_store->addCertificate(real.certificate);
    QVERIFY(m_store->crl(before)->link == LinkState::Verified);
    QCOMPARE(m_store->crl(before)->issuerId, realId);
    const RowId after = m_store->addCrl(sampleCrl(real, "0B"));
    QCOMPARE(m_store->crl(after)->issuerId, realId);
}

void TestStore::linksKeysInEitherOrder() {
    const Holder first = sampleRoot("First"), second = sampleRoot("Second");
    const RowId firstKey = m_store->addKey(first.key);
    const RowId firstId = m_store->addCertificate(first.certificate);
    const RowId secondId = m_store->addCertificate(second.certificate);
    QCOMPARE(m_store->certificate(secondId)->keyId, 0);
    const RowId secondKey = m_store->addKey(second.key);
    QCOMPARE(m_store->certificate(firstId)->keyId, firstKey);
    QCOMPARE(m_store->certificate(secondId)->keyId, secondKey);
    QCOMPARE(m_store->certificatesOfKey(secondKey), std::vector<RowId>{secondId});
    QCOMPARE(m_store->issuingCertificates().size(), std::size_t(2));
    m_store->remove(EntryKind::Key, {secondKey});
    QCOMPARE(m_store->certificate(secondId)->keyId, 0);
    COMPARE_KIND(m_store->privateKey(secondKey), ErrorKind::NotFound);
}

void TestStore::findsTextAnywhere_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char* label, const QString& text, const QStringList& names) {
        QTest::newRow(label) << text << names;
    };
    const QString alpha = QStringLiteral("alpha.lab.example"), beta = QStringLiteral("beta.lab.example"),
                  umlaut = QStringLiteral("Grüße GmbH");
    row("everything", {}, {QStringLiteral("Root"), alpha, beta, umlaut});
    row("middle of a name", QStringLiteral("pha.la"), {alpha});
    row("in all", QStringLiteral("lab.example"), {alpha, beta});
    row("case", QStringLiteral("ALPHA"), {alpha});
    row("case beyond ASCII", QStringLiteral("GRÜ"), {umlaut});
    row("two words", QStringLiteral("example beta"), {beta});
    row("two words that exclude each other", QStringLiteral("alpha beta"), {});
    row("other name", QStringLiteral("192.0.2.77"), {beta});
    row("serial", QStringLiteral("abcdef0123"), {alpha});
    row("serial with colons", QStringLiteral("AB:CD:EF:01:23"), {alpha});
    row("comment", QStringLiteral("Printer"), {beta});
    row("short: beginning of the name", QStringLiteral("al"), {alpha});
    row("short: not inside", QStringLiteral("ph"), {});
    row("trigrams in another order", QStringLiteral("examplelab"), {});
    row("quotes", QStringLiteral("\"lab\" OR"), {});
    row("FTS syntax", QStringLiteral("alpha* NOT beta"), {});
    row("nothing", QStringLiteral("zzz"), {});
    row("percent and underscore are letters", QStringLiteral("lab_example"), {});
}

void TestStore::findsTextAnywhere() {
    const Holder root = sampleRoot("Root");
    m_store->addCertificate(root.certificate);
    SampleOptions options;
    options.serial = "00ABCDEF0123";
    m_store->addCertificate(sampleIssued("alpha.lab.example", root, options).certificate);
    options.serial = "7F";
    options.otherNames = "DNS:b.lab.example,IP:192.0.2.77";
    CertificateDetails details;
    details.comment = QStringLiteral("printer in room 5");
    m_store->addCertificate(sampleIssued("beta.lab.example", root, options).certificate, details);
    options.otherNames.clear();
    options.serial = "80";
    m_store->addCertificate(sampleIssued("Grüße GmbH", root, options).certificate);

    QFETCH(QString, text);
    QFETCH(QStringList, names);
    QStringList found;
    for (const auto& row : m_store->certificates({text, 0, 0}))
        found << row.name;
    QCOMPARE(found, names);
    QCOMPARE(m_store->matching(EntryKind::Certificate, text).size(), static_cast<std::size_t>(names.size()));
}

void TestStore::findsById() {
    const Holder root = sampleRoot("Root");
    const RowId first = m_store->addCertificate(root.certificate);
    const RowId second = m_store->addCertificate(sampleRoot("Root").certificate);
    const RowId third = m_store->addCertificate(sampleRoot("Third").certificate);
    const RowId numbered = m_store->addCertificate(sampleRoot("1").certificate);
    const QString sha256 = QString::fromStdString(root.certificate.sha256());
    const auto find = [&](const QString& text) { return m_store->findId(EntryKind::Certificate, text); };
    COMPARE_KIND(find(QStringLiteral("Root")), ErrorKind::NotAllowed);
    QCOMPARE(find(QStringLiteral("third")), std::optional(third));
    QCOMPARE(find(QStringLiteral("1")), std::optional(numbered)); // a name goes before a number
    QCOMPARE(find(QStringLiteral("2")), std::optional(second));
    QCOMPARE(find(sha256), std::optional(first));
    QCOMPARE(find(sha256.left(8)), std::optional(first));
    QCOMPARE(find(sha256.left(9).toLower()), std::optional(first));
    QCOMPARE(find(sha256.left(7)), std::nullopt);
    QCOMPARE(find(QStringLiteral("99")), std::nullopt);
    QCOMPARE(find(QString()), std::nullopt);
    QCOMPARE(m_store->findBySha256(EntryKind::Certificate, sha256.toLower()), std::optional(first));
    QCOMPARE(m_store->findAll(QStringLiteral("Third")).size(), std::size_t(1));
    QCOMPARE(m_store->freeName(EntryKind::Certificate, QStringLiteral("Third")), QStringLiteral("Third (2)"));
    QCOMPARE(m_store->freeName(EntryKind::Certificate, QStringLiteral("New")), QStringLiteral("New"));
    // By the beginning of the fingerprint, with colons, as free text.
    QCOMPARE(
        m_store->matching(
            EntryKind::Certificate,
            QStringLiteral("%1:%2:%3:%4").arg(sha256.mid(0, 2), sha256.mid(2, 2), sha256.mid(4, 2), sha256.mid(6, 2))),
        std::vector<RowId>{first});
    QCOMPARE(m_store->matching(EntryKind::Certificate, QString::fromStdString(root.certificate.sha1()).left(20)),
             std::vector<RowId>{first});
}

void TestStore::readsInBatches() {
    const Holder root = sampleRoot("Root");
    for (int i = 0; i < 25; ++i)
        m_store->addCertificate(sampleCertificate("leaf" + std::to_string(i), root.key.publicKey(), root));
    std::vector<RowId> ids;
    Query query;
    query.limit = 10;
    for (;;) {
        const auto batch = m_store->certificates(query);
        if (batch.empty())
            break;
        for (const auto& row : batch)
            ids.push_back(row.id);
        query.after = ids.back();
    }
    QCOMPARE(ids.size(), std::size_t(25));
    QVERIFY(std::is_sorted(ids.begin(), ids.end()));
    query = {QStringLiteral("leaf1"), 0, 4};
    QCOMPARE(m_store->certificates(query).size(), std::size_t(4));
    query.after = m_store->certificates(query).back().id;
    query.limit = 0;
    QCOMPARE(m_store->certificates(query).size(), std::size_t(7)); // leaf1, leaf10 to leaf19: 11
}

void TestStore::renamesAndComments() {
    const RowId id = m_store->addCertificate(sampleRoot("Root").certificate);
    const RowId key = m_store->addKey(sampleKey(), {QStringLiteral("first key"), {}});
    m_store->rename(EntryKind::Certificate, id, QStringLiteral("Renamed thing"));
    m_store->setComment(EntryKind::Certificate, id, QStringLiteral("a remark"));
    m_store->rename(EntryKind::Key, key, QStringLiteral("other key"));
    QCOMPARE(m_store->certificate(id)->name, QStringLiteral("Renamed thing"));
    QCOMPARE(m_store->certificate(id)->comment, QStringLiteral("a remark"));
    QCOMPARE(m_store->matching(EntryKind::Certificate, QStringLiteral("renamed")).size(), std::size_t(1));
    QCOMPARE(m_store->matching(EntryKind::Certificate, QStringLiteral("remark")).size(), std::size_t(1));
    QCOMPARE(m_store->matching(EntryKind::Certificate, QStringLiteral("root")).size(), std::size_t(1)); // the subject
    QCOMPARE(m_store->matching(EntryKind::Key, QStringLiteral("first")).size(), std::size_t(0));
    QCOMPARE(m_store->matching(EntryKind::Key, QStringLiteral("other")).size(), std::size_t(1));
    COMPARE_KIND(m_store->rename(EntryKind::Crl, 5, QStringLiteral("x")), ErrorKind::NotFound);
}

void TestStore::removesAndUnlinks() {
    const Holder root = sampleRoot("Root");
    const Holder leaf = sampleIssued("leaf", root);
    const RowId rootId = m_store->addCertificate(root.certificate);
    const RowId leafId = m_store->addCertificate(leaf.certificate);
    const RowId crlId = m_store->addCrl(sampleCrl(root));
    COMPARE_KIND(m_store->remove(EntryKind::Certificate, {rootId, 77}), ErrorKind::NotFound);
    QVERIFY(m_store->certificate(rootId));
    QCOMPARE(m_store->certificate(leafId)->issuerId, rootId);
    m_store->remove(EntryKind::Certificate, {rootId});
    QVERIFY(!m_store->certificate(rootId));
    QVERIFY(m_store->certificate(leafId)->link == LinkState::Unknown);
    QCOMPARE(m_store->crl(crlId)->issuerId, 0);
    QVERIFY(m_store->matching(EntryKind::Certificate, QStringLiteral("root")).empty());
    // Back again, under a new number: numbers are never given twice.
    const RowId again = m_store->addCertificate(root.certificate);
    QVERIFY(again > leafId);
    QCOMPARE(m_store->certificate(leafId)->issuerId, again);
    // A second certificate of the same key takes over.
    SampleOptions options;
    options.isCa = true;
    const auto renewed = sampleCertificate("Root", root.key.publicKey(), root, options);
    const RowId renewedId = m_store->addCertificate(renewed);
    m_store->remove(EntryKind::Certificate, {again});
    QCOMPARE(m_store->certificate(leafId)->issuerId, renewedId);
    QCOMPARE(m_store->integrityProblems(), QStringList());
}

void TestStore::rollsBackATransaction() {
    const Holder root = sampleRoot("Root");
    {
        Transaction transaction(*m_store);
        m_store->addCertificate(root.certificate);
        QCOMPARE(m_store->counts().certificates, 1);
    }
    QCOMPARE(m_store->counts().certificates, 0);
    {
        Transaction outer(*m_store);
        m_store->addCertificate(root.certificate);
        {
            Transaction inner(*m_store);
            m_store->addKey(root.key);
        }
        COMPARE_KIND(outer.commit(), ErrorKind::Internal);
    }
    QCOMPARE(m_store->counts().certificates, 0);
    QCOMPARE(m_store->counts().keys, 0);
    // The numbers that the roll-back took back are not remembered.
    const RowId id = m_store->addCertificate(root.certificate);
    QCOMPARE(m_store->certificate(id)->issuer, QStringLiteral("CN=Root"));
}

void TestStore::revokesAndReleases() {
    const Holder root = sampleRoot("Root");
    const RowId rootId = m_store->addCertificate(root.certificate);
    const Holder leaf = sampleIssued("leaf", root);
    const RowId leafId = m_store->addCertificate(leaf.certificate);
    const auto date = *base::parseRfc3339("2026-06-01T00:00:00Z");
    m_store->revoke(leafId, x509::RevocationReason::CertificateHold, date);
    QVERIFY(m_store->certificate(leafId)->revocation == RevocationState::Held);
    COMPARE_KIND(m_store->revoke(leafId, x509::RevocationReason::CertificateHold, date), ErrorKind::NotAllowed);
    m_store->releaseHold(leafId);
    QVERIFY(m_store->certificate(leafId)->revocation == RevocationState::None);
    COMPARE_KIND(m_store->releaseHold(leafId), ErrorKind::NotAllowed);
    m_store->revoke(leafId, x509::RevocationReason::KeyCompromise, date, date);
    const auto row = m_store->certificate(leafId);
    QVERIFY(row->revocation == RevocationState::Revoked);
    QCOMPARE(row->revokedAt, std::optional(date));
    COMPARE_KIND(m_store->revoke(leafId, x509::RevocationReason::Superseded, date), ErrorKind::NotAllowed);
    COMPARE_KIND(m_store->releaseHold(leafId), ErrorKind::NotAllowed);
    const auto entries = m_store->revokedBy(rootId);
    QCOMPARE(entries.size(), std::size_t(1));
    QCOMPARE(entries.front().serial.toHex(), leaf.certificate.serial());
    QVERIFY(entries.front().reason == x509::RevocationReason::KeyCompromise);
    QCOMPARE(entries.front().invalidityDate, std::optional(date));
    m_store->lock();
    COMPARE_KIND(m_store->revoke(rootId, x509::RevocationReason::Superseded, date), ErrorKind::PassphraseNeeded);
    QVERIFY(m_store->certificate(rootId)->revocation == RevocationState::None);
}

void TestStore::refusesASerialThatAnIssuerGaveAlready() {
    const Holder root = sampleRoot("Root");
    m_store->addCertificate(root.certificate);
    SampleOptions options;
    options.serial = "10";
    CertificateDetails issued;
    issued.isIssuedHere = true;
    m_store->addCertificate(sampleIssued("first", root, options).certificate, issued);
    COMPARE_KIND(m_store->addCertificate(sampleIssued("second", root, options).certificate, issued),
                 ErrorKind::NotAllowed);
    // Among imports duplicates are kept: they exist in the world.
    m_store->addCertificate(sampleIssued("third", root, options).certificate);
    QCOMPARE(m_store->counts().certificates, 3);
    QCOMPARE(m_store->journal().size(), std::size_t(1));
}

CERTWRIGHT_TEST_MAIN(TestStore)
#include "tst_store.moc"
