#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/store_options.h"
#include "core/service/importing.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace certwright::cli {

namespace {

struct ImportOptions {
    std::vector<std::string> files;
    std::string name;
    bool isDryRun = false;
    PassphraseOptions input = PassphraseOptions::forInput();
    StoreOptions store;
};

service::Json itemJson(const service::ImportItem& item) {
    service::Json out;
    out["file"] = item.file;
    out["kind"] = store::toString(item.kind).toStdString();
    out["state"] = service::toString(item.state).toStdString();
    out["name"] = item.name.toStdString();
    out["subject"] = item.subject.toStdString();
    out["sha256"] = item.sha256.toStdString();
    if (item.storedId != 0) {
        out["stored_id"] = item.storedId;
        out["stored_name"] = item.storedName.toStdString();
    }
    if (!item.problem.isEmpty())
        out["problem"] = item.problem.toStdString();
    return out;
}

/// Why a key stays closed, and by which option it opens.
std::string lockedText(const ImportOptions& options) {
    return options.input.isGiven() ? "wrong passphrase; give the right one by --in-passphrase-file"
                                   : "encrypted; give its passphrase by --in-passphrase-file";
}

void printItem(const service::ImportItem& item, const ImportOptions& options, Console& console) {
    std::string line = "  " + store::toString(item.kind).toStdString() + "  " + item.name.toStdString() + "  (" +
                       service::toString(item.state).toStdString();
    if (item.storedId != 0)
        line += " as " + item.storedName.toStdString();
    line += ")";
    if (item.state == service::ImportState::Locked)
        line += ": " + lockedText(options);
    else if (!item.problem.isEmpty())
        line += ": " + item.problem.toStdString();
    console.print(line);
}

/// The highest exit code among the files that could not be read, 0 when all could.
int codeOf(const service::ImportPreview& preview) {
    int code = exit_code::Done;
    for (const service::ImportProblem& problem : preview.problems)
        code = std::max(code, exitCodeOf(problem.error.kind()));
    if (preview.count(service::ImportState::Locked) > 0)
        code = std::max(code, exit_code::Passphrase);
    return code;
}

service::Json documentOf(const service::ImportPreview& preview) {
    service::Json document;
    document["items"] = service::Json::array();
    for (const service::ImportItem& item : preview.items)
        document["items"].push_back(itemJson(item));
    document["files"] = service::Json::array();
    for (const service::ImportProblem& problem : preview.problems)
        document["files"].push_back({{"file", problem.file}, {"error", service::errorJson(problem.error)}});
    document["not_kept"] = service::Json::array();
    for (const QString& text : preview.notKept)
        document["not_kept"].push_back(text.toStdString());
    return document;
}

void addResult(service::Json& document, const service::ImportResult& result) {
    document["added"] = service::Json::array();
    for (const service::ImportedEntry& entry : result.added)
        document["added"].push_back({{"kind", store::toString(entry.kind).toStdString()},
                                     {"id", entry.id},
                                     {"name", entry.name.toStdString()}});
    document["present"] = result.present;
    document["linked"] = result.linked;
}

void printPreview(const service::ImportPreview& preview, const ImportOptions& options, Console& console) {
    for (const service::ImportItem& item : preview.items)
        printItem(item, options, console);
    console.flush();
    for (const QString& text : preview.notKept)
        console.note("Not kept: " + text.toStdString());
    for (const service::ImportProblem& problem : preview.problems)
        console.printError(problem.error.withContext(problem.file));
}

/// The name that was given goes to the one certificate of the import, else to its first new item.
void applyName(service::ImportSelection& selection, const std::string& name) {
    if (name.empty() || selection.items.empty())
        return;
    const auto leaf = std::find_if(selection.items.begin(), selection.items.end(), [](const service::ImportItem& item) {
        return item.kind == store::EntryKind::Certificate && !item.isCa;
    });
    auto& chosen = leaf == selection.items.end() ? selection.items.front() : *leaf;
    chosen.name = QString::fromStdString(name);
}

int runImport(const ImportOptions& options, Console& console) {
    const auto store = options.store.open(options.isDryRun ? store::OpenMode::ReadOnly : store::OpenMode::ReadWrite);
    std::vector<formats::Contents> contents;
    for (const std::string& file : options.files)
        contents.push_back(readInput(file, options.input, console));
    const auto control = console.jobControl("Importing");
    const service::ImportPreview preview = service::previewImport(contents, store.get(), control);
    service::ImportSelection selection = service::selectNew(preview);
    applyName(selection, options.name);
    service::Json document = documentOf(preview);
    if (!console.isJson())
        printPreview(preview, options, console);
    if (!options.isDryRun) {
        const bool hasKeys = std::any_of(selection.items.begin(), selection.items.end(),
                                         [](const auto& item) { return item.kind == store::EntryKind::Key; });
        if (hasKeys)
            options.store.unlock(*store, console);
        const service::ImportResult result = service::importItems(*store, selection, control);
        addResult(document, result);
        if (!console.isJson())
            console.print("Imported " + std::to_string(result.added.size()) + ", already there " +
                          std::to_string(preview.count(service::ImportState::Present) + result.present) + ".");
    }
    if (console.isJson())
        console.printJson(document);
    return codeOf(preview);
}

} // namespace

void addImportCommand(CommandLine& line) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App& command = line.add("import", "Import certificates, keys, requests and revocation lists into a store");
    command.add_option("FILE", options->files, "Files to read; - is standard input")->required();
    command.add_option("--name", options->name, "Name for the certificate");
    command.add_flag("--dry-run", options->isDryRun, "Show what would be imported, and change nothing");
    options->input.addTo(command);
    options->store.addTo(command);
    line.onRun(command, [options](Console& console) { return runImport(*options, console); });
}

} // namespace certwright::cli
