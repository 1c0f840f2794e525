#pragma once

#include "core/base/secret.h"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace certwright::cli {

/// The person at the terminal, whatever standard input and output are redirected to. Platform code.
namespace terminal {

/// True when there is a controlling terminal, and standard input or standard error is one.
bool isPresent() noexcept;
/// True when standard error is a terminal.
bool isErrorTerminal() noexcept;

/// True when standard output is a terminal.
bool isOutputTerminal() noexcept;

/// Asks without echo. Nothing when there is no terminal. @throws Error Cancelled when stopped or at the end of input
std::optional<base::Secret> askSecret(std::string_view question, const std::stop_token& stop);
/// Asks with echo. Nothing when there is no terminal. @throws Error Cancelled when stopped or at the end of input
std::optional<std::string> ask(std::string_view question, const std::stop_token& stop);

/// Turns the echo on again if a question turned it off; for a forced end of the program. Callable from any thread.
void restore() noexcept;

/// Waits until descriptor `fd` can be read without blocking. @throws Error Cancelled when stopped
void waitReadable(int fd, const std::stop_token& stop);

} // namespace terminal

} // namespace certwright::cli
