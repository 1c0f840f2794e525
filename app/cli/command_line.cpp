#include "app/cli/command_line.h"

#include "app/cli/exit_code.h"
#include "core/base/library.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace certwright::cli {

namespace {

/// Whether the arguments ask for JSON, looked up by hand because it must be known also when they do not parse.
bool asksForJson(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--") == 0)
            return false;
        if (std::strcmp(argv[i], "--json") == 0)
            return true;
    }
    return false;
}

/// The innermost subcommand that was recognised: the one whose help answers.
const CLI::App& calledCommand(const CLI::App& app) {
    const CLI::App* command = &app;
    for (auto called = command->get_subcommands(); !called.empty(); called = command->get_subcommands())
        command = called.front();
    return *command;
}

std::string fullName(const CLI::App& command) {
    std::string name = command.get_name();
    for (const CLI::App* parent = command.get_parent(); parent != nullptr; parent = parent->get_parent())
        name = parent->get_name() + " " + name;
    return name;
}

/// What is wrong with the arguments, in our words.
std::string usageMessage(const CLI::ParseError& error, const CLI::App& command) {
    const std::string detail = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        const auto colon = detail.rfind(": ");
        return "There is no such option or argument: " +
               (colon == std::string::npos ? detail : detail.substr(colon + 2));
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        if (detail.find("subcommand") != std::string::npos)
            return command.get_parent() == nullptr ? "A command is missing" : "A subcommand is missing";
        const auto end = detail.find(" is required");
        return "Something is missing: " + (end == std::string::npos ? detail : detail.substr(0, end));
    }
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
        return "A value has the wrong form: " + detail;
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return "An option lacks its value or has too many: " + detail;
    return "The arguments do not fit: " + detail;
}

} // namespace

CommandLine::CommandLine()
    : m_app("Certificates, keys and TLS connections from the command line", "certwright-cli") {
    m_app.set_version_flag("--version", "certwright-cli " CERTWRIGHT_VERSION " with " + base::libraryVersion(),
                           "Show the versions of the program and of the library, and exit");
    m_app.set_help_flag("-h,--help", "Show this help and exit");
    m_app.require_subcommand(1);
}

CLI::App& CommandLine::add(const std::string& name, const std::string& description) {
    return add(m_app, name, description);
}

CLI::App& CommandLine::add(CLI::App& parent, const std::string& name, const std::string& description) {
    CLI::App* command = parent.add_subcommand(name, description);
    command->set_help_flag("-h,--help", "Show this help and exit");
    command->add_flag("--json", m_isJson, "Print one JSON document and nothing else");
    return *command;
}

CLI::App& CommandLine::family(const std::string& name, const std::string& description) {
    for (CLI::App* existing : m_app.get_subcommands([](CLI::App*) { return true; })) {
        if (existing->get_name() == name)
            return *existing;
    }
    CLI::App* family = m_app.add_subcommand(name, description);
    family->set_help_flag("-h,--help", "Show this help and exit");
    family->require_subcommand(1);
    return *family;
}

void CommandLine::onRun(CLI::App& command, Action action) {
    command.callback([this, action = std::move(action)] { m_action = action; });
}

int CommandLine::run(int argc, char** argv, std::stop_token stop) {
    Console console(asksForJson(argc, argv), std::move(stop));
    try {
        if (const auto code = parse(argc, argv, console))
            return *code;
        return runAction(console);
    } catch (const base::Error& error) { // standard output is gone: only standard error is left
        console.printError(error);
        return exitCodeOf(error.kind());
    } catch (const std::exception& other) {
        console.note(std::string("certwright-cli: ") + other.what());
        return exit_code::Internal;
    }
}

std::optional<int> CommandLine::parse(int argc, char** argv, Console& console) {
    try {
        m_app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        console.printRaw(calledCommand(m_app).help());
    } catch (const CLI::CallForVersion& version) {
        console.printRaw(std::string(version.what()) + "\n");
    } catch (const CLI::ParseError& error) {
        const CLI::App& command = calledCommand(m_app);
        return fail(console,
                    base::Error(base::ErrorKind::BadInput, usageMessage(error, command),
                                "See " + fullName(command) + " --help."),
                    exit_code::Usage);
    }
    console.flush();
    return exit_code::Done;
}

int CommandLine::runAction(Console& console) {
    try {
        const int code = m_action(console);
        console.flush();
        return code;
    } catch (const UsageError& error) {
        return fail(
            console,
            base::Error(base::ErrorKind::BadInput, error.what(), "See " + fullName(calledCommand(m_app)) + " --help."),
            exit_code::Usage);
    } catch (const base::Error& error) {
        return fail(console, error, exitCodeOf(error.kind()));
    } catch (const std::exception& other) {
        return fail(console, base::Error(base::ErrorKind::Internal, other.what()), exit_code::Internal);
    }
}

int CommandLine::fail(Console& console, const base::Error& error, int code) {
    if (console.isJson()) {
        service::Json document;
        document["error"] = service::errorJson(error);
        console.printJson(document);
        console.flush();
    } else {
        console.printError(error);
    }
    return code;
}

} // namespace certwright::cli
