#include "core/service/store_session.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <semaphore>

using namespace certwright;
using namespace certwright::service;
using namespace certwright::test;
using base::ErrorKind;
using base::JobControl;
using base::Outcome;
using base::Secret;
using store::Store;
using store::VaultCostForTests;

namespace {

Secret secret(const char* text) {
    return Secret(std::string_view(text));
}

} // namespace

class TestStoreSession : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void createsUnlockedAndOpensLocked();
    void tellsWhyItCannotOpen();
    void readsWhileSomethingIsWritten();
    void tellsWhenSomethingWasWritten();
    void saysNothingChangedWhenAWriteFailed();
    void refusesToWriteOnTheReadingSide();
    void unlocksOffTheDatabaseThreads();
    void changesThePassphrase();
    void locksAfterIdleTime();
    void doesNotLockWhileAJobRuns();
    void cancelsItsJobsWhenClosed();
    void aCommittedWriteIsToldAlthoughCancelled();
    void givesUpOpeningWhenTheContextGoes();
    void leavesNothingWhenMakingIsGivenUp_data();
    void leavesNothingWhenMakingIsGivenUp();

private:
    std::unique_ptr<StoreSession> created();
    std::unique_ptr<StoreSession> opened();
    QString path() const { return m_folder->filePath(QStringLiteral("s.certwright")); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<JobRunner> m_jobs;
};

void TestStoreSession::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_jobs = std::make_unique<JobRunner>();
}

void TestStoreSession::cleanup() {
    m_jobs.reset();
    m_folder.reset();
}

std::unique_ptr<StoreSession> TestStoreSession::created() {
    std::unique_ptr<StoreSession> session;
    StoreSession::create(
        *m_jobs, path(), secret("pass"), this,
        [&session](Outcome<std::unique_ptr<StoreSession>> outcome) { session = std::move(*outcome); },
        VaultCostForTests::cheap());
    [&session] { QTRY_VERIFY(session != nullptr); }();
    return session;
}

std::unique_ptr<StoreSession> TestStoreSession::opened() {
    std::unique_ptr<StoreSession> session;
    StoreSession::open(*m_jobs, path(), this,
                       [&session](Outcome<std::unique_ptr<StoreSession>> outcome) { session = std::move(*outcome); });
    [&session] { QTRY_VERIFY(session != nullptr); }();
    return session;
}

void TestStoreSession::createsUnlockedAndOpensLocked() {
    auto session = created();
    QVERIFY(session->isUnlocked());
    QCOMPARE(session->path(), path());
    QVERIFY(!session->isReadOnly());
    session.reset();
    session = opened();
    QVERIFY(!session->isUnlocked());
}

void TestStoreSession::tellsWhyItCannotOpen() {
    std::optional<ErrorKind> missing, existing;
    StoreSession::open(*m_jobs, path(), this,
                       [&](Outcome<std::unique_ptr<StoreSession>> outcome) { missing = outcome.error().kind(); });
    QTRY_VERIFY(missing);
    QVERIFY(*missing == ErrorKind::NotFound);
    created();
    StoreSession::create(*m_jobs, path(), secret("pass"), this,
                         [&](Outcome<std::unique_ptr<StoreSession>> outcome) { existing = outcome.error().kind(); });
    QTRY_VERIFY(existing);
    QVERIFY(*existing == ErrorKind::NotAllowed);
}

void TestStoreSession::readsWhileSomethingIsWritten() {
    auto session = created();
    std::binary_semaphore inside(0), goOn(0);
    bool isWritten = false;
    session->write<void>(
        QString(), this,
        [&](Store& store, const JobControl&) {
            store::Transaction transaction(store);
            store.addCertificate(sampleRoot("Root").certificate);
            inside.release();
            goOn.acquire();
            transaction.commit();
        },
        [&](Outcome<void> outcome) {
            outcome.value();
            isWritten = true;
        });
    inside.acquire();
    std::optional<qint64> during, after;
    const auto count = [&](std::optional<qint64>& result) {
        session->read<qint64>(
            QString(), this, [](Store& store, const JobControl&) { return store.counts().certificates; },
            [&result](Outcome<qint64> outcome) { result = *outcome; });
    };
    count(during);
    QTRY_VERIFY(during);
    QCOMPARE(*during, 0); // the snapshot of before, at once
    goOn.release();
    QTRY_VERIFY(isWritten);
    count(after);
    QTRY_VERIFY(after);
    QCOMPARE(*after, 1);
}

