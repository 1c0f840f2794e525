#include "core/service/database_thread.h"

#include "core/base/library.h"
#include "core/store/store.h"

#include <utility>

namespace certwright::service {

DatabaseThread::DatabaseThread(const QString& name)
    : m_worker(new QObject) {
    m_thread.setObjectName(name);
    m_worker->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    QObject::connect(
        &m_thread, &QThread::finished, m_worker, [] { base::releaseThreadState(); }, Qt::DirectConnection);
    m_thread.start();
}

DatabaseThread::~DatabaseThread() {
    stop();
}

void DatabaseThread::stop() {
    if (m_thread.isFinished())
        return;
    post([this] {
        m_store.reset();
        m_thread.quit();
    });
    m_thread.wait();
}

void DatabaseThread::post(std::function<void()> function) {
    ++m_pending;
    QMetaObject::invokeMethod(
        m_worker,
        [this, function = std::move(function)] {
            function();
            --m_pending;
        },
        Qt::QueuedConnection);
}

void DatabaseThread::setStore(std::unique_ptr<store::Store> store) {
    m_store = std::move(store);
}

} // namespace certwright::service
