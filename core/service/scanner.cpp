#include "core/service/scanner.h"

#include "core/service/network_thread.h"
#include "core/service/scan_task.h"

#include <utility>

namespace certwright::service {

Scanner::Scanner(QObject* parent)
    : QObject(parent)
    , m_thread(NetworkThread::shared()) {}

Scanner::~Scanner() {
    release();
}

void Scanner::start(ScanRequest request) {
    release();
    auto* const task = new ScanTask(std::move(request));
    m_task = task;
    task->moveToThread(m_thread->thread());
    const auto forward = [this, task](auto signal) {
        return [this, task, signal](const ScanResultPtr& result) {
            if (task == m_task)
                Q_EMIT(this->*signal)(result);
        };
    };
    connect(task, &ScanTask::progressed, this, forward(&Scanner::progressed), Qt::QueuedConnection);
    connect(task, &ScanTask::scanned, this, forward(&Scanner::scanned), Qt::QueuedConnection);
    connect(
        task, &ScanTask::finished, this,
        [this, task] {
            if (task != m_task)
                return;
            release();
            Q_EMIT finished();
        },
        Qt::QueuedConnection);
    QMetaObject::invokeMethod(task, &ScanTask::start, Qt::QueuedConnection);
}

void Scanner::cancel() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &ScanTask::cancel, Qt::QueuedConnection);
}

void Scanner::release() {
    // The task is deleted on its own thread, which ends what it runs.
    if (ScanTask* task = std::exchange(m_task, nullptr))
        task->deleteLater();
}

} // namespace certwright::service
