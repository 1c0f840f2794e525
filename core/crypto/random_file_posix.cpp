#include "core/base/error.h"
#include "core/crypto/random.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t WrittenSize = 1024; // as RAND_write_file()
constexpr std::size_t DeviceSize = 256;   // as RAND_load_file()
constexpr std::size_t ChunkSize = 4096;

/// An open file, and the temporary name under which it is made, if it is.
class File {
public:
    explicit File(int descriptor, std::string temporary = {})
        : m_descriptor(descriptor)
        , m_temporary(std::move(temporary)) {}
    ~File() {
        ::close(m_descriptor);
        if (!m_temporary.empty())
            ::unlink(m_temporary.c_str());
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int descriptor() const noexcept { return m_descriptor; }
    const std::string& temporary() const noexcept { return m_temporary; }
    /// It has its name now: nothing is to be removed.
    void keep() noexcept { m_temporary.clear(); }

private:
    int m_descriptor;
    std::string m_temporary;
};

[[noreturn]] void fail(const std::string& path, const char* what, int code) {
    const bool isMissing = code == ENOENT || code == ENOTDIR;
    throw Error(isMissing ? ErrorKind::NotFound : ErrorKind::Io,
                std::string(what) + ": " + std::generic_category().message(code),
                isMissing        ? "Check the spelling of its name and folder."
                : code == ENOSPC ? "Free some space on the disk, or choose another place."
                                 : "Check its permissions and the disk.")
        .withContext(path);
}

[[noreturn]] void failReading(const std::string& path, int code) {
    fail(path, "The random bytes cannot be read", code);
}

[[noreturn]] void failWriting(const std::string& path, int code) {
    fail(path, "The random bytes cannot be written", code);
}

std::string folderOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return "./";
    return path.substr(0, slash + 1);
}

/// A new file beside `path` that only its owner may open, whatever the umask is.
File makeBeside(const std::string& path) {
    const std::string temporary = folderOf(path) + ".certwright-seed." + base::toHex(randomBytes(8));
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        failWriting(path, errno);
    return File(descriptor, temporary);
}

void writeAll(const File& file, base::BytesView bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.descriptor(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            failWriting(path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    // EINVAL: the file system cannot flush, as some network ones.
    if (::fsync(file.descriptor()) != 0 && errno != EINVAL)
        failWriting(path, errno);
}

/// Makes a new name last. Best effort: the file itself is on the disk already.
void flushFolder(const std::string& path) {
    const int descriptor = ::open(folderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

} // namespace

std::size_t loadRandomFile(const std::string& path, std::optional<std::size_t> count) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0)
        failReading(path, errno);
    if (!S_ISREG(facts.st_mode) && !S_ISCHR(facts.st_mode)) {
        throw Error(ErrorKind::Io, "Random bytes are read from files and character devices only",
                    S_ISSOCK(facts.st_mode) ? "Ask an entropy gathering daemon by its own command." : "Choose a file.")
            .withContext(path);
    }
    if (!count && S_ISCHR(facts.st_mode))
        count = DeviceSize;
    // A terminal, say, must not keep anybody waiting.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        failReading(path, errno);
    const File file(descriptor);
    base::Secret chunk(ChunkSize);
    std::size_t done = 0;
    while (!count || done < *count) {
        const std::size_t wanted = count ? std::min(ChunkSize, *count - done) : ChunkSize;
        const ssize_t length = ::read(file.descriptor(), chunk.data(), wanted);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            failReading(path, errno);
        if (length == 0)
            break;
        seedRandom(chunk.view().first(static_cast<std::size_t>(length)));
        done += static_cast<std::size_t>(length);
    }
    return done;
}

std::size_t writeRandomFile(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
        throw Error(ErrorKind::NotAllowed, "Random bytes are written to files only", "Choose another name.")
            .withContext(path);
    }
    if (path.empty() || path.back() == '/')
        failWriting(path, ENOENT);
    File file = makeBeside(path);
    if (::fchmod(file.descriptor(), S_IRUSR | S_IWUSR) != 0)
        failWriting(path, errno);
    writeAll(file, randomSecret(WrittenSize).view(), path);
    if (::rename(file.temporary().c_str(), path.c_str()) != 0)
        failWriting(path, errno);
    file.keep();
    flushFolder(path);
    return WrittenSize;
}

} // namespace certwright::crypto
