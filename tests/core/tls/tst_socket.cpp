#include "core/base/error.h"
#include "core/tls/socket.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

using namespace certwright;
using base::ErrorKind;
using test::q;
using tls::Socket;
using tls::SocketAddress;
using Result = Socket::Result;

namespace {

/// Two connected ends, ours non-blocking; POSIX socketpair().
struct Pair {
    Pair() {
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
            qFatal("no socket pair");
    }
    std::array<int, 2> ends{};
};

/// A listening socket of the system's on 127.0.0.1.
struct Listener {
    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        auto* native = reinterpret_cast<sockaddr*>(&address);
        if (::bind(descriptor, native, length) != 0 || ::listen(descriptor, 1) != 0 ||
            ::getsockname(descriptor, native, &length) != 0)
            qFatal("cannot listen");
        port = ntohs(address.sin_port);
    }
    ~Listener() { close(); }
    void close() { ::close(std::exchange(descriptor, -1)); }

    int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port = 0;
};

bool waitFor(const Socket& socket, short events) {
    pollfd entry{socket.descriptor(), events, 0};
    return ::poll(&entry, 1, 10'000) == 1;
}

} // namespace

// What POSIX says of each state of a socket: connect(), recv(), send(), getsockopt(SO_ERROR).
class SocketTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsAndWritesWithoutBlocking() {
        const Pair pair;
        Socket socket = Socket::adopt(pair.ends[0]);
        QVERIFY((::fcntl(pair.ends[0], F_GETFL) & O_NONBLOCK) != 0);
        std::array<std::uint8_t, 16> buffer{};
        std::size_t size = 99;
        QVERIFY(socket.read(buffer, size) == Result::WouldBlock);
        QCOMPARE(size, std::size_t{0});
        QCOMPARE(::send(pair.ends[1], "abc", 3, 0), ssize_t{3});
        QVERIFY(socket.read(buffer, size) == Result::Done);
        QCOMPARE(test::bytes(base::BytesView(buffer).first(size)), QByteArray("abc"));
        QVERIFY(socket.write(base::bytesOf("hello"), size) == Result::Done);
        QCOMPARE(size, std::size_t{5});
        QCOMPARE(::recv(pair.ends[1], buffer.data(), buffer.size(), 0), ssize_t{5});
        // Until nobody has room for more.
        const base::Bytes much(1 << 20);
        Result result = Result::Done;
        for (int i = 0; i < 100 && result == Result::Done; ++i)
            result = socket.write(much, size);
        QVERIFY(result == Result::WouldBlock);
        QCOMPARE(size, std::size_t{0});
        ::close(pair.ends[1]);
    }

    void tellsTheEndFromAFailure() {
        const Pair pair;
        Socket socket = Socket::adopt(pair.ends[0]);
        ::close(pair.ends[1]);
        std::array<std::uint8_t, 16> buffer{};
        std::size_t size = 99;
        QVERIFY(socket.read(buffer, size) == Result::Eof);
        // No signal, an error.
        QVERIFY(socket.write(base::bytesOf("x"), size) == Result::Failed);
        QCOMPARE(socket.lastError(), EPIPE);
        QCOMPARE(size, std::size_t{0});
        socket.close();
        QVERIFY(!socket.isOpen());
        QVERIFY(socket.read(buffer, size) == Result::Failed);
        QCOMPARE(socket.lastError(), EBADF);
        QVERIFY(socket.write(base::bytesOf("x"), size) == Result::Failed);
        QCOMPARE(socket.takeError(), EBADF);
        QVERIFY(!socket.localAddress() && !socket.peerAddress());
    }

    void takesNoDescriptorThatIsNone() { CERTWRIGHT_VERIFY_FAILS(Socket::adopt(-1), ErrorKind::Io); }

    void isClosedOnce() {
        const Pair pair;
        const Pair other;
        {
            Socket first = Socket::adopt(pair.ends[0]);
            Socket second = Socket::adopt(other.ends[0]);
            second = std::move(first);
            QCOMPARE(second.descriptor(), pair.ends[0]);
            QCOMPARE(::fcntl(other.ends[0], F_GETFD), -1); // what it had is closed
            const Socket third(std::move(second));
            QCOMPARE(third.descriptor(), pair.ends[0]);
            QVERIFY(::fcntl(pair.ends[0], F_GETFD) != -1);
        }
        QCOMPARE(::fcntl(pair.ends[0], F_GETFD), -1);
        ::close(pair.ends[1]);
        ::close(other.ends[1]);
    }

    void connects() {
        const Listener listener;
        int error = -1;
        const auto address = SocketAddress::fromText("127.0.0.1", listener.port);
        QVERIFY(address);
        const Socket socket = Socket::connectTo(*address, error);
        QCOMPARE(error, 0);
        QVERIFY(socket.isOpen() && waitFor(socket, POLLOUT));
        QCOMPARE(socket.takeError(), 0);
        QCOMPARE(q(socket.peerAddress().value().toText()), q("127.0.0.1:" + std::to_string(listener.port)));
        QCOMPARE(q(socket.localAddress().value().addressText()), QStringLiteral("127.0.0.1"));
        QVERIFY((::fcntl(socket.descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
    }

    // The outcome shows when the socket becomes writable; asking clears it.
    void saysThatNobodyListens() {
        Listener listener;
        listener.close();
        int error = -1;
        const Socket socket = Socket::connectTo(*SocketAddress::fromText("127.0.0.1", listener.port), error);
        if (!socket.isOpen()) { // some systems know at once
            QCOMPARE(error, ECONNREFUSED);
            return;
        }
        QVERIFY(waitFor(socket, POLLOUT));
        QCOMPARE(socket.takeError(), ECONNREFUSED);
        QCOMPARE(socket.takeError(), 0);
    }

    // TCP has no broadcast: refused at once.
    void saysWhatFailsAtOnce() {
        int error = 0;
        const Socket socket = Socket::connectTo(*SocketAddress::fromText("255.255.255.255", 1), error);
        QVERIFY(!socket.isOpen());
        QVERIFY(error != 0);
    }
};

CERTWRIGHT_TEST_MAIN(SocketTest)
#include "tst_socket.moc"
