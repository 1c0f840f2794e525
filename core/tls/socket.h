#pragma once

#include "core/base/bytes.h"
#include "core/tls/socket_address.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace certwright::tls {

/// A TCP socket that never blocks, connected or listening. Movable; closed when destroyed.
class Socket {
public:
    enum class Result { Done, WouldBlock, Eof, Failed };
    enum class Wait { ToRead, ToWrite, ForEither };
    enum class Direction { Receiving, Sending, Both };

    /// Begins to connect; the outcome shows when the socket becomes writable, by takeError(). When it fails at once,
    /// the socket is not open and `error` is the system's errno; else `error` is 0.
    static Socket connectTo(const SocketAddress& address, int& error) noexcept;
    /// A socket that takes connections at an address, port 0: any free one; localAddress() tells it. An address of IPv6
    /// that stands for all ("::") takes those of IPv4, too. When it fails the socket is not open and `error` is errno.
    static Socket listenOn(const SocketAddress& address, int& error) noexcept;
    /// Takes over a connected descriptor and makes it non-blocking. @throws Error Io
    static Socket adopt(int descriptor);

    /// A new stream socket of an address family (AF_INET, AF_INET6...); not open when it fails, and `error` is errno
    /// then, else 0.
    static Socket open(int family, int& error) noexcept;

    Socket() = default;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    bool isOpen() const noexcept { return m_descriptor >= 0; }
    int descriptor() const noexcept { return m_descriptor; }

    /// The next connection that waits at a listening socket; not open when there is none, `error` then is errno, or 0
    /// for one that would have to be waited for.
    Socket accept(int& error) const noexcept;

    /// The pending error of the socket (SO_ERROR), cleared by asking; 0 when there is none.
    int takeError() const noexcept;
    /// Done: `size` octets came, at least one. Failed: `lastError()` says why.
    Result read(std::span<std::uint8_t> buffer, std::size_t& size) noexcept;
    Result write(base::BytesView bytes, std::size_t& size) noexcept;
    /// errno of the last call that Failed.
    int lastError() const noexcept { return m_lastError; }

    std::optional<SocketAddress> localAddress() const noexcept;
    std::optional<SocketAddress> peerAddress() const noexcept;

    // Each gives errno, 0 for success.

    /// EINPROGRESS as a rule: see connectTo().
    int connect(const SocketAddress& address) noexcept;
    /// A port that a closed connection still holds back may be used again.
    int bind(const SocketAddress& address) noexcept;
    int listen(int backlog) noexcept;
    int shutdown(Direction direction) noexcept;
    /// `size` is that of `value`, then how much of it was used.
    int option(int level, int name, void* value, std::size_t& size) const noexcept;
    int setOption(int level, int name, const void* value, std::size_t size) noexcept;

    /// Waits, however long it takes.
    void wait(Wait what) const noexcept;

    void close() noexcept;

private:
    explicit Socket(int descriptor) noexcept
        : m_descriptor(descriptor) {}

    int m_descriptor = -1;
    int m_lastError = 0;
};

} // namespace certwright::tls
