#include "core/base/error.h"
#include "core/formats/item.h"
#include "core/service/importing.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/test_main.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

using namespace certwright;
using namespace certwright::service;
using namespace certwright::test;
using base::Error;
using base::ErrorKind;
using base::Secret;
using store::EntryKind;
using store::Store;

namespace {

Secret passphrase() {
    return Secret(std::string_view("pass"));
}

template <class T>
formats::Item item(const T& value, const std::string& label = {}) {
    return {value, label, {}};
}

formats::Item keyItem(const crypto::PrivateKey& key, const std::string& label = {}) {
    formats::PrivateKeyItem value;
    value.key = key;
    value.facts = key.facts();
    return {value, label, {}};
}

} // namespace

class TestImporting : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void previewWritesNothing();
    void previewNeedsNoStore();
    void matchesKeysWithCertificates();
    void tellsDuplicates();
    void tellsWhatIsNotKeptAndWhatFailed();
    void importsAllAndLinks();
    void importsAChainInAnyOrderInOneGo();
    void importsNothingWhenOneFails();
    void importsNothingWhenCancelled();
    void countsWhatCameMeanwhile();
    void growsLinearly();
    void manyNamesakesStayLinear();

private:
    std::vector<formats::Contents> bundle(int count);
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    Holder m_root = sampleRoot("Lab Root");
    crypto::PrivateKey m_leafKey = sampleKey();
};

void TestImporting::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = Store::create(m_folder->filePath(QStringLiteral("s.certwright")), passphrase(),
                            store::VaultCostForTests::cheap());
}

void TestImporting::cleanup() {
    m_store.reset();
    m_folder.reset();
}

std::vector<formats::Contents> TestImporting::bundle(int count) {
    formats::Contents contents;
    contents.file = "bundle.pem";
    contents.items.push_back(item(m_root.certificate));
    for (int i = 0; i < count; ++i)
        contents.items.push_back(item(sampleCertificate("leaf" + std::to_string(i), m_leafKey.publicKey(), m_root)));
    return {contents};
}

void TestImporting::previewWritesNothing() {
    const auto preview = previewImport(bundle(10), m_store.get());
    QCOMPARE(preview.items.size(), std::size_t(11));
    QCOMPARE(preview.count(ImportState::New), std::size_t(11));
    QCOMPARE(m_store->counts().certificates, 0);
}

void TestImporting::previewNeedsNoStore() {
    const auto preview = previewImport(bundle(2), nullptr);
    QCOMPARE(preview.count(ImportState::New), std::size_t(3));
    QCOMPARE(preview.items[1].name, QStringLiteral("leaf0"));
    QCOMPARE(preview.items[1].subject, QStringLiteral("CN=leaf0"));
    QCOMPARE(preview.items[1].issuer, QStringLiteral("CN=Lab Root"));
    QVERIFY(preview.items[0].isCa);
}

void TestImporting::matchesKeysWithCertificates() {
    const Holder leaf = sampleIssued("www", m_root);
    formats::Pkcs12Item p12;
    p12.items = {keyItem(leaf.key, "friendly"), item(leaf.certificate), item(m_root.certificate)};
    formats::Contents contents{"a.p12", {item(p12)}, {}};
    formats::Contents request{"b.csr", {item(sampleRequest("www", leaf.key))}, {}};
    auto preview = previewImport({contents, request}, m_store.get());
    QCOMPARE(preview.items.size(), std::size_t(4));
    QCOMPARE(preview.items[0].match, std::size_t(1)); // the key: its first certificate
    QCOMPARE(preview.items[1].match, std::size_t(0));
    QCOMPARE(preview.items[2].match, ImportItem::None);
    QCOMPARE(preview.items[3].match, std::size_t(0));
    QVERIFY(!preview.items[1].matchesStored);
    QCOMPARE(preview.items[0].name, QStringLiteral("friendly"));

    m_store->addKey(leaf.key);
    preview = previewImport({contents, request}, m_store.get());
    QVERIFY(preview.items[0].state == ImportState::Present);
    QVERIFY(preview.items[1].matchesStored);
    // A key without a name of its own is called as its certificate.
    contents.items = {keyItem(leaf.key), item(leaf.certificate)};
    QCOMPARE(previewImport({contents}, nullptr).items[0].name, QStringLiteral("www"));
}

