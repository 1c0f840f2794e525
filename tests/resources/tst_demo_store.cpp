#include "core/base/secret.h"
#include "core/store/store.h"
#include "resources/demo/demo_leaves.h"
#include "resources/demo/demo_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <algorithm>

using namespace certwright;

/// The sample store shows every state that a certificate can be in.
class DemoStoreTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        m_store =
            store::Store::create(m_folder.filePath(QStringLiteral("demo.certwright")), base::Secret(demo::passphrase));
        demo::fill(*m_store, m_clock.now());
        m_rows = m_store->certificates();
    }

    void hasWhatItPromises() {
        const store::Counts counts = m_store->counts();
        QCOMPARE(counts.certificates, 3 + 40);
        QCOMPARE(counts.keys, 3 + 37 + 2); // three leaves came without one; a request and the spare key have theirs
        QCOMPARE(counts.requests, 2);
        QCOMPARE(counts.crls, 2);
        QCOMPARE(count([](const auto& row) { return row.isCa; }), 3);
    }

    void leavesAreInEveryState() {
        const base::Time now = m_clock.now();
        const auto isLeaf = [](const auto& row) { return !row.isCa; };
        const auto isLive = [now](const auto& row) { return row.notBefore <= now && row.notAfter >= now; };
        QCOMPARE(count([&](const auto& row) { return isLeaf(row) && row.notAfter < now; }), 4);
        QCOMPARE(count([&](const auto& row) { return isLeaf(row) && row.notBefore > now; }), 2);
        QCOMPARE(count([&](const auto& row) { return row.revocation == store::RevocationState::Revoked; }), 3);
        QCOMPARE(count([&](const auto& row) { return row.revocation == store::RevocationState::Held; }), 1);
        QCOMPARE(count([&](const auto& row) { return row.link == store::LinkState::Unknown; }), 2);
        QCOMPARE(count([&](const auto& row) { return row.link == store::LinkState::Claimed; }), 1);
        const base::Time soon = now + std::chrono::days(30);
        QCOMPARE(count([&](const auto& row) { return isLeaf(row) && isLive(row) && row.notAfter < soon; }), 5);
    }

    void issuedOnesLeadToTheRoot() {
        for (const store::CertificateRow& row : m_rows)
            if (!row.isCa && row.isIssuedHere)
                QCOMPARE(m_store->issuerChain(row.id).size(), std::size_t{2});
    }

    void revocationListsHoldWhatWasRevoked() {
        qint64 revoked = 0;
        for (const store::CrlRow& row : m_store->crls()) {
            QCOMPARE(row.link, store::LinkState::Verified);
            revoked += row.revokedCount;
        }
        QCOMPARE(revoked, 4);
    }

private:
    template <class Predicate>
    int count(Predicate predicate) const {
        return static_cast<int>(std::ranges::count_if(m_rows, predicate));
    }

    QTemporaryDir m_folder;
    test::FakeClock m_clock;
    std::unique_ptr<store::Store> m_store;
    std::vector<store::CertificateRow> m_rows;
};

CERTWRIGHT_TEST_MAIN(DemoStoreTest)
#include "tst_demo_store.moc"
