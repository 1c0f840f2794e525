#include "core/store/file_guard.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace certwright::store {

namespace {

// https://www.sqlite.org/src/file?name=src/os.h: a reader's lock lies on the shared range behind the pending byte, and
// (src/os_unix.c) whoever uses the shared memory of a log locks its 129th byte.
constexpr off_t SharedFirst = 0x40000000 + 2, SharedSize = 510;
constexpr off_t InUse = 128;

[[maybe_unused]] bool setLock(int descriptor, short type, off_t start, off_t length) noexcept {
#ifdef F_OFD_SETLK
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = start;
    lock.l_len = length;
    return ::fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
#else
    static_cast<void>(descriptor), static_cast<void>(type), static_cast<void>(start), static_cast<void>(length);
    return false;
#endif
}

int lockedDescriptor(const QString& path, off_t start, off_t length) {
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor >= 0)
        setLock(descriptor, F_RDLCK, start, length);
    return descriptor;
}

} // namespace

FileGuard::FileGuard(const QString& path)
    : m_descriptors{lockedDescriptor(path, SharedFirst, SharedSize),
                    lockedDescriptor(path + QStringLiteral("-shm"), InUse, 1)} {}

FileGuard::~FileGuard() {
    for (const int descriptor : m_descriptors) {
        if (descriptor >= 0)
            ::close(descriptor);
    }
}

FileGuard::FileGuard(FileGuard&& other) noexcept
    : m_descriptors(std::exchange(other.m_descriptors, {-1, -1})) {}

FileGuard& FileGuard::operator=(FileGuard&& other) noexcept {
    std::swap(m_descriptors, other.m_descriptors);
    return *this;
}

void FileGuard::release() noexcept {
    if (m_descriptors[0] >= 0)
        setLock(m_descriptors[0], F_UNLCK, SharedFirst, SharedSize);
    if (m_descriptors[1] >= 0)
        setLock(m_descriptors[1], F_UNLCK, InUse, 1);
}

} // namespace certwright::store
