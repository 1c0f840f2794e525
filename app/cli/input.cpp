#include "app/cli/input.h"

#include "app/cli/terminal.h"
#include "core/formats/file_bytes.h"
#include "core/formats/reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace certwright::cli {

namespace {

constexpr std::size_t ChunkSize = 64 * 1024;

} // namespace

base::Bytes readStandardInput(std::size_t maxSize, const std::stop_token& stop) {
    base::Bytes bytes;
    std::array<std::uint8_t, ChunkSize> chunk{};
    for (;;) {
        terminal::waitReadable(STDIN_FILENO, stop);
        const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            throw base::Error(base::ErrorKind::Io,
                              std::string("Standard input cannot be read: ") + std::strerror(errno));
        }
        if (count == 0)
            return bytes;
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
        if (bytes.size() > maxSize) {
            throw base::Error(base::ErrorKind::Io,
                              "Standard input gives more than " + std::to_string(maxSize >> 20U) + " MiB",
                              "Check that it is the right data.");
        }
    }
}

base::Bytes readInputBytes(const std::string& path, Console& console) {
    const std::size_t limit = formats::ReadOptions().maxFileSize;
    return path == "-" ? readStandardInput(limit, console.stopToken()) : formats::readFileBytes(path, limit);
}

formats::Contents readInput(const std::string& path, const PassphraseOptions& passphrases, Console& console) {
    const formats::ReadOptions options = passphrases.readOptions();
    const formats::PassphraseCallback callback = passphrases.callback(console);
    formats::Contents contents;
    if (path == "-") {
        try {
            contents = formats::readContents(readStandardInput(options.maxFileSize, console.stopToken()), callback,
                                             options, path);
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
