#pragma once

#include <QObject>
#include <QThread>

#include <atomic>
#include <functional>
#include <memory>

namespace certwright::store {
class Store;
}

namespace certwright::service {

/// A thread with an event loop for one database connection. The store that it holds is made, used and destroyed there.
class DatabaseThread {
public:
    /// Starts the thread; `name` is for debuggers.
    explicit DatabaseThread(const QString& name);
    ~DatabaseThread();
    DatabaseThread(const DatabaseThread&) = delete;
    DatabaseThread& operator=(const DatabaseThread&) = delete;

    /// Works off what was posted, closes the store and ends the thread. Waits for it; no effect the second time.
    void stop();

    /// Calls `function` on the thread, in the order of the posts. From any thread.
    void post(std::function<void()> function);
    /// True while something that was posted has not ended. From any thread.
    bool isBusy() const noexcept { return m_pending.load() > 0; }

    /// On the thread only; null until setStore().
    store::Store* store() const { return m_store.get(); }
    void setStore(std::unique_ptr<store::Store> store);

private:
    QThread m_thread;
    QObject* m_worker = nullptr; ///< lives on the thread, goes with it
    std::unique_ptr<store::Store> m_store;
    std::atomic<int> m_pending = 0;
};

} // namespace certwright::service
