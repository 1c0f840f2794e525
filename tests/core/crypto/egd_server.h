#pragma once

#include <QByteArray>
#include <QFile>
#include <QList>
#include <QString>

#include <cstring>
#include <functional>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace certwright::test {

/// The other end of the protocol of egd.pl 0.9 (its "PROTOCOL" section), as far as a client for random bytes sees it:
///   0x00          how much entropy there is; answer: bits as four octets, most significant first
///   0x01 N        up to N bytes at once; answer: their number in one octet, and the bytes
///   0x02 N        N bytes, waiting for them; answer: the bytes
///   0x03 BB N ... adds N bytes that hold BB bits of entropy; no answer
///   0x04          the daemon's process; answer: a length in one octet, and digits
/// Serves one client after the other until it is destroyed.
class EgdServer {
public:
    /// What to answer to a command 0x01 or 0x02 that asks for so many bytes: all octets of the answer. An empty answer
    /// ends the connection.
    using Answer = std::function<QByteArray(int command, int count)>;

    /// As a daemon does that has enough.
    static QByteArray everything(int command, int count) {
        const QByteArray bytes(count, '\x5a');
        return command == 1 ? QByteArray(1, static_cast<char>(count)) + bytes : bytes;
    }

    EgdServer(const QString& path, Answer answer)
        : m_answer(std::move(answer)) {
        m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray name = QFile::encodeName(path);
        if (name.size() >= static_cast<qsizetype>(sizeof(address.sun_path)))
            qFatal("too long for a socket: %s", name.constData());
        std::memcpy(static_cast<char*>(address.sun_path), name.constData(), static_cast<std::size_t>(name.size()));
        if (::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
            ::listen(m_listener, 4) != 0)
            qFatal("cannot listen on %s", name.constData());
        m_thread = std::thread([this] { serve(); });
    }
    ~EgdServer() { stop(); }
    EgdServer(const EgdServer&) = delete;
    EgdServer& operator=(const EgdServer&) = delete;

    /// Ends it and gives what it was asked: command and count, two octets each.
    QByteArray stop() {
        if (m_thread.joinable()) {
            ::shutdown(m_listener, SHUT_RDWR);
            m_thread.join();
            ::close(m_listener);
        }
        return m_asked;
    }

private:
    void serve() {
        for (;;) {
            const int client = ::accept(m_listener, nullptr, nullptr);
            if (client < 0)
                return;
            while (serveOne(client)) {
            }
            ::close(client);
        }
    }

    bool serveOne(int client) {
        char command = 0;
        char count = 0;
        if (::recv(client, &command, 1, 0) != 1)
            return false;
        if ((command != 1 && command != 2) || ::recv(client, &count, 1, MSG_WAITALL) != 1)
            return false;
        m_asked.append(command).append(count);
        const QByteArray answer = m_answer(command, static_cast<unsigned char>(count));
        const auto length = static_cast<std::size_t>(answer.size());
        return length != 0 &&
               ::send(client, answer.constData(), length, MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size());
    }

    Answer m_answer;
    QByteArray m_asked;
    int m_listener = -1;
    std::thread m_thread;
};

} // namespace certwright::test
