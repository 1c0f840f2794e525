#include "ui/store_controller.h"

#include "core/base/clock.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/settings.h"

#include <QCoreApplication>
#include <QEvent>
#include <QPointer>

namespace certwright::ui {

StoreController::StoreController(service::JobRunner& jobs, const base::Clock& clock, Settings& settings,
                                 QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_clock(clock)
    , m_settings(settings) {
    QCoreApplication::instance()->installEventFilter(this);
}

StoreController::~StoreController() = default;

void StoreController::create(const QString& path, base::Secret passphrase, QObject* context, Done done) {
    service::StoreSession::create(
        m_jobs, path, std::move(passphrase), context,
        [this, done = std::move(done)](Opened outcome) { take(std::move(outcome), done); }, m_cost);
}

void StoreController::open(const QString& path, QObject* context, Done done) {
    service::StoreSession::open(m_jobs, path, context,
                                [this, done = std::move(done)](Opened outcome) { take(std::move(outcome), done); });
}

void StoreController::take(Opened outcome, const Done& done) {
    if (!outcome) {
        done(outcome.error());
        return;
    }
    close();
    m_session = std::move(*outcome);
    m_settings.addRecentStore(m_session->path(), toQDateTime(m_clock.now()));
    m_session->setAutoLock(m_settings.autoLock(), m_clock);
    connect(m_session.get(), &service::StoreSession::lockedChanged, this, &StoreController::lockedChanged);
    Q_EMIT sessionChanged();
    done({});
}

void StoreController::close() {
    if (m_session == nullptr)
        return;
    Q_EMIT aboutToClose();
    // session() is null before the session ends, so that nobody is handed one that is going.
    const std::unique_ptr<service::StoreSession> ending = std::move(m_session);
    Q_EMIT sessionChanged();
}

void StoreController::lock() {
    if (m_session != nullptr)
        m_session->lock();
}

void StoreController::setAutoLock(std::chrono::seconds time) {
    m_settings.setAutoLock(time);
    if (m_session != nullptr)
        m_session->setAutoLock(time, m_clock);
}

bool StoreController::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::KeyPress:
    case QEvent::MouseButtonPress:
    case QEvent::Wheel:
        if (m_session != nullptr)
            m_session->noteActivity();
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace certwright::ui
