#include "core/base/secret.h"
#include "core/service/job_runner.h"
#include "tests/support/test_main.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <semaphore>

using namespace certwright;
using namespace certwright::service;
using base::Error;
using base::ErrorKind;
using base::JobControl;
using base::Outcome;

class TestJobRunner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bringsTheResultToTheCallersThread();
    void bringsWhatWasThrownAsAnError();
    void carriesWhatCannotBeCopied();
    void cancelGivesCancelled();
    void cancelledBeforeItStartsDoesNotRun();
    void destroyingTheContextStopsAndDrops();
    void destroyingTheRunnerStopsAndDrops();
    void passesProgressOn();
    void showsOnlyJobsWithALabel();
    void survivesAnExceptionInDone();
    void destroysWhatDoneOwnsOnItsThread();
};

void TestJobRunner::bringsTheResultToTheCallersThread() {
    JobRunner jobs;
    QThread* workThread = nullptr;
    int result = 0;
    jobs.run<int>(
        QString(), this,
        [&workThread](const JobControl&) {
            workThread = QThread::currentThread();
            return 42;
        },
        [&](Outcome<int> outcome) {
            QCOMPARE(QThread::currentThread(), thread());
            result = *outcome;
        });
    QCOMPARE(result, 0); // never from inside run()
    QVERIFY(!jobs.isIdle());
    QTRY_COMPARE(result, 42);
    QVERIFY(workThread != thread());
    QVERIFY(jobs.isIdle());
}

void TestJobRunner::bringsWhatWasThrownAsAnError() {
    JobRunner jobs;
    std::optional<ErrorKind> kind, foreign;
    jobs.run<void>(
        QString(), this, [](const JobControl&) { throw Error(ErrorKind::NotFound, "not here"); },
        [&](Outcome<void> outcome) { kind = outcome.error().kind(); });
    jobs.run<void>(
        QString(), this, [](const JobControl&) { throw std::runtime_error("something else"); },
        [&](Outcome<void> outcome) { foreign = outcome.error().kind(); });
    QTRY_VERIFY(kind && foreign);
    QVERIFY(*kind == ErrorKind::NotFound);
    QVERIFY(*foreign == ErrorKind::Internal);
}

void TestJobRunner::carriesWhatCannotBeCopied() {
    JobRunner jobs;
    base::Secret secret(std::string_view("open sesame"));
    auto owned = std::make_unique<int>(7);
    bool isDone = false;
    jobs.run<base::Secret>(
        QString(), this, [secret = std::move(secret)](const JobControl&) { return secret.clone(); },
        [&isDone, owned = std::move(owned)](Outcome<base::Secret> outcome) {
            QCOMPARE(outcome->size(), std::size_t(11));
            QCOMPARE(*owned, 7);
            isDone = true;
        });
    QTRY_VERIFY(isDone);
}

void TestJobRunner::cancelGivesCancelled() {
    JobRunner jobs;
    std::binary_semaphore started(0);
    std::optional<ErrorKind> kind;
    const JobId id = jobs.run<int>(
        QString(), this,
        [&started](const JobControl& control) {
            started.release();
            while (!control.isStopped())
                std::this_thread::yield();
            return 1; // finishing all the same changes nothing
        },
        [&](Outcome<int> outcome) { kind = outcome.has_value() ? ErrorKind::Internal : outcome.error().kind(); });
    started.acquire();
    QVERIFY(jobs.isRunning(id));
    jobs.cancel(id);
    QTRY_VERIFY(kind);
    QVERIFY(*kind == ErrorKind::Cancelled);
    jobs.cancel(id); // over by now: no effect
}

void TestJobRunner::cancelledBeforeItStartsDoesNotRun() {
    JobRunner jobs;
    std::vector<std::function<void()>> queue;
    bool hasRun = false;
    std::optional<ErrorKind> kind;
    const JobId id = jobs.runOn<void>(
        [&queue](std::function<void()> function) { queue.push_back(std::move(function)); }, QString(), this,
        [&hasRun](const JobControl&) { hasRun = true; }, [&](Outcome<void> outcome) { kind = outcome.error().kind(); },
        {}, JobRunner::CancelledResult::Tell);
    jobs.cancel(id);
    queue.front()();
    QTRY_VERIFY(kind);
    QVERIFY(*kind == ErrorKind::Cancelled);
    QVERIFY(!hasRun);
}

