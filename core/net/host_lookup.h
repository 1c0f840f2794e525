#pragma once

#include "core/base/outcome.h"
#include "core/tls/socket_address.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace certwright::net {

/// Asks the system for the addresses of a host, on a thread of its own that nobody ever waits for: the system's call
/// cannot be interrupted, and a resolver that is dead holds it for half a minute. (QHostInfo has the end of the process
/// wait for its threads.) Destroying it, or the process's end, leaves the thread to itself.
class HostLookup : public QObject {
    Q_OBJECT
public:
    using Addresses = base::Outcome<std::vector<tls::SocketAddress>>;
    /// Blocks as long as it takes; called on the other thread.
    using Resolver = std::function<std::vector<tls::SocketAddress>(const std::string& host, std::uint16_t port)>;

    explicit HostLookup(QObject* parent = nullptr, Resolver resolver = tls::SocketAddress::resolve);
    ~HostLookup() override;

    /// To be called once; `host` in ASCII. `done` is called from the event loop, unless this object goes before: then
    /// never. The error is NotFound when there is no such host, else Network.
    void start(const std::string& host, std::uint16_t port, std::function<void(Addresses)> done);

private:
    struct Shared;
    void finish(Addresses addresses);

    Resolver m_resolver;
    std::function<void(Addresses)> m_done;
    std::shared_ptr<Shared> m_shared;
};

} // namespace certwright::net
