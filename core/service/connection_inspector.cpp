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
    // All are queued to this object's thread. What a replaced task still said is not passed on.
    connect(
        task, &InspectionTask::updated, this,
        [this, task](const ConnectionUpdate& update) {
            if (task != m_task)
                return;
            Q_EMIT updated(update);
            if (!update.received.empty() && task == m_task)
                QMetaObject::invokeMethod(task, &InspectionTask::goOn, Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
    connect(
        task, &InspectionTask::reported, this,
        [this, task](const ConnectionReportPtr& report) {
            if (task == m_task)
                Q_EMIT reported(report);
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

void ConnectionInspector::send(base::Bytes data) {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(
            m_task, [task = m_task, data = std::move(data)] { task->send(data); }, Qt::QueuedConnection);
}

void ConnectionInspector::renegotiate() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &InspectionTask::renegotiate, Qt::QueuedConnection);
}

void ConnectionInspector::close() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &InspectionTask::close, Qt::QueuedConnection);
}

void ConnectionInspector::release() {
    // The task is deleted on its own thread, which ends what it runs.
    if (InspectionTask* task = std::exchange(m_task, nullptr))
        task->deleteLater();
}

} // namespace certwright::service
