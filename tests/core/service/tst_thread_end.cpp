#include "core/service/database_thread.h"
#include "core/service/job_runner.h"
#include "core/service/network_thread.h"
#include "tests/support/test_main.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <QSemaphore>
#include <QTest>

#include <atomic>
#include <cstdlib>
#include <pthread.h>

using namespace certwright;
using namespace certwright::service;

namespace {

constexpr int EndTimeoutMs = 10000;

/// Set by the destructors of thread_local objects, which run after QThread tells that a thread has finished and before
/// the destructors of pthread keys, OpenSSL's among them.
thread_local bool isEnding = false;

struct EndMark {
    bool isTouched = false;
    ~EndMark() { isEnding = true; }
};
thread_local EndMark endMark;

std::atomic<int> freedAtTheEnd = 0;
QSemaphore ended;
pthread_key_t endKey;

void* allocate(std::size_t size, const char*, int) {
    return std::malloc(size);
}

void* reallocate(void* memory, std::size_t size, const char*, int) {
    return std::realloc(memory, size);
}

void release(void* memory, const char*, int) {
    if (isEnding && memory != nullptr)
        ++freedAtTheEnd;
    std::free(memory);
}

/// Makes OpenSSL keep something for this thread, and the thread tell when it is really over: a key made later than
/// OpenSSL's is destroyed later.
void useOpenSsl() {
    unsigned char octets[8];
    if (RAND_bytes(octets, sizeof octets) != 1 || RAND_priv_bytes(octets, sizeof octets) != 1)
        std::abort();
    ERR_clear_error();
    endMark.isTouched = true;
    pthread_setspecific(endKey, &ended);
}

} // namespace

/// OpenSSL frees nothing any more once Qt says that a thread is over: what it freed then could be freed a second time
/// by its clean-up at the end of the process.
class TestThreadEnd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { freedAtTheEnd = 0; }

    void aPlainThreadFreesAfterItsEnd();
    void databaseThread();
    void networkThread();
    void poolThread();
};

void TestThreadEnd::initTestCase() {
    unsigned char octet = 0;
    QCOMPARE(RAND_bytes(&octet, 1), 1); // OpenSSL has made its key by now
    QCOMPARE(pthread_key_create(&endKey, [](void*) { ended.release(); }), 0);
}

void TestThreadEnd::aPlainThreadFreesAfterItsEnd() {
    // What the others are protected from, and that this program would see it.
    const std::unique_ptr<QThread> thread(QThread::create(useOpenSsl));
    thread->start();
    thread->wait();
    QVERIFY(ended.tryAcquire(1, EndTimeoutMs));
    QVERIFY(freedAtTheEnd > 0);
}

void TestThreadEnd::databaseThread() {
    {
        DatabaseThread thread(QStringLiteral("test"));
        thread.post(useOpenSsl);
    }
    QVERIFY(ended.tryAcquire(1, EndTimeoutMs));
    QCOMPARE(freedAtTheEnd.load(), 0);
}

void TestThreadEnd::networkThread() {
    {
        NetworkThread thread;
        QObject worker;
        worker.moveToThread(thread.thread());
        QMetaObject::invokeMethod(&worker, useOpenSsl, Qt::BlockingQueuedConnection);
    }
    QVERIFY(ended.tryAcquire(1, EndTimeoutMs));
    QCOMPARE(freedAtTheEnd.load(), 0);
}

void TestThreadEnd::poolThread() {
    bool isDone = false;
    {
        JobRunner jobs;
        jobs.run<void>(
            QString(), this, [](const base::JobControl&) { useOpenSsl(); },
            [&isDone](base::Outcome<void>) { isDone = true; });
        QTRY_VERIFY(isDone);
    }
    QVERIFY(ended.tryAcquire(1, EndTimeoutMs));
    QCOMPARE(freedAtTheEnd.load(), 0);
}

int main(int argc, char** argv) {
    // Before OpenSSL's first allocation, or it refuses.
    if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1)
        return EXIT_FAILURE;
    return test::runTest<TestThreadEnd>(argc, argv);
}
#include "tst_thread_end.moc"
