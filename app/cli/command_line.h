#pragma once

#include "app/cli/console.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace certwright::cli {

/// The program's command line: CLI11's parser, the subcommands, and what one of them is to do once everything is
/// parsed.
///
/// A subcommand lives in a file of its own (show_command.cpp) with one public function, declared in commands.h:
///
///     void addShowCommand(CommandLine& line) {
///         auto options = std::make_shared<ShowOptions>();
///         CLI::App& command = line.add("show", "Show what is in files");
///         command.add_option("files", options->files)->required();
///         line.onRun(command, [options](Console& console) { return runShow(*options, console); });
///     }
class CommandLine {
public:
    /// Returns the exit code. What it throws is printed and turned into one; a base::Error becomes {"error": ...} with
    /// --json.
    using Action = std::function<int(Console&)>;

    CommandLine();

    /// A new subcommand of the program. It has --json already.
    CLI::App& add(const std::string& name, const std::string& description);
    /// A new subcommand of a subcommand ("store create"). It has --json already.
    CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description);
    /// The subcommand of this name, made when it is not there yet: for families in several files ("key").
    CLI::App& family(const std::string& name, const std::string& description);

    /// What to do when `command` was called. Its options are all there by then.
    void onRun(CLI::App& command, Action action);

    /// Parses and runs. Usage errors are printed (as JSON with --json) and give exit code 2. Never throws.
    int run(int argc, char** argv, std::stop_token stop);

private:
    /// The exit code when there is nothing to run.
    std::optional<int> parse(int argc, char** argv, Console& console);
    int runAction(Console& console);
    static int fail(Console& console, const base::Error& error, int code);

    CLI::App m_app;
    bool m_isJson = false;
    Action m_action;
};

/// To be thrown by an action for arguments that parse but make no sense together: exit code 2.
class UsageError : public std::runtime_error {
public:
    explicit UsageError(const std::string& message, std::string hint = {})
        : std::runtime_error(message)
        , m_hint(std::move(hint)) {}

    /// What to do about it, beside the pointer to --help; may be empty.
    const std::string& hint() const noexcept { return m_hint; }

private:
    std::string m_hint;
};

/// Runs `read` over an option's value; what it cannot read is a usage error that names the option.
template <class Function>
auto readOption(const std::string& option, Function read) {
    try {
        return read();
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::BadInput)
            throw;
        throw UsageError(option + ": " + error.message(), error.hint());
    }
}

} // namespace certwright::cli