void TestImporting::tellsDuplicates() {
    m_store->addCertificate(m_root.certificate, {QStringLiteral("My root"), {}, {}, false});
    auto contents = bundle(1);
    contents.push_back(contents.front());
    const auto preview = previewImport(contents, m_store.get());
    QVERIFY(preview.items[0].state == ImportState::Present);
    QCOMPARE(preview.items[0].storedName, QStringLiteral("My root"));
    QVERIFY(preview.items[0].storedId != 0);
    QVERIFY(preview.items[1].state == ImportState::New);
    QVERIFY(preview.items[2].state == ImportState::Repeated);
    QVERIFY(preview.items[3].state == ImportState::Repeated);
    QCOMPARE(selectNew(preview).items.size(), std::size_t(1));
}

void TestImporting::tellsWhatIsNotKeptAndWhatFailed() {
    formats::PrivateKeyItem locked;
    locked.encryption.emplace();
    locked.locked = true;
    formats::PrivateKeyItem foreign;
    formats::Contents contents{
        "mixed.pem",
        {item(formats::ParametersItem{}), item(m_root.key.publicKey()), item(locked), item(foreign)},
        Error(ErrorKind::BadInput, "block 5 is damaged")};
    const auto preview = previewImport({contents}, m_store.get());
    QCOMPARE(preview.notKept, (std::vector<QString>{QStringLiteral("dh-parameters"), QStringLiteral("public-key")}));
    QCOMPARE(preview.items.size(), std::size_t(2));
    QVERIFY(preview.items[0].state == ImportState::Locked);
    QVERIFY(preview.items[1].state == ImportState::Unusable);
    QVERIFY(!preview.items[0].problem.isEmpty());
    QCOMPARE(preview.problems.size(), std::size_t(1));
    QCOMPARE(preview.problems[0].file, std::string("mixed.pem"));
    QVERIFY(selectNew(preview).items.empty());
}

void TestImporting::importsAllAndLinks() {
    const Holder leaf = sampleIssued("www", m_root);
    formats::Contents contents{"all.pem",
                               {item(sampleCrl(m_root)), item(leaf.certificate), item(sampleRequest("www", leaf.key)),
                                keyItem(leaf.key), item(m_root.certificate)},
                               {}};
    auto selection = selectNew(previewImport({contents}, m_store.get()));
    selection.comment = QStringLiteral("from the old server");
    selection.items[1].name = QStringLiteral("renamed before the import");
    const auto result = importItems(*m_store, selection);
    QCOMPARE(result.added.size(), std::size_t(5));
    QCOMPARE(result.linked, std::size_t(2));
    QVERIFY(result.added[0].kind == EntryKind::Crl && result.added[3].kind == EntryKind::Key);
    const auto row = m_store->certificate(result.added[1].id);
    QCOMPARE(row->name, QStringLiteral("renamed before the import"));
    QCOMPARE(row->comment, QStringLiteral("from the old server"));
    QCOMPARE(row->keyId, result.added[3].id);
    QCOMPARE(row->issuerId, result.added[4].id);
    QCOMPARE(m_store->request(result.added[2].id)->keyId, result.added[3].id);
    QCOMPARE(m_store->crl(result.added[0].id)->issuerId, result.added[4].id);
    QVERIFY(m_store->privateKey(result.added[3].id).publicKey() == leaf.key.publicKey());
}

void TestImporting::importsAChainInAnyOrderInOneGo() {
    SampleOptions ca;
    ca.isCa = true;
    const Holder middle = sampleIssued("Middle", m_root, ca);
    const Holder leaf = sampleIssued("Leaf", middle);
    // The leaf was there first, alone.
    const store::RowId leafId = m_store->addCertificate(leaf.certificate);
    formats::Contents contents{"chain.pem", {item(middle.certificate), item(m_root.certificate)}, {}};
    const auto result = importItems(*m_store, selectNew(previewImport({contents}, m_store.get())));
    QCOMPARE(m_store->issuerChainIds(leafId), (std::vector<store::RowId>{result.added[0].id, result.added[1].id}));
}

