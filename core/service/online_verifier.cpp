#include "core/service/online_verifier.h"

#include "core/service/network_thread.h"
#include "core/service/verification_task.h"

#include <utility>

namespace certwright::service {

OnlineVerifier::OnlineVerifier(QObject* parent)
    : QObject(parent)
    , m_thread(NetworkThread::shared()) {}

OnlineVerifier::~OnlineVerifier() {
    release();
}

void OnlineVerifier::start(OnlineRequest request) {
    release();
    auto* task = new VerificationTask(std::move(request));
    m_task = task;
    task->moveToThread(m_thread->thread());
    connect(
        task, &VerificationTask::finished, this,
        [this, task](const OnlineVerificationPtr& outcome) {
            if (task != m_task)
                return;
            release();
            Q_EMIT finished(outcome);
        },
        Qt::QueuedConnection);
    QMetaObject::invokeMethod(task, &VerificationTask::start, Qt::QueuedConnection);
}

void OnlineVerifier::cancel() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &VerificationTask::cancel, Qt::QueuedConnection);
}

void OnlineVerifier::release() {
    // The task is deleted on its own thread, which ends what it runs.
    if (VerificationTask* task = std::exchange(m_task, nullptr))
        task->deleteLater();
}

} // namespace certwright::service
