#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/signature_report.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"

#include <memory>

namespace certwright::cli {

namespace {

struct CreateOptions {
    KeyOptions key;
    ContentOptions content;
    KeyFileOptions keyFile;
    StoreOptions store;
    PassphraseOptions input = PassphraseOptions::forInput();
    std::string challenge;
    std::string out;
    std::string keyOut;
    std::string name;
    bool isForced = false;
};

void checkTargets(const CreateOptions& options) {
    options.keyFile.checkUsed(!options.keyOut.empty(), "--key-out");
    options.store.checkUsed(options.store.isGiven());
    if (!options.name.empty() && !options.store.isGiven())
        throw UsageError("--name is the name in a store: give --store");
    if (options.out.empty() && !options.store.isGiven())
        throw UsageError("Give --out, --store, or both");
    if (options.key.isNew() && options.keyOut.empty() && !options.store.isGiven())
        throw UsageError("The new key would be lost: give --key-out or --store");
    if (!options.key.isNew() && !options.keyOut.empty())
        throw UsageError("--key-out goes with --new-key");
}

int report(const service::RequestResult& result, const OutputFiles& files, store::Store* store, Console& console) {
    printProblems(result.remarks, console);
    const QString name = store != nullptr ? store->request(result.requestId)->name : QString();
    if (console.isJson()) {
        service::Json document;
        document["request"] = service::factsJson(result.request);
        files.describe(document);
        if (store != nullptr)
            document["store"] = {{"id", result.requestId}, {"name", name.toStdString()}, {"key_id", result.keyId}};
        document["problems"] = problemsJson(result.remarks);
        console.printJson(document);
        return exit_code::Done;
    }
    console.print("Made a request for " + result.request.subject().toRfc2253());
    files.print(console);
    if (store != nullptr)
        console.print("Kept in the store as " + name.toStdString());
    return exit_code::Done;
}

int runCreate(const CreateOptions& options, Console& console) {
    checkTargets(options);
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    files.reserve(options.keyOut);
    std::unique_ptr<store::Store> store;
    if (options.store.isGiven())
        store = options.store.open();

    service::RequestOrder order;
    order.choices = options.content.choices();
    order.choices.product = pki::Product::Request;
    order.key = options.key.source(store.get(), console, options.input, order.choices.profile.keyType);
    order.challenge = QString::fromStdString(options.challenge);
    order.name = QString::fromStdString(options.name);
    const auto plan = service::previewRequest(store.get(), order);
    if (!plan.isAllowed())
        return refuse(plan.problems, console);
    std::optional<base::Secret> passphrase;
    if (!options.keyOut.empty())
        passphrase = options.keyFile.passphrase(console);
    if (store)
        options.store.unlock(*store, console);

    const auto result = service::createRequest(store.get(), order, console.jobControl("Making the request"));
    if (!options.out.empty())
        files.addText(options.out, result.request.toPem(), "certificate request");
    if (!options.keyOut.empty())
        files.addKey(options.keyOut, result.newKey.value(), passphrase, options.keyFile.encryption());
    files.commit(console);
    if (options.out == "-" && !console.isJson()) {
        printProblems(result.remarks, console);
        return exit_code::Done;
    }
    return report(result, files, store.get(), console);
}

struct VerifyOptions {
    std::vector<std::string> files;
};

int runVerify(const VerifyOptions& options, Console& console) {
    const auto check = [&console](const std::string& file) {
        const formats::Contents contents = readInput(file, PassphraseOptions::forInput(), console);
        SignatureReports found = reportsOn(contents);
        for (const formats::Item* item : formats::flatten(contents)) {
            if (const auto* request = item->as<x509::Request>())
                found.signatures.push_back({request->isSignatureValid(), request->signatureAlgorithm(), "request",
                                            service::factsJson(*request)});
        }
        if (found.signatures.empty())
            throwMissing(contents, file, "certificate request");
        return found;
    };
    return reportSignatures(options.files, check, console);
}

} // namespace

void addRequestCommands(CommandLine& line) {
    CLI::App& family = line.family("request", "Make and check certificate requests");
    auto options = std::make_shared<CreateOptions>();
    CLI::App& create = line.add(family, "create", "Make a certificate request (PKCS#10)");
    options->key.addTo(create);
    options->content.addTo(create);
    create.add_option("--challenge", options->challenge, "Challenge password (PKCS#9), readable in the request");
    create.add_option("--out", options->out, "File for the request (PEM), - is standard output");
    create.add_option("--key-out", options->keyOut, "File for the new key (PKCS#8 PEM, mode 0600)");
    create.add_option("--name", options->name, "Its name in the store");
    create.add_flag("--force", options->isForced, "Overwrite existing files");
    options->keyFile.addTo(create);
    options->input.addTo(create);
    options->store.addTo(create);
    line.onRun(create, [options](Console& console) { return runCreate(*options, console); });

    auto verifyOptions = std::make_shared<VerifyOptions>();
    CLI::App& verify = line.add(family, "verify", "Check that who made a request holds its key");
    verify.add_option("FILE", verifyOptions->files, "Requests; - is standard input")->required();
    line.onRun(verify, [verifyOptions](Console& console) { return runVerify(*verifyOptions, console); });
}

} // namespace certwright::cli
