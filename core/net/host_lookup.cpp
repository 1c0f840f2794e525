#include "core/net/host_lookup.h"

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace certwright::net {

/// How the thread reaches the object, if it still lives when there is an answer.
struct HostLookup::Shared {
    std::mutex mutex;
    HostLookup* receiver = nullptr;
};

HostLookup::HostLookup(QObject* parent, Resolver resolver)
    : QObject(parent)
    , m_resolver(std::move(resolver))
    , m_shared(std::make_shared<Shared>()) {
    m_shared->receiver = this;
}

HostLookup::~HostLookup() {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->receiver = nullptr;
}

void HostLookup::start(const std::string& host, std::uint16_t port, std::function<void(Addresses)> done) {
    m_done = std::move(done);
    // It uses what it owns and the C library, so that it may outlive everything else.
    auto work = [shared = m_shared, resolver = m_resolver, host, port] {
        Addresses addresses = base::outcomeOf([&] { return resolver(host, port); });
        const std::lock_guard lock(shared->mutex);
        if (HostLookup* const receiver = shared->receiver)
            QMetaObject::invokeMethod(
                receiver,
                [receiver, addresses = std::move(addresses)]() mutable { receiver->finish(std::move(addresses)); },
                Qt::QueuedConnection);
    };
    try {
        std::thread(std::move(work)).detach();
    } catch (const std::system_error& error) {
        QMetaObject::invokeMethod(
            this, [this, text = std::string(error.what())] { finish(base::Error(base::ErrorKind::Network, text)); },
            Qt::QueuedConnection);
    }
}

void HostLookup::finish(Addresses addresses) {
    const auto done = std::exchange(m_done, nullptr);
    done(std::move(addresses));
}

} // namespace certwright::net
