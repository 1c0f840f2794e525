#include "app/cli/command_line.h"

#include "app/cli/exit_code.h"
#include "core/base/library.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>
#include <vector>

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

/// The arguments as CLI11 takes them, the last one first. "help show" is "show --help".
std::vector<std::string> reversedWords(int argc, char** argv) {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (!words.empty() && words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    std::reverse(words.begin(), words.end());
    return words;
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

/// How many characters must be put in, taken out or replaced to make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::vector<std::string> optionNames(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> commandNames(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(child->get_name());
    return names;
}

/// "Did you mean “list”?", else every one when they are to be listed; empty when there is nothing to say.
std::string nearWords(const std::string& word, const std::vector<std::string>& known, bool listsAll) {
    constexpr std::size_t most = 2;
    std::string near, all;
    for (const std::string& name : known) {
        const bool isStart = word.size() > most && name.starts_with(word);
        if (isStart || (word.size() > most && distance(word, name) <= most))
            near += (near.empty() ? "“" : ", “") + name + "”";
        all += (all.empty() ? "" : ", ") + name;
    }
    if (!near.empty())
        return "Did you mean " + near + "? ";
    return listsAll ? "There are: " + all + ". " : std::string();
}

struct UsageText {
    std::string message;
    std::string hint; ///< goes before the pointer to --help
};

/// What to say of a word that nothing takes: an unknown option, command or argument.
UsageText unknownWord(const std::string& word, const CLI::App& command) {
    if (word.size() > 1 && word.front() == '-') {
        const std::string name = word.substr(0, word.find('='));
        return {"There is no option “" + name + "”", nearWords(name, optionNames(command), false)};
    }
    const std::vector<std::string> commands = commandNames(command);
    if (commands.empty())
        return {"There is one argument too many: “" + word + "”", {}};
    return {"There is no command “" + fullName(command) + " " + word + "”", nearWords(word, commands, true)};
}

/// "--port: “x” is not a whole number", of "Could not convert: --port = x": all that is converted are numbers.
std::string conversionText(const std::string& detail) {
    constexpr std::string_view start = "Could not convert: ", between = " = ";
    const auto equals = detail.find(between);
    if (!detail.starts_with(start) || equals == std::string::npos)
        return "A value has the wrong form: " + detail;
    return detail.substr(start.size(), equals - start.size()) + ": “" + detail.substr(equals + between.size()) +
           "” is not a whole number that it takes";
}

/// Of "--out: 1 required TEXT missing" and "--out: At Most 1 required but received 2".
std::string mismatchText(const std::string& detail) {
    const std::string name = detail.substr(0, detail.find(": "));
    if (detail.find(" required but received ") != std::string::npos && detail.find("At Most") != std::string::npos)
        return name + " can be given once only";
    if (detail.find(" missing") != std::string::npos || detail.find("At least 1") != std::string::npos)
        return name + " needs a value";
    if (detail.find("disallowed flag override") != std::string::npos)
        return detail.substr(0, detail.find(" was ")) + " takes no value";
    return "An option lacks its value or has too many: " + detail;
}

/// Of "--days: Value 0 not in range 1 to 9", where the limits of all numbers stand for none, and "--to: x not in
/// {a,b}".
std::string validationText(const std::string& detail) {
    constexpr std::string_view value = ": Value ", range = " not in range ", set = " not in {";
    const auto start = detail.find(value);
    const auto limits = detail.find(range);
    if (start != std::string::npos && limits != std::string::npos) {
        // Older versions of CLI11 write "0 to 5", newer ones "[0 - 5]".
        std::string allowed = detail.substr(limits + range.size());
        std::erase_if(allowed, [](char c) { return c == '[' || c == ']'; });
        if (const auto dash = allowed.find(" - "); dash != std::string::npos)
            allowed.replace(dash, 3, " to ");
        const bool isOpen =
            allowed.find("17976931348623") != std::string::npos || allowed.find("1.79769e+308") != std::string::npos;
        allowed = isOpen ? "from 0 on" : "from " + allowed;
        return detail.substr(0, start) + ": “" + detail.substr(start + value.size(), limits - start - value.size()) +
               "” is not a number " + allowed;
    }
    const auto colon = detail.find(": "), list = detail.find(set);
    if (colon == std::string::npos || list == std::string::npos)
        return "A value does not fit: " + detail;
    std::string words;
    for (const char c : detail.substr(list + set.size(), detail.rfind('}') - list - set.size()))
        words += c == ',' ? std::string(", ") : std::string(1, c);
    return detail.substr(0, colon) + ": there is no “" + detail.substr(colon + 2, list - colon - 2) +
           "”; there are: " + words;
}

/// What is wrong with the arguments, in our words. `left` is what nothing took.
UsageText usageText(const CLI::ParseError& error, const CLI::App& command, const std::vector<std::string>& left) {
    const std::string detail = error.what();
    const bool isRequired = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    // A mistyped word leaves something missing as well: the word is the cause.
    if (!left.empty() && (isRequired || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr))
        return unknownWord(left.front(), command);
    if (isRequired) {
        if (detail.find("subcommand") != std::string::npos)
            return {command.get_parent() == nullptr ? "A command is missing" : "A subcommand is missing",
                    nearWords({}, commandNames(command), true)};
        const auto end = detail.find(" is required");
        return {"Something is missing: " + (end == std::string::npos ? detail : detail.substr(0, end)), {}};
    }
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
        return {conversionText(detail), {}};
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return {mismatchText(detail), {}};
    if (const auto excludes = detail.find(" excludes "); excludes != std::string::npos)
        return {detail.substr(0, excludes) + " does not go with " + detail.substr(excludes + 10), {}};
    if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
        return {validationText(detail), {}};
    return {"The arguments do not fit: " + detail, {}};
}

} // namespace

