#pragma once

#include "core/base/clock.h"
#include "core/base/outcome.h"
#include "core/base/progress.h"
#include "core/base/secret.h"
#include "core/service/job_runner.h"
#include "core/store/store.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace certwright::service {

/// An open store as the window sees it: everything asynchronous. Lives on the GUI thread and owns two database threads,
/// each with a store::Store of its own: one writes, one only reads, so that lists go on while an import writes.
/// Destroying it stops its jobs and waits for what is running; those that had not finished end as Cancelled.
class StoreSession : public QObject {
    Q_OBJECT

public:
    using Opened = std::function<void(base::Outcome<std::unique_ptr<StoreSession>>)>;
    using Done = std::function<void(base::Outcome<void>)>;

    /// Makes a store (see store::Store::create) and opens it, unlocked. `jobs` must outlive the session.
    static void create(JobRunner& jobs, const QString& path, base::Secret passphrase, QObject* context, Opened done,
                       const store::VaultCost& cost = {});
    /// Opens a store, locked. It may turn out to be read-only.
    static void open(JobRunner& jobs, const QString& path, QObject* context, Opened done);
    ~StoreSession() override;

    QString path() const;
    bool isReadOnly() const;

    bool isUnlocked() const;
    /// At once; jobs that run and still need a key fail with PassphraseNeeded.
    void lock();
    /// Error WrongPassphrase arrives in `done`.
    void unlock(base::Secret passphrase, QObject* context, Done done);
    void changePassphrase(base::Secret oldPassphrase, base::Secret newPassphrase, QObject* context, Done done,
                          const store::VaultCost& cost = {});

    /// Locks after so long without noteActivity() and without a running job of this session; zero: never. `clock` must
    /// outlive the session.
    void setAutoLock(std::chrono::seconds idle, const base::Clock& clock);
    /// The person did something: a key, the mouse.
    void noteActivity();

    /// Runs `work(store, control)` on the reading thread; see JobRunner::run for the rest. Writing there throws.
    template <class R, class Work, class ReadDone>
    JobId read(const QString& label, QObject* context, Work work, ReadDone done) {
        return remember(m_jobs.runOn<R>(
            executor(Side::Reading), label, context,
            [this, work = std::move(work)](const base::JobControl& control) mutable -> R {
                return work(storeOn(Side::Reading), control);
            },
            std::move(done), {}, JobRunner::CancelledResult::Drop));
    }

    /// Runs `work(store, control)` on the writing thread. What it throws undoes nothing by itself: use a
    /// store::Transaction, or one writing call. When it throws nothing, changed() follows, before `done`.
    template <class R, class Work, class WriteDone>
    JobId write(const QString& label, QObject* context, Work work, WriteDone done,
                std::function<void(base::Progress)> progress = {}) {
        return remember(m_jobs.runOn<R>(
            executor(Side::Writing), label, context,
            [this, work = std::move(work)](const base::JobControl& control) mutable -> R {
                const ChangeNote note(*this);
                return work(storeOn(Side::Writing), control);
            },
            std::move(done), std::move(progress), JobRunner::CancelledResult::Tell));
    }

public Q_SLOTS:
    /// Locks if the idle time is over. A timer calls it every second.
    void lockIfIdle();

Q_SIGNALS:
    void lockedChanged(bool isUnlocked);
    /// Something was written: lists ask again.
    void changed();

private:
    enum class Side { Reading, Writing };
    struct Private;

    /// Tells the session at the end of a scope that is not left by an exception. Lives on the writing thread.
    class ChangeNote {
    public:
        explicit ChangeNote(StoreSession& session);
        ~ChangeNote();
        ChangeNote(const ChangeNote&) = delete;
        ChangeNote& operator=(const ChangeNote&) = delete;

    private:
        StoreSession& m_session;
        const int m_exceptions;
    };

    StoreSession(JobRunner& jobs, const QString& path);
    JobRunner::Executor executor(Side side) const;
    store::Store& storeOn(Side side) const;
    JobId remember(JobId id);
    template <class Make>
    static void openWriting(std::unique_ptr<StoreSession> session, const QString& label, Make make, QObject* context,
                            Opened done);
    static void openReading(std::unique_ptr<StoreSession> session, QObject* context, Opened done);

    JobRunner& m_jobs;
    std::unique_ptr<Private> d;
};

} // namespace certwright::service
