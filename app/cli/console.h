#pragma once

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/base/secret.h"
#include "core/service/facts_json.h"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace certwright::cli {

/// What a subcommand talks to: standard output, standard error, the terminal, and whether the user pressed Ctrl-C. Used
/// by the main thread only, but for stopToken().
class Console {
public:
    explicit Console(bool isJson, std::stop_token stop = {});

    /// True with --json: standard output carries one JSON document and nothing else.
    bool isJson() const noexcept { return m_isJson; }

    /// The JSON document; to be called once, with --json only.
    void printJson(const service::Json& document);
    /// A line for people on standard output; not with --json. Control and bidirectional characters of data are made
    /// visible. @throws Error Io when standard output is closed or full
    void print(std::string_view line);
    /// Bytes as they are on standard output (PEM). @throws Error Io
    void printRaw(std::string_view bytes);
    /// Bytes of whatever kind, as printRaw(). What is no text is refused on a terminal unless `isForced`. @throws Error
    /// NotAllowed, Io
    void printContent(std::string_view bytes, bool isForced);
    /// Sends out what was printed. @throws Error Io
    void flush();
    /// A remark on standard error, also with --json.
    void note(std::string_view line);
    /// An error for people on standard error: message, hint, file.
    void printError(const base::Error& error);

    /// True when a person can be asked: there is a controlling terminal.
    bool canAsk() const noexcept;
    /// Asks on the terminal without echo. Nothing when there is no terminal. @throws Error Cancelled on Ctrl-C, Ctrl-D
    std::optional<base::Secret> askPassphrase(std::string_view question);
    /// Asks on the terminal, with echo. Nothing when there is no terminal. @throws Error Cancelled on Ctrl-C, Ctrl-D
    std::optional<std::string> ask(std::string_view question);

    /// Stopped by Ctrl-C.
    const std::stop_token& stopToken() const noexcept { return m_stop; }
    /// Stops on Ctrl-C; shows progress under `label` on standard error when that is a terminal.
    base::JobControl jobControl(std::string label);

private:
    bool m_isJson = false;
    std::stop_token m_stop;
};

/// Text with control characters, bidirectional overrides and what is not UTF-8 replaced by visible escapes ("\u202e").
std::string visibleText(std::string_view text);

} // namespace certwright::cli
