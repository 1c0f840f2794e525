#include "core/tls/socket.h"

#include "core/base/error.h"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace certwright::tls {

namespace {

std::string systemText(int error) {
    return std::generic_category().message(error);
}

bool isWouldBlock(int error) {
#if EAGAIN == EWOULDBLOCK
    return error == EAGAIN;
#else
    return error == EAGAIN || error == EWOULDBLOCK;
#endif
}

/// Without this the small messages of a handshake wait for each other's acknowledgement.
void sendAtOnce(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

} // namespace

Socket Socket::connectTo(const SocketAddress& address, int& error) noexcept {
    error = 0;
    Socket socket(::socket(address.isIpv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.isOpen()) {
        error = errno;
        return socket;
    }
    sendAtOnce(socket.descriptor());
    if (::connect(socket.descriptor(), address.native(), address.nativeLength()) != 0 && errno != EINPROGRESS &&
        errno != EINTR) {
        error = errno;
        socket.close();
    }
    return socket;
}

Socket Socket::listenOn(const SocketAddress& address, int& error) noexcept {
    error = 0;
    Socket socket(::socket(address.isIpv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // A server that was just stopped may start again although its connections still fade away.
    const int on = 1;
    const int off = 0;
    if (socket.isOpen())
        ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (socket.isOpen() && address.isIpv6())
        ::setsockopt(socket.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (!socket.isOpen() || ::bind(socket.descriptor(), address.native(), address.nativeLength()) != 0 ||
        ::listen(socket.descriptor(), SOMAXCONN) != 0) {
        error = errno;
        socket.close();
    }
    return socket;
}

Socket Socket::accept(int& error) const noexcept {
    error = 0;
    int descriptor = -1;
    do {
        descriptor = ::accept4(m_descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor >= 0)
        sendAtOnce(descriptor);
    else if (!isWouldBlock(errno))
        error = errno;
    return Socket(descriptor);
}

Socket Socket::adopt(int descriptor) {
    Socket socket(descriptor);
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0)
        throw base::Error(base::ErrorKind::Io, "Could not use the socket: " + systemText(errno));
    return socket;
}

Socket::Socket(Socket&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_lastError(other.m_lastError) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    if (this != &other) {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
        m_lastError = other.m_lastError;
    }
    return *this;
}

Socket::~Socket() {
    close();
}

int Socket::takeError() const noexcept {
    int error = 0;
    socklen_t length = sizeof(error);
    if (::getsockopt(m_descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        return errno;
    return error;
}

Socket::Result Socket::read(std::span<std::uint8_t> buffer, std::size_t& size) noexcept {
    size = 0;
    for (;;) {
        const ssize_t count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
        if (count > 0) {
            size = static_cast<std::size_t>(count);
            return Result::Done;
        }
        if (count == 0)
            return Result::Eof;
        if (errno == EINTR)
            continue;
        if (isWouldBlock(errno))
            return Result::WouldBlock;
        m_lastError = errno;
        return Result::Failed;
    }
}

Socket::Result Socket::write(base::BytesView bytes, std::size_t& size) noexcept {
    size = 0;
    for (;;) {
        // The peer may be gone: that is an error to tell, not a signal to die of.
        const ssize_t count = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            size = static_cast<std::size_t>(count);
            return Result::Done;
        }
        if (errno == EINTR)
            continue;
        if (isWouldBlock(errno))
            return Result::WouldBlock;
        m_lastError = errno;
        return Result::Failed;
    }
}

std::optional<SocketAddress> Socket::localAddress() const noexcept {
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    if (::getsockname(m_descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return std::nullopt;
    return SocketAddress::fromNative(storage, length);
}

std::optional<SocketAddress> Socket::peerAddress() const noexcept {
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    if (::getpeername(m_descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return std::nullopt;
    return SocketAddress::fromNative(storage, length);
}

void Socket::close() noexcept {
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

} // namespace certwright::tls
