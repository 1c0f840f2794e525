#include "app/cli/terminal.h"
#include "core/base/error.h"

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace certwright::cli::terminal {

namespace {

constexpr int PollMs = 100;
constexpr std::size_t MaxLine = 4096;

/// What restore() has to put back; -1 while the echo is on.
struct SavedState {
    std::mutex mutex;
    int fd = -1;
    termios attributes{};
};

SavedState& savedState() {
    static SavedState state;
    return state;
}

class Tty {
public:
    Tty()
        : m_fd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    ~Tty() {
        if (m_fd < 0)
            return;
        restore();
        ::close(m_fd);
    }
    Tty(const Tty&) = delete;
    Tty& operator=(const Tty&) = delete;

    bool isOpen() const noexcept { return m_fd >= 0; }

    void turnEchoOff() {
        SavedState& saved = savedState();
        const std::scoped_lock lock(saved.mutex);
        if (::tcgetattr(m_fd, &saved.attributes) != 0)
            return;
        termios silent = saved.attributes;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK);
        silent.c_lflag |= static_cast<tcflag_t>(ECHONL | ICANON | ISIG);
        if (::tcsetattr(m_fd, TCSAFLUSH, &silent) == 0)
            saved.fd = m_fd;
    }

    void write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t written = ::write(m_fd, text.data(), text.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    /// One line without its end, into `buffer`.
    std::size_t readLine(std::uint8_t* buffer, std::size_t size, const std::stop_token& stop) const {
        std::size_t used = 0;
        for (;;) {
            waitReadable(m_fd, stop);
            std::uint8_t octet = 0;
            const ssize_t count = ::read(m_fd, &octet, 1);
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                throw base::Error(base::ErrorKind::Cancelled, "No answer was given");
            if (octet == '\n')
                return used;
            if (used < size)
                buffer[used++] = octet;
        }
    }

private:
    int m_fd;
};

} // namespace

bool isPresent() noexcept {
    if (::isatty(STDIN_FILENO) == 0 && ::isatty(STDERR_FILENO) == 0)
        return false;
    const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    ::close(fd);
    return true;
}

bool isErrorTerminal() noexcept {
    return ::isatty(STDERR_FILENO) != 0;
}

bool isOutputTerminal() noexcept {
    return ::isatty(STDOUT_FILENO) != 0;
}

std::optional<base::Secret> askSecret(std::string_view question, const std::stop_token& stop) {
    if (!isPresent())
        return std::nullopt;
    Tty tty;
    if (!tty.isOpen())
        return std::nullopt;
    tty.turnEchoOff();
    tty.write(question);
    base::Secret answer(MaxLine);
    answer.truncate(tty.readLine(answer.data(), MaxLine, stop));
    return answer;
}

std::optional<std::string> ask(std::string_view question, const std::stop_token& stop) {
    if (!isPresent())
        return std::nullopt;
    Tty tty;
    if (!tty.isOpen())
        return std::nullopt;
    tty.write(question);
    std::string answer(MaxLine, '\0');
    answer.resize(tty.readLine(reinterpret_cast<std::uint8_t*>(answer.data()), MaxLine, stop));
    return answer;
}

void restore() noexcept {
    SavedState& saved = savedState();
    const std::scoped_lock lock(saved.mutex);
    if (saved.fd < 0)
        return;
    ::tcsetattr(saved.fd, TCSAFLUSH, &saved.attributes);
    saved.fd = -1;
}

void waitReadable(int fd, const std::stop_token& stop) {
    pollfd entry{fd, POLLIN, 0};
    for (;;) {
        if (stop.stop_requested())
            throw base::Error(base::ErrorKind::Cancelled, "Interrupted");
        const int ready = ::poll(&entry, 1, PollMs);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return;
    }
}

} // namespace certwright::cli::terminal
