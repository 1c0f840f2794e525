#pragma once

#include <QString>

#include <memory>

namespace certwright::test {

/// A small file system of its own on a folder, for as long as the object lives: what happens on a disk that is full, or
/// that nobody may write to, root neither.
class MountedDisk {
public:
    /// Makes the folder and mounts a tmpfs of `size` ("256k") on it. Null where that is not allowed (it needs root).
    static std::unique_ptr<MountedDisk> mount(const QString& folder, const QString& size);
    ~MountedDisk();
    MountedDisk(const MountedDisk&) = delete;
    MountedDisk& operator=(const MountedDisk&) = delete;

    QString path(const QString& name = {}) const;
    /// Writes until nothing more fits; what is there stays.
    void fill() const;
    bool makeReadOnly() const;

private:
    explicit MountedDisk(QString folder)
        : m_folder(std::move(folder)) {}

    QString m_folder;
};

} // namespace certwright::test

/// Declares `variable` as a MountedDisk, or skips the running test function and says why.
#define CERTWRIGHT_NEED_DISK(variable, folder, size)                                                                   \
    const auto variable = ::certwright::test::MountedDisk::mount(folder, QStringLiteral(size));                        \
    if (variable == nullptr)                                                                                           \
    QSKIP("a small tmpfs cannot be mounted here (needs root)")
