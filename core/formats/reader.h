#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"
#include "core/formats/passphrase.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace certwright::formats {

/// How to read. The limits keep a foreign file from costing minutes or gigabytes.
struct ReadOptions {
    bool triesEmptyPassphrase = true;             ///< before asking: none, then the empty one
    int maxAttempts = 3;                          ///< how often a passphrase is asked for one thing
    std::size_t maxFileSize = 1024ULL << 20;      ///< bytes
    std::uint64_t maxIterations = 5'000'000;      ///< PBKDF2, PBKDF1 and PKCS#12 key derivation
    std::uint64_t maxScryptMemory = 192ULL << 20; ///< bytes: 128 * N * r
    std::uint64_t maxScryptWork = 1ULL << 22;     ///< N * r * p
    std::uint64_t maxArgon2Work = 1ULL << 31;     ///< bytes times passes; the memory is limited as that of scrypt
    std::uint32_t maxBcryptRounds = 256;          ///< OpenSSH
    /// All key derivations of a file together, as many iterations of PBKDF2 with HMAC-SHA-256: one or two seconds. A
    /// file may hold thousands of locked parts, and several passphrases are tried for each.
    std::uint64_t maxTotalWork = 8'000'000;

    /// The same without the limits on key derivations but for what the memory and OpenSSL's numbers allow: for a file
    /// that somebody knows, and is ready to wait for.
    ReadOptions withoutDerivationLimits() const;
};

/// Finds out what is in `bytes` by their content: PEM (several, with text around, indented, quoted, CRLF, byte order
/// mark, UTF-16), DER, bare base64, and reads it. Never throws for bad bytes: the error stands in the result, and a
/// file with nothing recognised in it has the error BadInput and no items. `file` is what messages and questions call
/// it.
Contents readContents(base::BytesView bytes, const PassphraseCallback& passphrases = noPassphrase,
                      const ReadOptions& options = {}, const std::string& file = {});

/// Reads a file and what is in it. Whatever the path is, it does not block: a directory, FIFO, socket or device is
/// refused. The errors are Io or NotFound then. The path is in the file system's encoding (UTF-8).
Contents readFile(const std::string& path, const PassphraseCallback& passphrases = noPassphrase,
                  const ReadOptions& options = {});

} // namespace certwright::formats
