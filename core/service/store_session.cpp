#include "core/service/store_session.h"

#include "core/service/database_thread.h"

#include <QFileInfo>
#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <exception>
#include <optional>
#include <vector>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;
using base::JobControl;
using base::Outcome;

constexpr std::chrono::milliseconds IdleCheckInterval{1000};

/// What opening the writing side tells.
struct OpenedSide {
    std::shared_ptr<store::Vault> vault;
    bool isReadOnly = false;
};

} // namespace

struct StoreSession::Private {
    QString path;
    bool isReadOnly = false;
    std::shared_ptr<store::Vault> vault;
    std::vector<JobId> jobs;
    /// Made by this session, which is not open yet: it goes with it. Set on the writing thread, cleared when open.
    bool isDraft = false;

    QTimer idleTimer;
    std::chrono::seconds autoLock{0};
    const base::Clock* clock = nullptr;
    base::Time lastActivity;

    DatabaseThread writing{QStringLiteral("store-writing")};
    DatabaseThread reading{QStringLiteral("store-reading")};

    DatabaseThread& thread(Side side) { return side == Side::Writing ? writing : reading; }
};

StoreSession::ChangeNote::ChangeNote(StoreSession& session)
    : m_session(session)
    , m_exceptions(std::uncaught_exceptions()) {}

StoreSession::ChangeNote::~ChangeNote() {
    if (std::uncaught_exceptions() == m_exceptions)
        QMetaObject::invokeMethod(&m_session, &StoreSession::changed, Qt::QueuedConnection);
}

StoreSession::StoreSession(JobRunner& jobs, const QString& path)
    : m_jobs(jobs)
    , d(std::make_unique<Private>()) {
    d->path = QFileInfo(path).absoluteFilePath();
    d->idleTimer.setInterval(IdleCheckInterval);
    connect(&d->idleTimer, &QTimer::timeout, this, &StoreSession::lockIfIdle);
}

StoreSession::~StoreSession() {
    for (const JobId id : d->jobs)
        m_jobs.cancel(id);
    // While this object is still whole: what runs there uses it.
    d->reading.stop();
    d->writing.post([state = d.get()] {
        if (!state->isDraft)
            return;
        state->writing.setStore(nullptr);
        store::Store::discard(state->path);
    });
    d->writing.stop();
}

JobRunner::Executor StoreSession::executor(Side side) const {
    return [thread = &d->thread(side)](std::function<void()> function) { thread->post(std::move(function)); };
}

store::Store& StoreSession::storeOn(Side side) const {
    store::Store* const store = d->thread(side).store();
    if (store == nullptr)
        throw Error(ErrorKind::Internal, "The store is not open");
    return *store;
}

JobId StoreSession::remember(JobId id) {
    std::erase_if(d->jobs, [this](JobId old) { return !m_jobs.isRunning(old); });
    d->jobs.push_back(id);
    return id;
}

// --- opening: one side after the other, each on its own thread

void StoreSession::create(JobRunner& jobs, const QString& path, base::Secret passphrase, QObject* context, Opened done,
                          const store::VaultCost& cost) {
    auto session = std::unique_ptr<StoreSession>(new StoreSession(jobs, path));
    Private* const state = session->d.get();
    openWriting(
        std::move(session), tr("Creating the store"),
        [state, passphrase = std::move(passphrase), cost](const JobControl& control) {
            auto store = store::Store::create(state->path, passphrase, cost, control);
            state->isDraft = true;
            return store;
        },
        context, std::move(done));
}

void StoreSession::open(JobRunner& jobs, const QString& path, QObject* context, Opened done) {
    auto session = std::unique_ptr<StoreSession>(new StoreSession(jobs, path));
    const QString full = session->path();
    openWriting(
        std::move(session), tr("Opening the store"),
        [full](const JobControl&) { return store::Store::open(full, store::OpenMode::ReadWrite); }, context,
        std::move(done));
}

template <class Make>
void StoreSession::openWriting(std::unique_ptr<StoreSession> session, const QString& label, Make make, QObject* context,
                               Opened done) {
    StoreSession* const raw = session.get();
    DatabaseThread* const thread = &raw->d->writing;
    raw->remember(raw->m_jobs.runOn<OpenedSide>(
        raw->executor(Side::Writing), label, context,
        [thread, make = std::move(make)](const JobControl& control) {
            auto store = make(control);
            OpenedSide opened{store->vault(), store->isReadOnly()};
            thread->setStore(std::move(store));
            return opened;
        },
        [session = std::move(session), context, done = std::move(done)](Outcome<OpenedSide> opened) mutable {
            if (!opened)
                return done(opened.error());
            session->d->isReadOnly = opened->isReadOnly;
            session->d->vault = opened->vault;
            openReading(std::move(session), context, std::move(done));
        },
        {}, JobRunner::CancelledResult::Drop));
}

