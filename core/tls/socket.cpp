#include "core/tls/socket.h"

#include "core/base/error.h"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
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

/// Without this the small messages of a handshake wait for each other's acknowledgement. (Sockets other than TCP's have
/// no such option, and need none.)
void sendAtOnce(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

} // namespace

Socket Socket::open(int family, int& error) noexcept {
    Socket socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = socket.isOpen() ? 0 : errno;
    if (socket.isOpen())
        sendAtOnce(socket.descriptor());
    return socket;
}

Socket Socket::connectTo(const SocketAddress& address, int& error) noexcept {
    Socket socket = open(address.native()->sa_family, error);
    if (!socket.isOpen())
        return socket;
    error = socket.connect(address);
    if (error == EINPROGRESS)
        error = 0;
    if (error != 0)
        socket.close();
    return socket;
}

int Socket::connect(const SocketAddress& address) noexcept {
    if (::connect(m_descriptor, address.native(), address.nativeLength()) == 0)
        return 0;
    return errno == EINTR ? EINPROGRESS : errno;
}

int Socket::bind(const SocketAddress& address) noexcept {
    // A server that was just stopped may start again although its connections still fade away.
    const int on = 1;
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    return ::bind(m_descriptor, address.native(), address.nativeLength()) == 0 ? 0 : errno;
}

int Socket::listen(int backlog) noexcept {
    return ::listen(m_descriptor, backlog) == 0 ? 0 : errno;
}

int Socket::shutdown(Direction direction) noexcept {
    const int how = direction == Direction::Receiving ? SHUT_RD : direction == Direction::Sending ? SHUT_WR : SHUT_RDWR;
    return ::shutdown(m_descriptor, how) == 0 ? 0 : errno;
}

int Socket::option(int level, int name, void* value, std::size_t& size) const noexcept {
    auto length = static_cast<socklen_t>(size);
    if (::getsockopt(m_descriptor, level, name, value, &length) != 0)
        return errno;
    size = length;
    return 0;
}

int Socket::setOption(int level, int name, const void* value, std::size_t size) noexcept {
    return ::setsockopt(m_descriptor, level, name, value, static_cast<socklen_t>(size)) == 0 ? 0 : errno;
}

Socket Socket::listenOn(const SocketAddress& address, int& error) noexcept {
    Socket socket = open(address.native()->sa_family, error);
    if (!socket.isOpen())
        return socket;
    const int off = 0;
    if (address.isIpv6())
        ::setsockopt(socket.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    error = socket.bind(address);
    if (error == 0)
        error = socket.listen(SOMAXCONN);
    if (error != 0)
        socket.close();
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

void Socket::wait(Wait what) const noexcept {
    const int events = what == Wait::ToRead ? POLLIN : what == Wait::ToWrite ? POLLOUT : POLLIN | POLLOUT;
    pollfd entry{m_descriptor, static_cast<short>(events), 0};
    while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
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
