#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/entry_table.h"
#include "app/cli/exit_code.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/pkcs12_preset_options.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"
#include "core/service/entry_export.h"
#include "core/service/exporting.h"

#include <algorithm>
#include <memory>

namespace certwright::cli {

namespace {

struct ExportOptions {
    std::vector<std::string> ids;
    std::string kind;
    std::string target;
    std::string out;
    bool includesRoot = false;
    Pkcs12PresetOptions protection;
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

std::optional<store::EntryKind> kindOf(const ExportOptions& options) {
    if (options.kind.empty())
        return std::nullopt;
    const auto kind = entryKindOf(options.kind);
    if (!kind)
        throw UsageError("--kind: “" + options.kind + "” is not one of certificate, key, request, crl");
    return kind;
}

/// The entry to write when it is none of a certificate: of the kind that was asked for, else what a single word finds
/// where no certificate has that name. @throws Error NotFound
std::optional<store::FoundEntry> otherEntry(const store::Store& store, const ExportOptions& options) {
    const auto kind = kindOf(options);
    if (kind == store::EntryKind::Certificate || (!kind && options.ids.size() > 1))
        return std::nullopt;
    const std::string& word = options.ids.front();
    if (kind)
        return store::FoundEntry{*kind, entryId(store, *kind, word), {}};
    const auto found = store.findAll(QString::fromStdString(word));
    const bool hasCertificate = std::any_of(found.begin(), found.end(), [](const store::FoundEntry& entry) {
        return entry.kind == store::EntryKind::Certificate;
    });
    if (found.empty() || hasCertificate)
        return std::nullopt;
    if (found.size() > 1)
        throw base::Error(base::ErrorKind::NotAllowed, "“" + word + "” is the name of entries of several kinds",
                          "Say which is meant: --kind key, --kind request or --kind crl");
    return found.front();
}

int exportEntry(store::Store& store, const store::FoundEntry& entry, const ExportOptions& options, Console& console) {
    const bool isPem = options.target == "pem";
    const bool isKey = entry.kind == store::EntryKind::Key;
    if (options.ids.size() > 1)
        throw UsageError("One " + store::toString(entry.kind).toStdString() + " at a time goes into a file");
    if (!isPem && (isKey || options.target != "der"))
        throw UsageError("--target: a " + store::toString(entry.kind).toStdString() + " is written as " +
                         (isKey ? "pem" : "pem or der"));
    if (!isKey && options.output.isGiven())
        throw UsageError("--out-passphrase-file: nothing in it is encrypted");
    if (isKey && options.out == "-")
        throw UsageError("A private key is not written to standard output; give a file");
    service::EntryExportOrder order;
    order.kind = entry.kind;
    order.id = entry.id;
    order.path = QString::fromStdString(options.out);
    order.isDer = !isPem;
    order.mayOverwrite = options.isForced;
    if (options.out == "-") {
        console.printRaw(base::textOf(service::entryBytes(store, order)));
        return exit_code::Done;
    }
    OutputFiles(options.isForced).reserve(options.out);
    if (isKey) {
        auto passphrase = options.output.readNew(console, "Passphrase for the exported key");
        if (!passphrase)
            throw base::Error(base::ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the key",
                              "Give it by --out-passphrase-file");
        order.passphrase = std::make_shared<const base::Secret>(std::move(*passphrase));
        options.store.unlock(store, console);
    }
    service::ExportResult result;
    result.files.push_back(service::exportEntry(store, order));
    return report(result, {}, console);
}

int runExport(const ExportOptions& options, Console& console) {
    const pki::ExportTargetInfo* info = pki::findExportTarget(options.target);
    if (info == nullptr)
        throw UsageError("--target: there is no target “" + options.target + "”; there are: " + targetIds());
    const auto store = options.store.open();
    if (const auto other = otherEntry(*store, options))
        return exportEntry(*store, *other, options, console);
    service::ExportOrder order;
    for (const std::string& id : options.ids)
        order.certificateIds.push_back(entryId(*store, store::EntryKind::Certificate, id));
    order.target = info->target;
    order.path = QString::fromStdString(options.out);
    order.options.includeRoot = options.includesRoot;
    order.options.preset = options.protection.preset();
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
    CLI::App& command =
        line.add("export", "Write certificates of the store for a destination, or a request, key or list");
    command.add_option("ID", options->ids, "Certificates or another entry, by name, number or SHA-256")->required();
    command.add_option(
        "--kind", options->kind,
        "What ID is: certificate, key (encrypted PEM), request or crl (pem, der); found by the name alone");
    command.add_option("--target", options->target, "Destination: " + targetIds())->required();
    command.add_option("--out", options->out, "File, or for servers the folder")->required();
    command.add_flag("--include-root", options->includesRoot, "Put the root into the chain too");
    options->protection.addTo(command);
    command.add_flag("--force", options->isForced, "Overwrite existing files");
    options->output.addTo(command);
    options->store.addTo(command);
    line.onRun(command, [options](Console& console) { return runExport(*options, console); });
}

} // namespace certwright::cli