void TestStoreSession::tellsWhenSomethingWasWritten() {
    auto session = created();
    QSignalSpy changed(session.get(), &StoreSession::changed);
    int changesWhenDone = -1;
    session->write<store::RowId>(
        QString(), this,
        [](Store& store, const JobControl&) { return store.addCertificate(sampleRoot("Root").certificate); },
        [&](Outcome<store::RowId>) { changesWhenDone = int(changed.size()); });
    QTRY_VERIFY(changesWhenDone >= 0);
    QCOMPARE(changesWhenDone, 1);
}

void TestStoreSession::saysNothingChangedWhenAWriteFailed() {
    auto session = created();
    QSignalSpy changed(session.get(), &StoreSession::changed);
    std::optional<ErrorKind> kind;
    session->write<void>(
        QString(), this,
        [](Store& store, const JobControl&) { store.rename(store::EntryKind::Key, 99, QStringLiteral("x")); },
        [&](Outcome<void> outcome) { kind = outcome.error().kind(); });
    QTRY_VERIFY(kind);
    QVERIFY(*kind == ErrorKind::NotFound);
    QCOMPARE(changed.size(), 0);
}

void TestStoreSession::refusesToWriteOnTheReadingSide() {
    auto session = created();
    std::optional<ErrorKind> kind;
    session->read<void>(
        QString(), this, [](Store& store, const JobControl&) { store.addCertificate(sampleRoot("Root").certificate); },
        [&](Outcome<void> outcome) { kind = outcome.error().kind(); });
    QTRY_VERIFY(kind);
    QVERIFY(*kind == ErrorKind::NotAllowed);
}

void TestStoreSession::unlocksOffTheDatabaseThreads() {
    auto session = created();
    const auto key = sampleKey();
    store::RowId keyId = 0;
    session->write<store::RowId>(
        QString(), this, [key](Store& store, const JobControl&) { return store.addKey(key); },
        [&](Outcome<store::RowId> outcome) { keyId = *outcome; });
    QTRY_VERIFY(keyId != 0);
    QSignalSpy lockedChanged(session.get(), &StoreSession::lockedChanged);
    session->lock();
    QVERIFY(!session->isUnlocked());
    QCOMPARE(lockedChanged.size(), 1);
    QCOMPARE(lockedChanged.at(0).at(0).toBool(), false);
    session->lock();
    QCOMPARE(lockedChanged.size(), 1);

    std::optional<ErrorKind> needed, wrong;
    session->read<bool>(
        QString(), this,
        [keyId](Store& store, const JobControl&) {
            store.privateKey(keyId);
            return true;
        },
        [&](Outcome<bool> outcome) { needed = outcome.error().kind(); });
    QTRY_VERIFY(needed);
    QVERIFY(*needed == ErrorKind::PassphraseNeeded);
    session->unlock(secret("wrong"), this, [&](Outcome<void> outcome) { wrong = outcome.error().kind(); });
    QTRY_VERIFY(wrong);
    QVERIFY(*wrong == ErrorKind::WrongPassphrase);
    QVERIFY(!session->isUnlocked());

    bool isUnlocked = false;
    session->unlock(secret("pass"), this, [&](Outcome<void> outcome) { isUnlocked = outcome.has_value(); });
    QTRY_VERIFY(isUnlocked);
    QVERIFY(session->isUnlocked());
    QCOMPARE(lockedChanged.size(), 2);
    // Both connections see it: they share the vault.
    bool isSame = false;
    session->read<bool>(
        QString(), this,
        [key, keyId](Store& store, const JobControl&) {
            return store.privateKey(keyId).publicKey() == key.publicKey();
        },
        [&](Outcome<bool> outcome) { isSame = *outcome; });
    QTRY_VERIFY(isSame);
}

void TestStoreSession::changesThePassphrase() {
    auto session = created();
    std::optional<ErrorKind> wrong;
    session->changePassphrase(
        secret("nope"), secret("new"), this, [&](Outcome<void> outcome) { wrong = outcome.error().kind(); },
        VaultCostForTests::cheap());
    QTRY_VERIFY(wrong);
    QVERIFY(*wrong == ErrorKind::WrongPassphrase);
    bool isChanged = false;
    session->changePassphrase(
        secret("pass"), secret("new"), this, [&](Outcome<void> outcome) { isChanged = outcome.has_value(); },
        VaultCostForTests::cheap());
    QTRY_VERIFY(isChanged);
    session.reset();
    const auto store = Store::open(path());
    store->unlock(secret("new"));
    QVERIFY(store->isUnlocked());
}

void TestStoreSession::locksAfterIdleTime() {
    FakeClock clock;
    auto session = created();
    session->setAutoLock(std::chrono::seconds(60), clock);
    QTRY_VERIFY(m_jobs->isIdle());
    clock.advance(std::chrono::seconds(59));
    session->lockIfIdle();
    QVERIFY(session->isUnlocked());
    session->noteActivity();
    clock.advance(std::chrono::seconds(59));
    session->lockIfIdle();
    QVERIFY(session->isUnlocked());
    clock.advance(std::chrono::seconds(1));
    session->lockIfIdle();
    QVERIFY(!session->isUnlocked());
}

