#pragma once

#include "app/cli/console.h"
#include "app/cli/passphrase_options.h"
#include "core/base/bytes.h"
#include "core/formats/item.h"

#include <cstddef>
#include <stop_token>
#include <string>

namespace certwright::cli {

/// What is in a file, or in standard input for "-". Nothing is thrown for bad files: the error stands in the result.
/// @throws Error Cancelled; NotFound or Io for a passphrase file
formats::Contents readInput(const std::string& path, const PassphraseOptions& passphrases, Console& console);

/// The bytes of a file, or of standard input for "-". @throws Error NotFound, Io, Cancelled
base::Bytes readInputBytes(const std::string& path, Console& console);

/// All of standard input. @throws Error Io when it cannot be read or is larger than `maxSize`, Cancelled when stopped
base::Bytes readStandardInput(std::size_t maxSize, const std::stop_token& stop);

} // namespace certwright::cli
