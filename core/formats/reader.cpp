#include "core/formats/reader.h"

#include "core/base/error.h"
#include "core/formats/contents_reader.h"
#include "core/formats/file_bytes.h"

#include <openssl/crypto.h>

#include <cstdint>
#include <limits>

namespace certwright::formats {

using base::Error;

ReadOptions ReadOptions::withoutDerivationLimits() const {
    ReadOptions options = *this;
    options.maxIterations = std::numeric_limits<std::int32_t>::max();
    options.maxScryptMemory = std::uint64_t{4} << 30U;
    options.maxScryptWork = std::numeric_limits<std::uint64_t>::max();
    options.maxArgon2Work = std::numeric_limits<std::uint64_t>::max();
    options.maxBcryptRounds = std::numeric_limits<std::uint32_t>::max();
    options.maxTotalWork = std::numeric_limits<std::uint64_t>::max();
    return options;
}

Contents readContents(base::BytesView bytes, const PassphraseCallback& passphrases, const ReadOptions& options,
                      const std::string& file) {
    try {
        return ContentsReader(passphrases, options, file).read(bytes);
    } catch (const Error& error) { // out of memory, or the user stopped it
        Contents contents;
        contents.file = file;
        contents.error = error.withContext(file);
        return contents;
    }
}

Contents readFile(const std::string& path, const PassphraseCallback& passphrases, const ReadOptions& options) {
    base::Bytes bytes;
    try {
        bytes = readFileBytes(path, options.maxFileSize);
    } catch (const Error& error) {
        Contents contents;
        contents.file = path;
        contents.error = error;
        return contents;
    }
    Contents contents = readContents(bytes, passphrases, options, path);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return contents;
}

} // namespace certwright::formats
