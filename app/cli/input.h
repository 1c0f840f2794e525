#pragma once

#include "app/cli/console.h"
#include "app/cli/passphrase_options.h"
#include "core/base/bytes.h"
#include "core/formats/item.h"

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace certwright::cli {

/// What is in a file, or in standard input for "-"; pipes of the shell are read too. Nothing is thrown for bad files:
/// the error stands in the result.
/// @throws Error Cancelled; NotFound or Io for a passphrase file
formats::Contents readInput(const std::string& path, const PassphraseOptions& passphrases, Console& console);

/// @throws UsageError when standard input is asked for twice
void checkInputs(const std::vector<std::string>& paths);

/// Whether there is a private or a public key, locked or not.
bool hasKey(const formats::Contents& contents);

/// The bytes of a file or pipe, or of standard input for "-". @throws Error NotFound, Io, Cancelled
base::Bytes readInputBytes(const std::string& path, const Console& console);

/// Says that nothing came by standard input. @throws Error BadInput
[[noreturn]] void throwEmptyInput();

/// All of standard input. @throws Error Io when it cannot be read or is larger than `maxSize`, Cancelled when stopped
base::Bytes readStandardInput(std::size_t maxSize, const std::stop_token& stop);

} // namespace certwright::cli
