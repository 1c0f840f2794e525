#include "core/base/error.h"
#include "core/crypto/random.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <span>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

// The protocol of egd.pl, which PRNGD and others speak too. 0x01 N: "give me up to N bytes now"; the answer is their
// number in one byte, then the bytes.
constexpr std::uint8_t ReadWithoutWaiting = 0x01;

/// A connection to the daemon. Every wait ends at one deadline.
class EgdConnection {
public:
    EgdConnection(const std::string& path, std::chrono::milliseconds timeout);
    ~EgdConnection() { ::close(m_descriptor); }
    EgdConnection(const EgdConnection&) = delete;
    EgdConnection& operator=(const EgdConnection&) = delete;

    void send(base::BytesView bytes);
    void receive(std::span<std::uint8_t> buffer);

private:
    void wait(short events) const;
    [[noreturn]] void fail(int code) const;
    [[noreturn]] void fail(const std::string& message) const;

    std::string m_path;
    Clock::time_point m_deadline;
    int m_descriptor;
};

[[noreturn]] void failAt(const std::string& path, ErrorKind kind, const std::string& message) {
    throw Error(kind, message, "Check that it is the socket of an entropy gathering daemon, and that the daemon runs.")
        .withContext(path);
}

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path) || path.find('\0') != std::string::npos)
        failAt(path, ErrorKind::BadInput, "This cannot be the path of a socket: it is empty or too long");
    std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
    return address;
}

EgdConnection::EgdConnection(const std::string& path, std::chrono::milliseconds timeout)
    : m_path(path)
    , m_deadline(Clock::now() + timeout)
    , m_descriptor(-1) {
    const sockaddr_un address = addressOf(path);
    m_descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    // A Unix socket is connected at once or not at all.
    if (m_descriptor >= 0 && ::connect(m_descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
        return;
    const int code = errno;
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    fail(code);
}

void EgdConnection::fail(int code) const {
    failAt(m_path, code == ENOENT || code == ENOTDIR ? ErrorKind::NotFound : ErrorKind::Io,
           "The entropy gathering daemon cannot be asked: " + std::generic_category().message(code));
}

void EgdConnection::fail(const std::string& message) const {
    failAt(m_path, ErrorKind::Io, "The entropy gathering daemon " + message);
}

void EgdConnection::wait(short events) const {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_deadline - Clock::now()).count();
        pollfd entry{m_descriptor, events, 0};
        const int result = left <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(std::min<long long>(left, 60'000)));
        if (result > 0)
            return;
        if (result < 0 && errno != EINTR)
            fail(errno);
        if (left <= 0)
            fail("did not answer in time");
    }
}

void EgdConnection::send(base::BytesView bytes) {
    while (!bytes.empty()) {
        wait(POLLOUT);
        const ssize_t count = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else if (errno != EINTR && errno != EAGAIN)
            fail(errno);
    }
}

void EgdConnection::receive(std::span<std::uint8_t> buffer) {
    while (!buffer.empty()) {
        wait(POLLIN);
        const ssize_t count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
        if (count > 0)
            buffer = buffer.subspan(static_cast<std::size_t>(count));
        else if (count == 0)
            fail("ended the connection");
        else if (errno != EINTR && errno != EAGAIN)
            fail(errno);
    }
}

} // namespace

std::size_t addFromEgd(const std::string& path, std::size_t count, std::chrono::milliseconds timeout) {
    EgdConnection daemon(path, timeout);
    base::Secret bytes(MaxEgdQuery);
    std::size_t done = 0;
    while (done < count) {
        const auto wanted = static_cast<std::uint8_t>(std::min(MaxEgdQuery, count - done));
        daemon.send(std::array{ReadWithoutWaiting, wanted});
        std::uint8_t given = 0;
        daemon.receive({&given, 1});
        if (given > wanted)
            failAt(path, ErrorKind::Io, "The daemon gives more than it was asked for: it speaks another protocol");
        if (given == 0)
            break;
        daemon.receive({bytes.data(), given});
        seedRandom(bytes.view().first(given));
        done += given;
    }
    if (done == 0 && count != 0) {
        throw Error(ErrorKind::Io, "The entropy gathering daemon has no random bytes at the moment", "Try again later.")
            .withContext(path);
    }
    return done;
}

} // namespace certwright::crypto
