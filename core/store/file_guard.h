#pragma once

#include <QString>

#include <array>

namespace certwright::store {

/// Keeps other programs from taking an open store for a closed one, whose log they may remove.
///
/// SQLite tells that by POSIX record locks, and a process loses all of these on a file as soon as it closes any
/// descriptor of it: a file dialog that looks what kind of file lies there is enough. The guard holds the same ranges
/// of the store and of its shared memory by open file description locks (Linux, F_OFD_SETLK), which stay until they
/// are given up. Its locks are readers' ones, so that it is in nobody's way. Where the system or the file system knows
/// no such locks it does nothing. Owned by one thread.
class FileGuard {
public:
    FileGuard() = default;
    /// `path` is a store that SQLite has opened and read from. Never throws.
    explicit FileGuard(const QString& path);
    ~FileGuard();
    FileGuard(FileGuard&& other) noexcept;
    FileGuard& operator=(FileGuard&& other) noexcept;

    /// Gives up the locks, so that SQLite can fold the log into the file as it closes. The descriptors are closed by
    /// the destructor: that is to come after SQLite's.
    void release() noexcept;

private:
    std::array<int, 2> m_descriptors{-1, -1}; ///< of the file and of its shared memory
};

} // namespace certwright::store
