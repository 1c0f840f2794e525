#include "app/cli/input.h"

#include "app/cli/command_line.h"
#include "app/cli/terminal.h"
#include "core/formats/file_bytes.h"
#include "core/formats/reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace certwright::cli {

namespace {

constexpr std::size_t ChunkSize = 64 * 1024;

void checkSize(std::size_t size, std::size_t most, const char* source) {
    if (size > most)
        throw base::Error(base::ErrorKind::Io,
                          std::string(source) + " gives more than " + std::to_string(most >> 20U) + " MiB",
                          "Check that it is the right data.");
}

} // namespace

base::Bytes readStandardInput(std::size_t maxSize, const std::stop_token& stop) {
    base::Bytes bytes;
    std::array<std::uint8_t, ChunkSize> chunk{};
    for (;;) {
        terminal::waitReadable(STDIN_FILENO, stop);
        const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EBADF) {
            throw base::Error(base::ErrorKind::Io, "Standard input is closed",
                              "Pipe or redirect the data into the program, or name a file.");
        }
        if (count < 0) {
            throw base::Error(base::ErrorKind::Io,
                              std::string("Standard input cannot be read: ") + std::strerror(errno));
        }
        if (count == 0)
            return bytes;
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
        checkSize(bytes.size(), maxSize, "Standard input");
    }
}

void throwEmptyInput() {
    throw base::Error(base::ErrorKind::BadInput, "Standard input is empty",
                      "Pipe or redirect the data into the program, or name a file.");
}

namespace {

constexpr int PollMs = 50;
constexpr int GraceMs = 500; ///< for a writer who waits for us to open a FIFO

class Descriptor {
public:
    explicit Descriptor(int fd)
        : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const noexcept { return m_fd; }

private:
    int m_fd;
};

/// Standard input by another name: opening it anew does not work for a socket, or as another user.
bool isStandardInput(const std::string& path) {
    return path == "-" || path == "/dev/stdin" || path == "/dev/fd/0" || path == "/proc/self/fd/0";
}

/// A FIFO, or what the shell's <(...) gives.
bool isPipe(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISFIFO(facts.st_mode);
}

/// All that comes through a pipe. Waits for its writer, but not for one to come. @throws Error Io, Cancelled
base::Bytes readPipe(const std::string& path, std::size_t maxSize, const std::stop_token& stop) {
    const Descriptor pipe(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (pipe.get() < 0)
        return formats::readFileBytes(path, maxSize); // says why
    base::Bytes bytes;
    std::array<std::uint8_t, ChunkSize> chunk{};
    bool hasWriter = false;
    for (int waited = 0;;) {
        if (stop.stop_requested())
            throw base::Error(base::ErrorKind::Cancelled, "Interrupted");
        const ssize_t count = ::read(pipe.get(), chunk.data(), chunk.size());
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            throw base::Error(base::ErrorKind::Io, std::string("It cannot be read: ") + std::strerror(errno))
                .withContext(path);
        if (count == 0 && hasWriter)
            return bytes;
        if (count == 0 && waited >= GraceMs)
            throw base::Error(base::ErrorKind::Io, "It is a named pipe (FIFO) that nobody writes to",
                              "Start what writes to it, or name a file.")
                .withContext(path);
        hasWriter = hasWriter || count != 0;
        if (count > 0) {
            bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
            checkSize(bytes.size(), maxSize, "It");
            continue;
        }
        pollfd entry{pipe.get(), POLLIN, 0};
        if (::poll(&entry, 1, PollMs) == 0)
            waited += PollMs;
    }
}

/// Whether the bytes come from somewhere else than a file.
bool isStream(const std::string& path) {
    return isStandardInput(path) || isPipe(path);
}

base::Bytes readStream(const std::string& path, std::size_t maxSize, const std::stop_token& stop) {
    return isStandardInput(path) ? readStandardInput(maxSize, stop) : readPipe(path, maxSize, stop);
}

} // namespace

void checkInputs(const std::vector<std::string>& paths) {
    if (std::count_if(paths.begin(), paths.end(), isStandardInput) > 1)
        throw UsageError("Standard input is named twice, and can be read once");
}

base::Bytes readInputBytes(const std::string& path, const Console& console) {
    const std::size_t limit = formats::ReadOptions().maxFileSize;
    return isStream(path) ? readStream(path, limit, console.stopToken()) : formats::readFileBytes(path, limit);
}

bool hasKey(const formats::Contents& contents) {
    const auto items = formats::flatten(contents);
    return std::any_of(items.begin(), items.end(), [](const formats::Item* item) {
        return item->as<formats::PrivateKeyItem>() != nullptr || item->as<crypto::PublicKey>() != nullptr;
    });
}

formats::Contents readInput(const std::string& path, const PassphraseOptions& passphrases, Console& console) {
    const formats::ReadOptions options = passphrases.readOptions();
    const formats::PassphraseCallback callback = passphrases.callback(console);
    formats::Contents contents;
    if (isStream(path)) {
        try {
            const base::Bytes bytes = readStream(path, options.maxFileSize, console.stopToken());
            if (bytes.empty() && isStandardInput(path))
                throwEmptyInput();
            contents = formats::readContents(bytes, callback, options, path);
        } catch (const base::Error& error) {
            contents.file = path;
            contents.error = error.withContext(path);
        }
    } else {
        contents = formats::readFile(path, callback, options);
    }
    if (contents.error && contents.error->kind() == base::ErrorKind::Cancelled)
        throw base::Error(*contents.error);
    if (contents.error)
        contents.error = passphrases.explain(*contents.error);
    return contents;
}

} // namespace certwright::cli
