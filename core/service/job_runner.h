#pragma once

#include "core/base/outcome.h"
#include "core/base/progress.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace certwright::service {

using JobId = quint64;

/// Runs work off the GUI thread and brings the result back to it. Lives on the GUI thread, as do all contexts; every
/// function is called there. Destroying it stops all jobs and waits for them; their results are dropped.
class JobRunner : public QObject {
    Q_OBJECT

public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    /// Runs `work(control)` on a pool of the processor's cores, then `done(Outcome<R>)` on this thread, never from
    /// inside run(). What `work` throws arrives as the Error. A job that was cancelled gives an Error of kind
    /// Cancelled, also when it had a result by then. When `context` is destroyed, the job is told to stop and `done` is
    /// not called. `progress` is called on this thread, at most ten times a second. A job with an empty label is not
    /// shown. `work` and `done` may own what cannot be copied; R may be move-only.
    template <class R, class Work, class Done>
    JobId run(const QString& label, QObject* context, Work work, Done done,
              std::function<void(base::Progress)> progress = {}) {
        return runOn<R>(poolExecutor(), label, context, std::move(work), std::move(done), std::move(progress),
                        CancelledResult::Drop);
    }

    /// Takes a function and calls it once, later, on some thread.
    using Executor = std::function<void(std::function<void()>)>;
    /// Whether a job that finished although it was cancelled still tells its result: a write that was committed has to.
    enum class CancelledResult { Drop, Tell };

    /// run() on threads of the caller's choice.
    template <class R, class Work, class Done>
    JobId runOn(const Executor& executor, const QString& label, QObject* context, Work work, Done done,
                std::function<void(base::Progress)> progress, CancelledResult cancelled) {
        static_assert(std::is_invocable_r_v<R, Work&, const base::JobControl&>, "work takes a JobControl and gives R");
        static_assert(std::is_invocable_v<Done&, base::Outcome<R>>, "done takes an Outcome<R>");
        struct State {
            State(Work workFunction, Done doneFunction)
                : work(std::move(workFunction))
                , done(std::move(doneFunction)) {}
            std::optional<Work> work;
            std::optional<Done> done;
            std::optional<base::Outcome<R>> outcome;
        };
        auto state = std::make_shared<State>(std::move(work), std::move(done));
        Job job;
        job.work = [state](const base::JobControl& control) {
            state->outcome.emplace(base::outcomeOf([&]() -> R { return (*state->work)(control); }));
            state->work.reset(); // what it owned (a passphrase, a key) goes with the work, not with the delivery
        };
        job.deliver = [state](std::optional<base::Error> instead) {
            // What `done` owns (a window, a session) goes on this thread: the other one may still hold the state.
            auto outcome = std::exchange(state->outcome, std::nullopt);
            auto doneNow = std::exchange(state->done, std::nullopt);
            state->work.reset();
            if (instead)
                (*doneNow)(base::Outcome<R>(*std::move(instead)));
            else
                (*doneNow)(std::move(*outcome));
        };
        job.drop = [state] {
            state->done.reset(); // first: it may own the thread that the work runs on, and then waits for it
            state->outcome.reset();
            state->work.reset();
        };
        job.hasOutcome = [state] { return state->outcome.has_value(); };
        job.progress = std::move(progress);
        return start(executor, label, context, std::move(job), cancelled);
    }

    /// Tells a job to stop; no effect when it is over.
    void cancel(JobId id);
    void cancelAll();
    bool isIdle() const;
    /// True while the job is waiting or running.
    bool isRunning(JobId id) const;

Q_SIGNALS:
    /// Of jobs with a label only.
    void started(certwright::service::JobId id, const QString& label);
    void progressed(certwright::service::JobId id, quint64 done, quint64 total);
    /// After `done` was called.
    void finished(certwright::service::JobId id);

private:
    struct Job {
        std::function<void(const base::JobControl&)> work;
        std::function<void(std::optional<base::Error>)> deliver;
        std::function<void()> drop;
        std::function<bool()> hasOutcome;
        std::function<void(base::Progress)> progress;
    };
    struct Private;

    Executor poolExecutor() const;
    JobId start(const Executor& executor, const QString& label, QObject* context, Job job, CancelledResult cancelled);
    void passOn(JobId id, base::Progress progress);
    void finish(JobId id);

    std::unique_ptr<Private> d;
};

} // namespace certwright::service
