#include "core/service/job_runner.h"

#include "core/base/library.h"

#include <QHash>
#include <QPointer>
#include <QThread>
#include <QThreadPool>

#include <algorithm>
#include <mutex>
#include <stop_token>

namespace certwright::service {

namespace {

/// How threads reach the runner: it may be gone by the time they are done.
struct Mailbox {
    std::mutex mutex;
    JobRunner* runner = nullptr;

    template <class F>
    void post(F function) {
        const std::lock_guard lock(mutex);
        if (runner != nullptr)
            QMetaObject::invokeMethod(runner, std::move(function), Qt::QueuedConnection);
    }
};

base::Error cancelledError() {
    return base::Error(base::ErrorKind::Cancelled, "The task was cancelled");
}

} // namespace

struct JobRunner::Private {
    struct Entry {
        std::stop_source stop;
        QPointer<QObject> context;
        QMetaObject::Connection contextDestroyed;
        Job job;
        CancelledResult cancelled = CancelledResult::Drop;
        bool isShown = false;
    };

    QThreadPool pool;
    QHash<JobId, std::shared_ptr<Entry>> entries;
    JobId lastId = 0;
    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
};

JobRunner::JobRunner(QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>()) {
    d->mailbox->runner = this;
    // Two at least, so that one long key generation does not hold up everything on a single core.
    d->pool.setMaxThreadCount(std::max(2, QThread::idealThreadCount()));
}

JobRunner::~JobRunner() {
    {
        const std::lock_guard lock(d->mailbox->mutex);
        d->mailbox->runner = nullptr;
    }
    for (const auto& entry : std::as_const(d->entries))
        entry->stop.request_stop();
    d->pool.waitForDone();
    for (const auto& entry : std::exchange(d->entries, {}))
        entry->job.drop();
}

JobRunner::Executor JobRunner::poolExecutor() const {
    return [pool = &d->pool](std::function<void()> function) {
        pool->start([function = std::move(function)] {
            function();
            base::releaseThreadState();
        });
    };
}

JobId JobRunner::start(const Executor& executor, const QString& label, QObject* context, Job job,
                       CancelledResult cancelled) {
    const JobId id = ++d->lastId;
    auto entry = std::make_shared<Private::Entry>();
    entry->context = context != nullptr ? context : this;
    entry->job = std::move(job);
    entry->cancelled = cancelled;
    entry->isShown = !label.isEmpty();
    entry->contextDestroyed = connect(entry->context.data(), &QObject::destroyed, this,
                                      [stop = entry->stop]() mutable { stop.request_stop(); });
    d->entries.insert(id, entry);
    if (entry->isShown)
        Q_EMIT started(id, label);

    // The thread gets the entry's work, not the entry: what it holds of the GUI thread's is not touched there.
    auto report = [mailbox = d->mailbox, id](base::Progress progress) {
        mailbox->post([mailbox, id, progress] {
            if (mailbox->runner != nullptr)
                mailbox->runner->passOn(id, progress);
        });
    };
    const base::JobControl control(entry->stop.get_token(), std::move(report));
    executor([mailbox = d->mailbox, id, work = entry->job.work, control] {
        if (!control.isStopped())
            work(control);
        mailbox->post([mailbox, id] {
            if (mailbox->runner != nullptr)
                mailbox->runner->finish(id);
        });
    });
    return id;
}

void JobRunner::passOn(JobId id, base::Progress progress) {
    const auto entry = d->entries.value(id);
    if (!entry || entry->stop.stop_requested())
        return;
    if (entry->isShown)
        Q_EMIT progressed(id, progress.done, progress.total);
    if (entry->job.progress && entry->context)
        entry->job.progress(progress);
}

void JobRunner::finish(JobId id) {
    const auto entry = d->entries.take(id);
    if (!entry)
        return;
    disconnect(entry->contextDestroyed);
    const QPointer<JobRunner> self(this);
    if (!entry->context) {
        entry->job.drop();
    } else {
        const bool isDropped = entry->stop.stop_requested() && entry->cancelled == CancelledResult::Drop;
        // A slot of the event loop: nothing may be thrown out of it.
        const auto delivered = base::outcomeOf([&] {
            entry->job.deliver(isDropped || !entry->job.hasOutcome() ? std::optional(cancelledError()) : std::nullopt);
        });
        if (!delivered)
            qCritical("The end of a task failed: %s", delivered.error().message().c_str());
    }
    if (self && entry->isShown)
        Q_EMIT finished(id);
}

void JobRunner::cancel(JobId id) {
    if (const auto entry = d->entries.value(id))
        entry->stop.request_stop();
}

void JobRunner::cancelAll() {
    for (const auto& entry : std::as_const(d->entries))
        entry->stop.request_stop();
}

bool JobRunner::isIdle() const {
    return d->entries.isEmpty();
}

bool JobRunner::isRunning(JobId id) const {
    return d->entries.contains(id);
}

} // namespace certwright::service