void StoreSession::openReading(std::unique_ptr<StoreSession> session, QObject* context, Opened done) {
    StoreSession* const raw = session.get();
    DatabaseThread* const thread = &raw->d->reading;
    raw->remember(raw->m_jobs.runOn<void>(
        raw->executor(Side::Reading), QString(), context,
        [thread, path = raw->d->path, vault = raw->d->vault](const JobControl&) {
            thread->setStore(store::Store::open(path, store::OpenMode::ReadOnly, vault));
        },
        [session = std::move(session), done = std::move(done)](Outcome<void> opened) mutable {
            if (!opened)
                return done(opened.error());
            session->d->isDraft = false;
            done(std::move(session));
        },
        {}, JobRunner::CancelledResult::Drop));
}

QString StoreSession::path() const {
    return d->path;
}

bool StoreSession::isReadOnly() const {
    return d->isReadOnly;
}

// --- locking

bool StoreSession::isUnlocked() const {
    return d->vault->isUnlocked();
}

void StoreSession::lock() {
    const bool wasUnlocked = isUnlocked();
    d->vault->lock();
    if (wasUnlocked)
        Q_EMIT lockedChanged(false);
}

void StoreSession::unlock(base::Secret passphrase, QObject* context, Done done) {
    // The record is read where files are read, and the key derived (half a second) where lists do not wait for it.
    read<base::Bytes>(
        QString(), context, [](store::Store& store, const JobControl&) { return store.vaultHeader(); },
        [self = QPointer(this), &jobs = m_jobs, vault = d->vault, passphrase = std::move(passphrase), context,
         done = std::move(done)](Outcome<base::Bytes> header) mutable {
            if (!header)
                return done(header.error());
            jobs.run<void>(
                tr("Unlocking the store"), context,
                [vault, header = *std::move(header), passphrase = std::move(passphrase)](const JobControl&) {
                    vault->unlock(header, passphrase);
                },
                [self, done = std::move(done)](Outcome<void> unlocked) {
                    if (unlocked && self) {
                        self->noteActivity();
                        Q_EMIT self->lockedChanged(true);
                    }
                    done(std::move(unlocked));
                });
        });
}

void StoreSession::changePassphrase(base::Secret oldPassphrase, base::Secret newPassphrase, QObject* context, Done done,
                                    const store::VaultCost& cost) {
    struct Headers {
        base::Bytes before, after;
    };
    auto write = [self = QPointer(this), context, done](Outcome<Headers> headers) {
        if (!headers)
            return done(headers.error());
        if (!self)
            return done(Error(ErrorKind::Cancelled, "The store was closed"));
        self->write<void>(
            QString(), context,
            [headers = *std::move(headers)](store::Store& store, const JobControl&) {
                store.replaceVaultHeader(headers.before, headers.after);
            },
            done);
    };
    read<base::Bytes>(
        QString(), context, [](store::Store& store, const JobControl&) { return store.vaultHeader(); },
        [&jobs = m_jobs, vault = d->vault, oldPassphrase = std::move(oldPassphrase),
         newPassphrase = std::move(newPassphrase), context, cost, done,
         write = std::move(write)](Outcome<base::Bytes> header) mutable {
            if (!header)
                return done(header.error());
            jobs.run<Headers>(
                tr("Changing the passphrase"), context,
                [vault, before = *std::move(header), oldPassphrase = std::move(oldPassphrase),
                 newPassphrase = std::move(newPassphrase), cost](const JobControl&) {
                    return Headers{before, vault->rewrap(before, oldPassphrase, newPassphrase, cost)};
                },
                std::move(write));
        });
}

void StoreSession::setAutoLock(std::chrono::seconds idle, const base::Clock& clock) {
    d->autoLock = idle;
    d->clock = &clock;
    noteActivity();
    if (idle.count() > 0)
        d->idleTimer.start();
    else
        d->idleTimer.stop();
}

void StoreSession::noteActivity() {
    if (d->clock != nullptr)
        d->lastActivity = d->clock->now();
}

void StoreSession::lockIfIdle() {
    if (d->clock == nullptr || d->autoLock.count() <= 0 || !isUnlocked())
        return;
    if (d->writing.isBusy() || d->reading.isBusy()) {
        noteActivity();
        return;
    }
    // A clock that was set back would otherwise keep the store open for as long as it was set back.
    const auto idle = d->clock->now() - d->lastActivity;
    if (idle >= d->autoLock || idle.count() < 0)
        lock();
}

} // namespace certwright::service
