#include "core/formats/file_bytes.h"

#include "core/base/error.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t ChunkSize = 256 * 1024;
constexpr std::size_t MaxPassphrase = 64 * 1024;

struct FileCloser {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

fs::path pathOf(const std::string& utf8) {
    return {std::u8string(reinterpret_cast<const char8_t*>(utf8.data()), utf8.size())};
}

[[noreturn]] void fail(int code, const std::string& path, const std::string& what) {
    const bool isMissing = code == ENOENT || code == ENOTDIR;
    const std::string reason = code == EACCES || code == EPERM ? "there is no permission to read it"
                               : isMissing                     ? "there is no such file"
                                                               : std::strerror(code);
    const std::string hint = code == EACCES || code == EPERM ? "Change its permissions, or read it as its owner."
                             : isMissing                     ? "Check the spelling of its name and folder."
                                                             : "Check the disk and try again.";
    throw Error(isMissing ? ErrorKind::NotFound : ErrorKind::Io, what + " cannot be read: " + reason, hint)
        .withContext(path);
}

File openFile(const std::string& path, const std::string& what) {
    errno = 0;
    File file(std::fopen(pathOf(path).c_str(), "rb"));
    if (!file)
        fail(errno, path, what);
    return file;
}

/// What stands in the way of reading it as a file; empty when nothing does.
std::string problemOfType(fs::file_type type) {
    switch (type) {
    case fs::file_type::directory:
        return "It is a folder, not a file";
    case fs::file_type::fifo:
        return "It is a named pipe (FIFO), not a file";
    case fs::file_type::socket:
        return "It is a socket, not a file";
    case fs::file_type::character:
    case fs::file_type::block:
        return "It is a device, not a file";
    default:
        return {};
    }
}

} // namespace

base::Bytes readFileBytes(const std::string& path, std::size_t maxSize) {
    std::error_code code;
    const fs::file_status status = fs::status(pathOf(path), code);
    if (!fs::exists(status))
        fail(code ? code.value() : ENOENT, path, "The file");
    const std::string problem = problemOfType(status.type());
    if (!problem.empty()) {
        throw Error(ErrorKind::Io, problem,
                    status.type() == fs::file_type::directory ? "Name the files in it."
                                                              : "Copy its content to a file first.")
            .withContext(path);
    }
    const File file = openFile(path, "The file");
    base::Bytes bytes;
    const std::uintmax_t size = fs::file_size(pathOf(path), code);
    if (!code && size > maxSize) {
        throw Error(ErrorKind::Io,
                    "The file is too large: " + std::to_string(size >> 20U) + " MiB, the limit is " +
                        std::to_string(maxSize >> 20U) + " MiB",
                    "Check that it is the right file; split a bundle as large as this.")
            .withContext(path);
    }
    bytes.reserve(code ? ChunkSize : static_cast<std::size_t>(size));
    // Read to the end whatever the size said: some file systems say 0.
    std::vector<std::uint8_t> chunk(ChunkSize);
    while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(count));
        if (bytes.size() > maxSize)
            throw Error(ErrorKind::Io, "The file grew beyond the limit while it was read").withContext(path);
    }
    if (std::ferror(file.get()) != 0)
        fail(errno, path, "The file");
    return bytes;
}

base::Secret readPassphraseFile(const std::string& path) {
    std::error_code code;
    if (fs::is_directory(pathOf(path), code))
        throw Error(ErrorKind::Io, "The passphrase file is a folder", "Name a file.").withContext(path);
    const File file = openFile(path, "The passphrase file");
    std::setvbuf(file.get(), nullptr, _IONBF, 0); // no copy of the passphrase in a buffer of the C library
    base::Secret line(MaxPassphrase);
    std::size_t used = 0;
    while (used < MaxPassphrase) {
        std::uint8_t octet = 0;
        if (std::fread(&octet, 1, 1, file.get()) != 1) {
            if (std::ferror(file.get()) != 0)
                fail(errno, path, "The passphrase file");
            break;
        }
        if (octet == '\n')
            break;
        line.data()[used++] = octet;
    }
    if (used > 0 && line.data()[used - 1] == '\r')
        --used;
    line.truncate(used);
    return line;
}

} // namespace certwright::formats