void TestStoreSession::doesNotLockWhileAJobRuns() {
    FakeClock clock;
    auto session = created();
    session->setAutoLock(std::chrono::seconds(60), clock);
    std::binary_semaphore goOn(0);
    bool isDone = false;
    session->write<void>(
        QString(), this, [&goOn](Store&, const JobControl&) { goOn.acquire(); }, [&](Outcome<void>) { isDone = true; });
    clock.advance(std::chrono::seconds(600));
    session->lockIfIdle();
    QVERIFY(session->isUnlocked());
    goOn.release();
    QTRY_VERIFY(isDone);
    clock.advance(std::chrono::seconds(60));
    QTRY_VERIFY([&] {
        session->lockIfIdle();
        clock.advance(std::chrono::seconds(60));
        return !session->isUnlocked();
    }());
}

void TestStoreSession::cancelsItsJobsWhenClosed() {
    auto session = created();
    std::binary_semaphore started(0);
    std::vector<ErrorKind> kinds;
    const auto note = [&kinds](Outcome<void> outcome) { kinds.push_back(outcome.error().kind()); };
    session->write<void>(
        QString(), this,
        [&started](Store&, const JobControl& control) {
            started.release();
            while (!control.isStopped())
                std::this_thread::yield();
            control.throwIfStopped();
        },
        note);
    session->write<void>(
        QString(), this, [](Store&, const JobControl&) {}, note);
    started.acquire();
    session.reset();
    QTRY_COMPARE(kinds.size(), std::size_t(2));
    QVERIFY(kinds[0] == ErrorKind::Cancelled && kinds[1] == ErrorKind::Cancelled);
    QVERIFY(m_jobs->isIdle());
}

void TestStoreSession::aCommittedWriteIsToldAlthoughCancelled() {
    auto session = created();
    std::binary_semaphore started(0);
    std::optional<bool> hasValue;
    const JobId id = session->write<store::RowId>(
        QString(), this,
        [&started](Store& store, const JobControl& control) {
            started.release();
            while (!control.isStopped())
                std::this_thread::yield();
            return store.addCertificate(sampleRoot("Root").certificate);
        },
        [&](Outcome<store::RowId> outcome) { hasValue = outcome.has_value(); });
    started.acquire();
    m_jobs->cancel(id);
    QTRY_VERIFY(hasValue);
    QVERIFY2(*hasValue, "it is in the store, so nobody may be told that it is not");
}

void TestStoreSession::givesUpOpeningWhenTheContextGoes() {
    created();
    for (int i = 0; i < 20; ++i) {
        auto context = std::make_unique<QObject>();
        bool isDone = false;
        StoreSession::open(*m_jobs, path(), context.get(),
                           [&isDone](Outcome<std::unique_ptr<StoreSession>>) { isDone = true; });
        if (i % 2 == 0)
            QCoreApplication::processEvents();
        context.reset();
        QTRY_VERIFY(m_jobs->isIdle());
    }
}

void TestStoreSession::leavesNothingWhenMakingIsGivenUp_data() {
    QTest::addColumn<bool>("waitsForTheFile");
    QTest::addColumn<bool>("cancels");
    QTest::newRow("context goes at once") << false << false;
    QTest::newRow("context goes when the file is there") << true << false;
    QTest::newRow("cancelled at once") << false << true;
    QTest::newRow("cancelled when the file is there") << true << true;
}

void TestStoreSession::leavesNothingWhenMakingIsGivenUp() {
    QFETCH(bool, waitsForTheFile);
    QFETCH(bool, cancels);
    for (int i = 0; i < 10; ++i) {
        auto context = std::make_unique<QObject>();
        std::unique_ptr<StoreSession> session;
        StoreSession::create(
            *m_jobs, path(), secret("pass"), context.get(),
            [&session](Outcome<std::unique_ptr<StoreSession>> outcome) {
                if (outcome)
                    session = std::move(*outcome);
            },
            VaultCostForTests::cheap());
        // Without the event loop: nothing is delivered meanwhile.
        while (waitsForTheFile && !QFile::exists(path()))
            QThread::yieldCurrentThread();
        if (cancels)
            m_jobs->cancelAll();
        else
            context.reset();
        QTRY_VERIFY(m_jobs->isIdle());
        QVERIFY(session == nullptr);
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());
    }
}

CERTWRIGHT_TEST_MAIN(TestStoreSession)
#include "tst_store_session.moc"
