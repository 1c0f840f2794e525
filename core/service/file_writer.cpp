#include "core/service/file_writer.h"

#include "core/base/error.h"
#include "core/crypto/random.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <filesystem>
#include <system_error>

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <unistd.h>
#endif

namespace certwright::service {

using base::Error;
using base::ErrorKind;

namespace {

std::filesystem::path nativePath(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

std::string shown(const QString& path) {
    return QDir::toNativeSeparators(path).toStdString();
}

std::string quoted(const QString& path) {
    return "“" + shown(path) + "”";
}

[[noreturn]] void throwIo(const QString& path, int code, const std::string& reason) {
    std::string hint;
    if (code == ENOSPC || code == EDQUOT)
        hint = "Free some space on the disk, or choose another place";
    else if (code == EACCES || code == EPERM || code == EROFS)
        hint = "Choose a folder that you may write to";
    throw Error(ErrorKind::Io, "Could not write " + quoted(path) + ": " + reason, hint).withContext(shown(path));
}

[[noreturn]] void throwIo(const QString& path, int code) {
    throwIo(path, code, std::generic_category().message(code));
}

[[noreturn]] void throwExists(const QString& path) {
    throw Error(ErrorKind::NotAllowed, quoted(path) + " exists already",
                "Choose another name, or allow to overwrite it")
        .withContext(shown(path));
}

QFile::Permissions permissionsFor(FileWriter::Access access) {
    const QFile::Permissions owner = QFile::ReadOwner | QFile::WriteOwner;
    return access == FileWriter::Access::Private ? owner : owner | QFile::ReadGroup | QFile::ReadOther;
}

/// The file that `path` stands for: where a symbolic link to an existing file leads, so that the link stays a link.
QString resolved(const QString& path) {
    const QFileInfo info(path);
    return info.isSymLink() && info.exists() ? info.canonicalFilePath() : info.absoluteFilePath();
}

void flushToDisk(QFile& file, const QString& path) {
#ifdef Q_OS_UNIX
    // EINVAL: the file system cannot flush, as some network ones.
    if (::fsync(file.handle()) != 0 && errno != EINVAL)
        throwIo(path, errno);
#else
    Q_UNUSED(file)
    Q_UNUSED(path)
#endif
}

/// Makes the new names in a folder last. Best effort: the files themselves are on the disk already.
void flushFolder(const QString& path) {
#ifdef Q_OS_UNIX
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    const int descriptor = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
#else
    Q_UNUSED(path)
#endif
}

/// Opens a new file beside `path`, with its final permissions from the start.
void openBeside(QFile& file, const QString& path, FileWriter::Access access) {
    const QFileInfo info(path);
    for (int attempt = 0; attempt < 16; ++attempt) {
        const QString suffix = QString::fromStdString(base::toHex(crypto::randomBytes(6)));
        file.setFileName(info.absolutePath() + QStringLiteral("/.") + info.fileName().left(200) + u'.' + suffix);
        errno = 0;
        // Unbuffered, so that no copy of a key stays behind in a buffer of QFile.
        if (file.open(QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered, permissionsFor(access)))
            return;
        if (errno != EEXIST)
            break;
    }
    throwIo(path, errno, file.errorString().toStdString());
}

void writeAll(QFile& file, const QString& path, base::BytesView bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        errno = 0;
        const qint64 written =
            file.write(reinterpret_cast<const char*>(bytes.data() + done), static_cast<qint64>(bytes.size() - done));
        if (written <= 0)
            throwIo(path, errno, file.errorString().toStdString());
        done += static_cast<std::size_t>(written);
    }
}

/// Gives `temporary` the name `path` unless something has it already.
void renameToFreeName(const QString& temporary, const QString& path) {
    std::error_code error;
    // A hard link fails when the name is taken; a rename would replace.
    std::filesystem::create_hard_link(nativePath(temporary), nativePath(path), error);
    if (!error) {
        std::filesystem::remove(nativePath(temporary), error);
        return;
    }
    if (error == std::errc::file_exists)
        throwExists(path);
    // File systems without hard links.
    if (std::filesystem::exists(std::filesystem::symlink_status(nativePath(path))))
        throwExists(path);
    std::filesystem::rename(nativePath(temporary), nativePath(path), error);
    if (error)
        throwIo(path, error.value());
}

} // namespace

FileWriter::~FileWriter() {
    for (const File& file : m_files) {
        if (!file.isCommitted)
            QFile::remove(file.temporary);
    }
}

void FileWriter::add(const QString& path, base::BytesView bytes, Access access) {
    add(path, std::span<const base::BytesView>(&bytes, 1), access);
}

void FileWriter::add(const QString& path, std::span<const base::BytesView> parts, Access access) {
    const QFileInfo info(path);
    if (info.exists() || info.isSymLink()) {
        if (!m_mayOverwrite)
            throwExists(path);
        if (!info.isFile())
            throw Error(ErrorKind::NotAllowed, quoted(path) + " is not a regular file", "Choose another name")
                .withContext(shown(path));
    }
    const QString target = resolved(path);
    if (!QFileInfo(QFileInfo(target).absolutePath()).isDir())
        throw Error(ErrorKind::NotFound, "There is no folder " + quoted(QFileInfo(target).absolutePath()),
                    "Make the folder first, or choose another one")
            .withContext(shown(path));
    QFile file;
    openBeside(file, target, access);
    m_files.push_back({target, file.fileName(), {}, false});
    for (const base::BytesView part : parts)
        writeAll(file, path, part);
    flushToDisk(file, path);
    file.close();
}

void FileWriter::commit() {
    try {
        for (File& file : m_files)
            commit(file);
    } catch (...) {
        undo();
        throw;
    }
    for (File& file : m_files) {
        if (!file.replaced.isEmpty())
            QFile::remove(file.replaced);
        file.replaced.clear();
    }
}

void FileWriter::commit(File& file) {
    std::error_code error;
    if (!m_mayOverwrite) {
        renameToFreeName(file.temporary, file.path);
    } else {
        // A second name keeps what is replaced. Where there are no hard links the file itself steps aside.
        const QString second = file.temporary + QStringLiteral(".old");
        std::filesystem::create_hard_link(nativePath(file.path), nativePath(second), error);
        if (error && QFileInfo(file.path).isFile())
            std::filesystem::rename(nativePath(file.path), nativePath(second), error);
        if (!error)
            file.replaced = second;
        std::filesystem::rename(nativePath(file.temporary), nativePath(file.path), error);
        if (error)
            throwIo(file.path, error.value());
    }
    file.isCommitted = true;
    flushFolder(file.path);
}

void FileWriter::undo() {
    std::error_code ignored; // the error that led here is the one to tell
    for (File& file : m_files) {
        if (!file.replaced.isEmpty()) {
            std::filesystem::rename(nativePath(file.replaced), nativePath(file.path), ignored);
            // Of two names of one file a rename takes none away: then the old one never lost its own.
            if (!ignored)
                std::filesystem::remove(nativePath(file.replaced), ignored);
        } else if (file.isCommitted) {
            std::filesystem::remove(nativePath(file.path), ignored);
        }
        file.replaced.clear();
        flushFolder(file.path);
    }
}

void writeFileAtomically(const QString& path, base::BytesView bytes, FileWriter::Access access, bool mayOverwrite) {
    FileWriter writer(mayOverwrite);
    writer.add(path, bytes, access);
    writer.commit();
}

} // namespace certwright::service
