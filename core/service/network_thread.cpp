#include "core/service/network_thread.h"

#include "core/base/library.h"

#include <QString>

#include <mutex>

namespace certwright::service {

std::shared_ptr<NetworkThread> NetworkThread::shared() {
    static std::mutex mutex;
    static std::weak_ptr<NetworkThread> current;
    const std::lock_guard lock(mutex);
    std::shared_ptr<NetworkThread> thread = current.lock();
    if (!thread) {
        thread = std::make_shared<NetworkThread>();
        current = thread;
    }
    return thread;
}

NetworkThread::NetworkThread() {
    m_thread.setObjectName(QStringLiteral("certwright-network"));
    QObject::connect(
        &m_thread, &QThread::finished, &m_thread, [] { base::releaseThreadState(); }, Qt::DirectConnection);
    m_thread.start();
}

NetworkThread::~NetworkThread() {
    m_thread.quit();
    m_thread.wait();
}

} // namespace certwright::service
