#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/item_text.h"
#include "app/cli/passphrase_options.h"
#include "core/service/facts_json.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace certwright::cli {

namespace {

struct ShowOptions {
    bool isForKeys = false; ///< key show
    std::vector<std::string> files;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

void printContents(const formats::Contents& contents, bool hasHeading, Console& console) {
    if (hasHeading)
        console.print("== " + contents.file);
    for (const formats::Item& item : contents.items)
        console.print(itemText(item));
    console.flush();
    for (const std::string& note : contents.notes)
        console.note(contents.file + ": " + note);
    if (contents.error)
        console.printError(*contents.error);
}

int runShow(const ShowOptions& options, Console& console) {
    checkInputs(options.files);
    int code = exit_code::Done;
    service::Json document;
    document["files"] = service::Json::array();
    for (const std::string& file : options.files) {
        formats::Contents contents = readInput(file, options.passphrases, console);
        if (options.isForKeys && !contents.error && !hasKey(contents)) {
            contents.items.clear();
            contents.error = base::Error(base::ErrorKind::BadInput, "There is no key in “" + file + "”",
                                         "certwright-cli show tells what is in it.")
                                 .withContext(file);
        }
        if (contents.error)
            code = std::max(code, exitCodeOf(contents.error->kind()));
        if (console.isJson())
            document["files"].push_back(service::factsJson(contents));
        else
            printContents(contents, options.files.size() > 1, console);
    }
    if (console.isJson())
        console.printJson(document);
    return code;
}

void addTo(CLI::App& command, bool isForKeys, CommandLine& line) {
    auto options = std::make_shared<ShowOptions>();
    options->isForKeys = isForKeys;
    command.add_option("FILE", options->files, "Files to read; - is standard input")->required();
    options->passphrases.addTo(command);
    line.onRun(command, [options](Console& console) { return runShow(*options, console); });
}

} // namespace

void addShowCommand(CommandLine& line) {
    addTo(line.add("show", "Show what is in files: certificates, keys, requests, PKCS#12 and more"), false, line);
}

void addKeyShowCommand(CommandLine& line) {
    addTo(line.add(line.family("key", "Make keys"), "show", "Show what keys are in files"), true, line);
}

} // namespace certwright::cli
