#pragma once

#include <QThread>

#include <memory>

namespace certwright::service {

/// The thread in whose event loop all network jobs run. It lives as long as somebody holds it; the last holder to let
/// go waits until its event loop has returned, which is at most one step of a handshake away.
class NetworkThread {
public:
    /// The one of this process, started when nobody holds it yet. Callable from any thread.
    static std::shared_ptr<NetworkThread> shared();

    NetworkThread();
    ~NetworkThread();
    NetworkThread(const NetworkThread&) = delete;
    NetworkThread& operator=(const NetworkThread&) = delete;

    /// For QObject::moveToThread().
    QThread* thread() noexcept { return &m_thread; }

private:
    QThread m_thread;
};

} // namespace certwright::service