CommandLine::CommandLine()
    : m_app("Certificates, keys and TLS connections from the command line", "certwright-cli") {
    m_app.set_version_flag("--version", "certwright-cli " CERTWRIGHT_VERSION " with " + base::libraryVersion(),
                           "Show the versions of the program and of the library, and exit");
    m_app.set_help_flag("-h,--help", "Show this help and exit");
    m_app.add_flag("--json", m_isJson, "Print one JSON document and nothing else");
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
    family->add_flag("--json", m_isJson, "Print one JSON document and nothing else");
    family->require_subcommand(1);
    return *family;
}

void CommandLine::onRun(CLI::App& command, Action action) {
    // An option takes one value each time it is given; else one that may be repeated would take the files after it,
    // too.
    for (CLI::Option* option : command.get_options()) {
        if (option->nonpositional())
            option->allow_extra_args(false);
    }
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
        m_app.parse(reversedWords(argc, argv));
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        console.printRaw(m_app.help()); // that of the command called, with the names of those above it
    } catch (const CLI::CallForVersion& version) {
        if (console.isJson())
            console.printJson(
                {{"program", "certwright-cli"}, {"version", CERTWRIGHT_VERSION}, {"library", base::libraryVersion()}});
        else
            console.printRaw(std::string(version.what()) + "\n");
    } catch (const CLI::ParseError& error) {
        const CLI::App& command = calledCommand(m_app);
        const UsageText text = usageText(error, command, m_app.remaining(true));
        return fail(
            console,
            base::Error(base::ErrorKind::BadInput, text.message, text.hint + "See " + fullName(command) + " --help."),
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
        return fail(console,
                    base::Error(base::ErrorKind::BadInput, error.what(),
                                error.hint() +
                                    (error.hint().empty()         ? ""
                                     : error.hint().back() == '.' ? " "
                                                                  : ". ") +
                                    "See " + fullName(calledCommand(m_app)) + " --help."),
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
