#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <cstddef>
#include <string>

namespace certwright::formats {

/// The bytes of a regular file, without ever blocking. @throws Error NotFound when there is none, Io when it is a
/// directory, FIFO, socket or device, is not readable or larger than `maxSize`; each with a hint
base::Bytes readFileBytes(const std::string& path, std::size_t maxSize);

/// A passphrase file: its first line without LF or CRLF; an empty file is the empty passphrase. FIFOs are allowed here
/// (process substitution) and may block. @throws Error NotFound, Io
base::Secret readPassphraseFile(const std::string& path);

} // namespace certwright::formats
