#pragma once

#include "core/base/bytes.h"

#include <QString>

#include <span>
#include <vector>

namespace certwright::service {

/// Writes files so that nobody sees a half of them: each goes into a temporary file in its folder, is flushed to the
/// disk, and takes its name only when all are written. Temporary files are gone whatever happens, short of the end of
/// the program. Owned by one thread.
class FileWriter {
public:
    enum class Access {
        Private, ///< mode 0600, from the first byte on
        Public,  ///< 0644 less the umask
    };

    /// With `mayOverwrite` files of the same name are replaced; else add() refuses.
    explicit FileWriter(bool mayOverwrite = false)
        : m_mayOverwrite(mayOverwrite) {}
    /// Removes what was not committed.
    ~FileWriter();
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    /// Writes `bytes` under a temporary name beside `path`. @throws Error NotAllowed when `path` exists and may not be
    /// overwritten or is no regular file, NotFound when its folder is missing, Io (full disk, no permission) with a
    /// hint
    void add(const QString& path, base::BytesView bytes, Access access);
    /// The same of parts that follow each other.
    void add(const QString& path, std::span<const base::BytesView> parts, Access access);
    /// The temporary name of an added file, for reading it back.
    QString temporaryPath(std::size_t index) const { return m_files.at(index).temporary; }
    /// Gives all files their names. Without mayOverwrite a file that appeared meanwhile is not replaced. When one
    /// cannot have its name none keeps it, and files that were replaced already are put back.
    /// @throws Error NotAllowed, Io
    void commit();

private:
    struct File {
        QString path;
        QString temporary;
        QString replaced{}; ///< another name of the file that had the name before, until all is done
        bool isCommitted = false;
    };

    void commit(File& file);
    void undo();

    std::vector<File> m_files;
    bool m_mayOverwrite;
};

/// One file by a FileWriter.
void writeFileAtomically(const QString& path, base::BytesView bytes, FileWriter::Access access,
                         bool mayOverwrite = false);

} // namespace certwright::service
