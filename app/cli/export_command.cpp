#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/making_options.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"
#include "core/service/exporting.h"

#include <algorithm>
#include <memory>

namespace certwright::cli {

namespace {

struct ExportOptions {
    std::vector<std::string> ids;
    std::string target;
    std::string out;
    bool includesRoot = false;
    bool isLegacy = false;
    bool isForced = false;
    PassphraseOptions output = PassphraseOptions::forOutput();
    StoreOptions store;
};

std::string targetIds() {
    std::string ids;
    for (const pki::ExportTargetInfo& info : pki::exportTargets())
        ids += (ids.empty() ? "" : ", ") + std::string(info.id);
    return ids;
}

std::shared_ptr<const base::Secret> readPassphrase(const ExportOptions& options, const pki::ExportTargetInfo& info,
                                                   Console& console) {
    using Passphrase = pki::ExportTargetInfo::Passphrase;
    const bool isRequired = info.passphrase == Passphrase::Required;
    if (info.passphrase == Passphrase::None && options.output.isGiven())
        throw UsageError("--out-passphrase-file: nothing in a “" + options.target + "” export is encrypted");
    if (!isRequired && !options.output.isGiven())
        return nullptr;
    auto passphrase = options.output.readNew(console, "Passphrase for the exported file");
    if (!passphrase)
        throw base::Error(base::ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file",
                          "Give it by --out-passphrase-file");
    return std::make_shared<const base::Secret>(std::move(*passphrase));
}

int report(const service::ExportResult& result, const std::vector<pki::Problem>& problems, Console& console) {
    if (console.isJson()) {
        service::Json document;
        document["files"] = service::Json::array();
        for (const service::PlannedFile& file : result.files)
            document["files"].push_back({{"path", file.path.toStdString()},
                                         {"purpose", file.purpose.toStdString()},
                                         {"private", file.isPrivate},
                                         {"clear_key", file.hasClearKey}});
        document["snippet"] = result.snippet.toStdString();
        document["problems"] = problemsJson(problems);
        console.printJson(document);
        return exit_code::Done;
    }
    for (const service::PlannedFile& file : result.files)
        console.print("Wrote " + file.path.toStdString() + ": " + file.purpose.toStdString() +
                      (file.hasClearKey ? ", not encrypted" : ""));
    if (!result.snippet.isEmpty())
        console.print("\n" + result.snippet.trimmed().toStdString());
    return exit_code::Done;
}

int runExport(const ExportOptions& options, Console& console) {
    const pki::ExportTargetInfo* info = pki::findExportTarget(options.target);
    if (info == nullptr)
        throw UsageError("--target: there is no target “" + options.target + "”; there are: " + targetIds());
    const auto store = options.store.open();
    service::ExportOrder order;
    for (const std::string& id : options.ids)
        order.certificateIds.push_back(entryId(*store, store::EntryKind::Certificate, id));
    order.target = info->target;
    order.path = QString::fromStdString(options.out);
    order.options.includeRoot = options.includesRoot;
    if (options.isLegacy)
        order.options.strength = formats::Pkcs12Strength::Legacy;
    order.mayOverwrite = options.isForced;
    order.passphrase = readPassphrase(options, *info, console);
    const service::ExportPlan plan = service::planExport(*store, order, base::SystemClock().now());
    if (pki::hasErrors(plan.problems))
        return refuse(plan.problems, console);
    if (plan.needsKey)
        options.store.unlock(*store, console);
    const auto result = service::runExport(*store, order, console.jobControl("Exporting"));
    printProblems(plan.problems, console);
    return report(result, plan.problems, console);
}

} // namespace

void addExportCommand(CommandLine& line) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App& command = line.add("export", "Write certificates of the store for a destination");
    command.add_option("ID", options->ids, "Certificates, by name, number or SHA-256")->required();
    command.add_option("--target", options->target, "Destination: " + targetIds())->required();
    command.add_option("--out", options->out, "File, or for servers the folder")->required();
    command.add_flag("--include-root", options->includesRoot, "Put the root into the chain too");
    command.add_flag("--legacy", options->isLegacy, "PKCS#12 for old Windows, macOS and Java: 3DES, SHA-1");
    command.add_flag("--force", options->isForced, "Overwrite existing files");
    options->output.addTo(command);
    options->store.addTo(command);
    line.onRun(command, [options](Console& console) { return runExport(*options, console); });
}

} // namespace certwright::cli
