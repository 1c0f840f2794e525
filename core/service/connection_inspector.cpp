#include "core/service/connection_inspector.h"

#include "core/service/inspection_task.h"
#include "core/service/network_thread.h"

#include <utility>

namespace certwright::service {

ConnectionInspector::ConnectionInspector(QObject* parent)
    : QObject(parent)
    , m_thread(NetworkThread::shared()) {}

ConnectionInspector::~ConnectionInspector() {
    release();
}

void ConnectionInspector::start(ConnectionRequest request) {
    release();
    auto* task = new InspectionTask(std::move(request));
    m_task = task;
    task->moveToThread(m_thread->thread());
    // Both are queued to this object's thread. What a replaced task still said is not passed on.
    connect(
        task, &InspectionTask::updated, this,
        [this, task](const ConnectionUpdate& update) {
            if (task == m_task)
                Q_EMIT updated(update);
        },
        Qt::QueuedConnection);
    connect(
        task, &InspectionTask::finished, this,
        [this, task](const ConnectionReportPtr& report) {
            if (task != m_task)
                return;
            release();
            Q_EMIT finished(report);
        },
        Qt::QueuedConnection);
    QMetaObject::invokeMethod(task, &InspectionTask::start, Qt::QueuedConnection);
}

void ConnectionInspector::cancel() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &InspectionTask::cancel, Qt::QueuedConnection);
}

void ConnectionInspector::release() {
    // The task is deleted on its own thread, which ends what it runs.
    if (InspectionTask* task = std::exchange(m_task, nullptr))
        task->deleteLater();
}

} // namespace certwright::service