void TestImporting::importsNothingWhenOneFails() {
    auto contents = bundle(200);
    contents.front().items.push_back(keyItem(m_leafKey));
    const auto selection = selectNew(previewImport(contents, m_store.get()));
    m_store->lock();
    std::optional<ErrorKind> kind;
    try {
        importItems(*m_store, selection);
    } catch (const Error& error) {
        kind = error.kind();
    }
    QVERIFY(kind == ErrorKind::PassphraseNeeded);
    QCOMPARE(m_store->counts().certificates, 0);
}

void TestImporting::importsNothingWhenCancelled() {
    const auto selection = selectNew(previewImport(bundle(500), m_store.get()));
    for (const std::uint64_t stopAt : {0U, 100U, 400U, 501U, 900U}) {
        std::stop_source stop;
        const base::JobControl control(stop.get_token(), [&](base::Progress progress) {
            if (progress.done >= stopAt)
                stop.request_stop();
        });
        if (stopAt == 0)
            stop.request_stop();
        std::optional<ErrorKind> kind;
        try {
            importItems(*m_store, selection, control);
        } catch (const Error& error) {
            kind = error.kind();
        }
        // Progress comes ten times a second, so a quick import may be over before it was told to stop.
        QCOMPARE(m_store->counts().certificates, kind ? 0 : 501);
        QVERIFY(stopAt != 0 || kind == ErrorKind::Cancelled);
        if (!kind)
            break;
    }
}

void TestImporting::countsWhatCameMeanwhile() {
    const auto selection = selectNew(previewImport(bundle(5), m_store.get()));
    m_store->addCertificate(m_root.certificate);
    const auto result = importItems(*m_store, selection);
    QCOMPARE(result.present, std::size_t(1));
    QCOMPARE(result.added.size(), std::size_t(5));
    QCOMPARE(result.linked, std::size_t(5));
}

void TestImporting::growsLinearly() {
    const auto timed = [this](int count) {
        cleanup();
        init();
        const auto contents = bundle(count);
        QElapsedTimer timer;
        timer.start();
        importItems(*m_store, selectNew(previewImport(contents, m_store.get())));
        const qint64 elapsed = timer.nsecsElapsed();
        qInfo("%d certificates: %.0f ms", count + 1, double(elapsed) / 1e6);
        return double(elapsed);
    };
    timed(50); // what is loaded at the first time does not count
    const double small = timed(250), large = timed(2000);
    QVERIFY2(large / small < 8 * 2.5, "the import of eight times as many takes more than 2.5 times as long for each");
}

void TestImporting::manyNamesakesStayLinear() {
    // Self-signed certificates of one name, and certificates that claim that name as their issuer: nothing verifies.
    SampleOptions options;
    options.hasKeyIds = false;
    formats::Contents contents;
    const Holder gone = sampleRoot("localhost", options);
    for (int i = 0; i < 300; ++i) {
        contents.items.push_back(item(sampleRoot("localhost", options).certificate));
        contents.items.push_back(
            item(sampleCertificate("x" + std::to_string(i), m_leafKey.publicKey(), gone, options)));
    }
    QElapsedTimer timer;
    timer.start();
    const auto result = importItems(*m_store, selectNew(previewImport({contents}, m_store.get())));
    qInfo("600 namesakes: %lld ms", static_cast<long long>(timer.elapsed()));
    QCOMPARE(result.linked, std::size_t(300));
    for (const auto& entry : result.added) {
        const auto row = m_store->certificate(entry.id);
        QVERIFY(row->isSelfSigned ? row->link == store::LinkState::Verified : row->link == store::LinkState::Claimed);
    }
}

CERTWRIGHT_TEST_MAIN(TestImporting)
#include "tst_importing.moc"