void TestJobRunner::destroyingTheContextStopsAndDrops() {
    JobRunner jobs;
    auto context = std::make_unique<QObject>();
    std::atomic<bool> hasStarted = false;
    std::atomic<bool> hasStopped = false;
    bool isDone = false;
    jobs.run<void>(
        QString(), context.get(),
        [&hasStarted, &hasStopped](const JobControl& control) {
            hasStarted = true;
            while (!control.isStopped())
                std::this_thread::yield();
            hasStopped = true;
        },
        [&](Outcome<void>) { isDone = true; });
    QTRY_VERIFY(hasStarted); // one that never began is dropped without being run
    context.reset();
    QTRY_VERIFY(hasStopped);
    QTRY_VERIFY(jobs.isIdle());
    QVERIFY(!isDone);
}

void TestJobRunner::destroyingTheRunnerStopsAndDrops() {
    std::atomic<bool> hasStopped = false;
    bool isDone = false;
    {
        JobRunner jobs;
        std::binary_semaphore started(0);
        jobs.run<void>(
            QString(), this,
            [&](const JobControl& control) {
                started.release();
                while (!control.isStopped())
                    std::this_thread::yield();
                hasStopped = true;
            },
            [&](Outcome<void>) { isDone = true; });
        started.acquire();
    }
    QVERIFY(hasStopped);
    QCoreApplication::processEvents();
    QVERIFY(!isDone);
}

void TestJobRunner::passesProgressOn() {
    JobRunner jobs;
    QSignalSpy progressed(&jobs, &JobRunner::progressed);
    std::vector<std::uint64_t> seen;
    bool isDone = false;
    jobs.run<void>(
        QStringLiteral("Counting"), this,
        [](const JobControl& control) {
            for (std::uint64_t i = 0; i <= 100000; ++i)
                control.report(i, 100000);
        },
        [&](Outcome<void>) { isDone = true; }, [&](base::Progress progress) { seen.push_back(progress.done); });
    QTRY_VERIFY(isDone);
    QVERIFY(!seen.empty());
    QVERIFY2(seen.size() < 100, "progress is passed on ten times a second at most");
    QCOMPARE(seen.back(), std::uint64_t(100000));
    QCOMPARE(progressed.size(), int(seen.size()));
}

void TestJobRunner::showsOnlyJobsWithALabel() {
    JobRunner jobs;
    QSignalSpy started(&jobs, &JobRunner::started), finished(&jobs, &JobRunner::finished);
    int done = 0;
    jobs.run<void>(
        QString(), this, [](const JobControl&) {}, [&](Outcome<void>) { ++done; });
    const JobId shown = jobs.run<void>(
        QStringLiteral("Working"), this, [](const JobControl&) {},
        [&](Outcome<void>) {
            QVERIFY(finished.isEmpty()); // the signal comes after
            ++done;
        });
    QTRY_COMPARE(done, 2);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(started.size(), 1);
    QCOMPARE(started.at(0).at(1).toString(), QStringLiteral("Working"));
    QCOMPARE(finished.at(0).at(0).value<JobId>(), shown);
}

void TestJobRunner::survivesAnExceptionInDone() {
    JobRunner jobs;
    bool isDone = false;
    QTest::ignoreMessage(QtCriticalMsg, "The end of a task failed: deliberate");
    jobs.run<int>(
        QString(), this, [](const JobControl&) { return 1; },
        [](Outcome<int>) { throw Error(ErrorKind::Internal, "deliberate"); });
    jobs.run<int>(
        QString(), this, [](const JobControl&) { return 1; }, [&](Outcome<int>) { isDone = true; });
    QTRY_VERIFY(isDone);
    QTRY_VERIFY(jobs.isIdle());
}

void TestJobRunner::destroysWhatDoneOwnsOnItsThread() {
    // A window or a session that `done` owns must not be destroyed by the working thread, whichever is last.
    struct Owned {
        ~Owned() {
            if (QThread::currentThread() != home)
                wrongThread = true;
        }
        QThread* home = QThread::currentThread();
        std::atomic<bool>& wrongThread;
    };
    std::atomic<bool> wrongThread = false;
    JobRunner jobs;
    for (int i = 0; i < 200; ++i) {
        auto owned = std::shared_ptr<Owned>(new Owned{thread(), wrongThread});
        const JobId id = jobs.run<int>(
            QString(), this, [](const JobControl&) { return 1; }, [owned](Outcome<int>) {});
        if (i % 3 == 0)
            jobs.cancel(id);
    }
    QTRY_VERIFY(jobs.isIdle());
    QVERIFY(!wrongThread);
}

CERTWRIGHT_TEST_MAIN(TestJobRunner)
#include "tst_job_runner.moc"
