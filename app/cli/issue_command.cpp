#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"
#include "core/service/batch_issuing.h"

#include <memory>

namespace certwright::cli {

namespace {

struct IssueOptions {
    KeyOptions key;
    ContentOptions content;
    KeyFileOptions keyFile;
    StoreOptions store;
    PassphraseOptions input = PassphraseOptions::forInput();
    std::string request;
    std::string ca;
    std::string caCertificate;
    std::string caKey;
    bool isSelfSigned = false;
    std::string takeFromRequest = "san";
    int days = 0;
    std::string notBefore;
    std::string notAfter;
    std::string serial;
    std::string out;
    std::string keyOut;
    std::string name;
    std::string batch;
    bool hasChain = false;
    bool isForced = false;
};

base::Time parseTime(const char* option, const std::string& text) {
    auto time = base::parseRfc3339(text);
    if (!time)
        time = base::parseAsn1Time(text);
    if (!time)
        throw UsageError(std::string(option) + ": “" + text +
                         "” is no time; write 2027-06-12T11:54:59Z or 20270612115459Z");
    return *time;
}

/// Options that say of one certificate what a batch says of each in its table.
void checkBatch(const IssueOptions& options) {
    if (!options.request.empty() || !options.keyOut.empty() || !options.name.empty() || !options.serial.empty())
        throw UsageError("--request, --key-out, --name and --serial do not go with --batch");
    if (options.out == "-")
        throw UsageError("--out is a folder with --batch");
}

/// What would have no effect: the store's options without one, a cipher for a file that is not written.
void checkUnused(const IssueOptions& options) {
    const bool hasStore = options.store.isGiven() || !options.ca.empty();
    options.store.checkUsed(hasStore);
    options.keyFile.checkUsed(!options.keyOut.empty() || (!options.batch.empty() && !options.out.empty()), "--key-out");
    if (!options.name.empty() && !hasStore)
        throw UsageError("--name is the name in a store: give --store");
}

void checkTargets(const IssueOptions& options) {
    const bool isBatch = !options.batch.empty();
    if (isBatch)
        checkBatch(options);
    else
        options.content.requireProfile();
    if (options.out.empty() && !options.store.isGiven())
        throw UsageError("Give --out, --store, or both");
    if (options.key.isNew() && options.keyOut.empty() && !options.store.isGiven() && !isBatch)
        throw UsageError("The new key would be lost: give --key-out or --store");
    if (!options.key.isNew() && !options.keyOut.empty())
        throw UsageError("--key-out goes with --new-key");
    const int issuers =
        (options.ca.empty() ? 0 : 1) + (options.caCertificate.empty() ? 0 : 1) + (options.isSelfSigned ? 1 : 0);
    if (issuers != 1)
        throw UsageError("Give one of --ca, --ca-cert with --ca-key, and --self-signed");
    if (options.caCertificate.empty() != options.caKey.empty())
        throw UsageError("--ca-cert and --ca-key belong together");
    if (options.request.empty() && !options.key.isGiven())
        throw UsageError("Give one of --request, --key, --store-key and --new-key");
    if (!options.request.empty() && options.key.isGiven())
        throw UsageError("--request brings its own key: --key, --store-key and --new-key do not go with it");
    if (!options.notAfter.empty() && options.days != 0)
        throw UsageError("Give one of --days and --not-after");
}

void setValidity(const IssueOptions& options, pki::IssueChoices& choices) {
    if (options.days != 0)
        choices.lifetime = pki::Lifetime{options.days, pki::Lifetime::Unit::Days};
    if (!options.notBefore.empty())
        choices.notBefore = parseTime("--not-before", options.notBefore);
    if (!options.notAfter.empty())
        choices.notAfter = parseTime("--not-after", options.notAfter);
}

pki::IssueChoices readChoices(const IssueOptions& options, Console& console) {
    pki::IssueChoices choices = options.content.choices();
    choices.product = options.isSelfSigned ? pki::Product::SelfSignedCertificate : pki::Product::IssuedCertificate;
    if (!options.request.empty())
        choices.request = readRequest(options.request, console, options.input);
    if (options.takeFromRequest == "all")
        choices.takeFromRequest = pki::TakeFromRequest::All;
    else if (options.takeFromRequest == "none")
        choices.takeFromRequest = pki::TakeFromRequest::None;
    else if (options.takeFromRequest != "san")
        throw UsageError("--take-from-request: there are all, san and none");
    setValidity(options, choices);
    if (!options.serial.empty()) {
        try {
            choices.serial = x509::Serial::parse(options.serial);
        } catch (const base::Error& error) {
            throw UsageError("--serial: " + error.message());
        }
    }
    return choices;
}

/// The CA out of files: the certificate whose key is given, and those above it.
service::FileCa readCa(const IssueOptions& options, Console& console) {
    auto certificates = readCertificates(options.caCertificate, console, options.input);
    crypto::PrivateKey key = readPrivateKey(options.caKey, console, options.input);
    auto own = std::find_if(certificates.begin(), certificates.end(), [&key](const x509::Certificate& certificate) {
        return certificate.publicKey() == key.publicKey();
    });
    if (own == certificates.end())
        throw base::Error(base::ErrorKind::NotAllowed,
                          options.caKey + " is not the key of the certificate in " + options.caCertificate,
                          "Give the key that belongs to the CA's certificate");
    service::FileCa ca{*own, std::move(key), {}};
    certificates.erase(own);
    const x509::Certificate* last = &ca.certificate;
    ca.issuers.reserve(certificates.size());
    while (!last->isSelfSigned()) {
        const auto above = std::find_if(certificates.begin(), certificates.end(),
                                        [last](const x509::Certificate& c) { return last->isIssuedBy(c); });
        if (above == certificates.end())
            break;
        ca.issuers.push_back(*above);
        certificates.erase(above);
        last = &ca.issuers.back();
    }
    return ca;
}

service::IssueRequest readRequestToIssue(const IssueOptions& options, store::Store* store, Console& console) {
    service::IssueRequest request;
    request.choices = readChoices(options, console);
    request.key = options.request.empty()
                      ? options.key.source(store, console, options.input, request.choices.profile.keyType)
                      : service::KeySource(service::RequestKey{});
    if (!options.ca.empty())
        request.ca = service::StoredCa{entryId(*store, store::EntryKind::Certificate, options.ca)};
    else if (!options.caCertificate.empty())
        request.ca = readCa(options, console);
    request.isKept = store != nullptr;
    request.name = QString::fromStdString(options.name);
    return request;
}

std::string pemOf(const service::IssueResult& result, bool hasChain) {
    std::string pem = result.certificate.toPem();
    if (!hasChain)
        return pem;
    for (const x509::Certificate& issuer : result.issuers) {
        if (!issuer.isSelfSigned())
            pem += issuer.toPem();
    }
    return pem;
}

int report(const service::IssueResult& result, const OutputFiles& files, store::Store* store, Console& console) {
    const QString name = store != nullptr ? store->certificate(result.certificateId)->name : QString();
    if (console.isJson()) {
        service::Json document;
        document["certificate"] = service::factsJson(result.certificate);
        files.describe(document);
        if (store != nullptr)
            document["store"] = {{"id", result.certificateId}, {"name", name.toStdString()}, {"key_id", result.keyId}};
        document["problems"] = problemsJson(result.remarks);
        console.printJson(document);
        return exit_code::Done;
    }
    console.print("Issued " + result.certificate.subject().toRfc2253());
    console.print("Serial " + result.certificate.serial() + ", valid until " +
                  base::toRfc3339(result.certificate.notAfter().value_or(base::Time())));
    console.print("SHA-256 " + result.certificate.sha256());
    files.print(console);
    if (store != nullptr)
        console.print("Kept in the store as " + name.toStdString());
    return exit_code::Done;
}

/// The rows of the table, each with what the options say of all.
std::vector<service::BatchRow> readRows(const IssueOptions& options, store::Store* store, Console& console) {
    const service::IssueRequest common = readRequestToIssue(options, store, console);
    std::vector<service::BatchRow> rows;
    try {
        rows = service::readBatch(readInputBytes(options.batch, console), common);
    } catch (const base::Error& error) {
        throw error.withContext(options.batch);
    }
    for (service::BatchRow& row : rows) {
        // "auto" is what the purpose of the row makes of it.
        if (options.key.isNew())
            row.request.key = options.key.source(store, console, options.input, row.request.choices.profile.keyType);
    }
    return rows;
}

std::string batchFile(const IssueOptions& options, const service::BatchRow& row, const char* suffix) {
    return options.out + "/" + row.fileName.toStdString() + suffix;
}

/// The files of a batch: FILE.pem, and FILE.key where a key was made that no store keeps.
void addBatchFiles(const IssueOptions& options, const service::BatchRow& row, const service::IssueResult& result,
                   const std::optional<base::Secret>& passphrase, OutputFiles& files) {
    service::ExpectedContents expected{{result.certificate}, {}, options.hasChain};
    expected.certificates.insert(expected.certificates.end(), result.issuers.begin(), result.issuers.end());
    files.addText(batchFile(options, row, ".pem"), pemOf(result, options.hasChain), "certificate", expected);
    if (result.newKey && result.keyId == 0)
        files.addKey(batchFile(options, row, ".key"), *result.newKey, passphrase, options.keyFile.encryption());
}

int reportBatch(const std::vector<service::IssueResult>& results, const OutputFiles& files, Console& console) {
    if (console.isJson()) {
        service::Json document;
        document["certificates"] = service::Json::array();
        for (const service::IssueResult& result : results)
            document["certificates"].push_back({{"certificate", service::factsJson(result.certificate)},
                                                {"id", result.certificateId},
                                                {"problems", problemsJson(result.remarks)}});
        document["files"] = files.paths();
        console.printJson(document);
        return exit_code::Done;
    }
    for (const service::IssueResult& result : results) {
        console.print("Issued " + result.certificate.subject().toRfc2253() + ", serial " + result.certificate.serial());
        printProblems(result.remarks, console);
    }
    console.print(std::to_string(results.size()) + " certificates issued, " + std::to_string(files.paths().size()) +
                  " files written");
    return exit_code::Done;
}

int runBatch(const IssueOptions& options, Console& console) {
    std::unique_ptr<store::Store> store;
    if (options.store.isGiven() || !options.ca.empty())
        store = options.store.open();
    const std::vector<service::BatchRow> rows = readRows(options, store.get(), console);
    OutputFiles files(options.isForced);
    std::optional<base::Secret> passphrase;
    if (!options.out.empty()) {
        for (const service::BatchRow& row : rows) {
            files.reserve(batchFile(options, row, ".pem"));
            files.reserve(batchFile(options, row, ".key"));
        }
        passphrase = options.keyFile.passphrase(console);
    }
    if (store)
        options.store.unlock(*store, console);
    const auto results = service::issueBatch(store.get(), rows, console.jobControl("Issuing"));
    if (!options.out.empty()) {
        files.makeFolder(options.out);
        for (std::size_t i = 0; i < rows.size(); ++i)
            addBatchFiles(options, rows[i], results[i], passphrase, files);
        files.commit(console);
    }
    return reportBatch(results, files, console);
}

int runIssue(const IssueOptions& options, Console& console) {
    checkTargets(options);
    checkUnused(options);
    if (!options.batch.empty())
        return runBatch(options, console);
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    files.reserve(options.keyOut);
    std::unique_ptr<store::Store> store;
    if (options.store.isGiven() || !options.ca.empty())
        store = options.store.open();

    const service::IssueRequest request = readRequestToIssue(options, store.get(), console);
    const pki::IssuePlan plan = service::previewIssue(store.get(), request);
    if (!plan.isAllowed())
        return refuse(plan.problems, console);
    std::optional<base::Secret> passphrase;
    if (!options.keyOut.empty())
        passphrase = options.keyFile.passphrase(console);
    if (store)
        options.store.unlock(*store, console);

    const auto result = service::issue(store.get(), request, console.jobControl("Issuing"));
    if (!options.out.empty()) {
        service::ExpectedContents expected{{result.certificate}, {}, options.hasChain};
        expected.certificates.insert(expected.certificates.end(), result.issuers.begin(), result.issuers.end());
        files.addText(options.out, pemOf(result, options.hasChain), "certificate", expected);
    }
    if (!options.keyOut.empty())
        files.addKey(options.keyOut, result.newKey.value(), passphrase, options.keyFile.encryption());
    files.commit(console);
    printProblems(result.remarks, console);
    if (options.out == "-" && !console.isJson())
        return exit_code::Done;
    return report(result, files, store.get(), console);
}

void addIssuerOptions(CLI::App& command, IssueOptions& options) {
    command.add_option("--request", options.request, "File with the request to sign");
    command.add_option("--ca", options.ca, "CA of the store that signs, by name, number or SHA-256");
    command.add_option("--ca-cert", options.caCertificate, "File with the CA's certificate, and those above it");
    command.add_option("--ca-key", options.caKey, "File with the CA's private key");
    command.add_flag("--self-signed", options.isSelfSigned, "The certificate signs itself");
    command.add_option("--take-from-request", options.takeFromRequest,
                       "Extensions taken from the request: all, san or none (default: san)");
}

} // namespace

void addIssueCommand(CommandLine& line) {
    auto options = std::make_shared<IssueOptions>();
    CLI::App& command = line.add("issue", "Issue a certificate: sign a request or a key, or make a CA");
    addIssuerOptions(command, *options);
    options->key.addTo(command);
    options->content.addTo(command);
    command.add_option("--days", options->days, "Days of validity (default: the profile's)")
        ->check(CLI::Range(1, 3'000'000));
    command.add_option("--not-before", options->notBefore, "First second of validity (default: 5 minutes ago)");
    command.add_option("--not-after", options->notAfter, "Last second of validity");
    command.add_option("--serial", options->serial, "Serial number, hexadecimal (default: 128 random bits)");
    command.add_option("--out", options->out, "File for the certificate (PEM), - is standard output");
    command.add_option("--key-out", options->keyOut, "File for the new key (PKCS#8 PEM, mode 0600)");
    command.add_option("--batch", options->batch,
                       "Table (CSV) with a certificate a row; its first row names the columns: subject, san, profile, "
                       "days, not_after, name, file. All are issued, or none; --out is the folder of their files");
    command.add_flag("--with-chain", options->hasChain, "Write the intermediate certificates too");
    command.add_option("--name", options->name, "Its name in the store");
    command.add_flag("--force", options->isForced, "Overwrite existing files");
    options->keyFile.addTo(command);
    options->input.addTo(command);
    options->store.addTo(command);
    line.onRun(command, [options](Console& console) { return runIssue(*options, console); });
}

} // namespace certwright::cli
