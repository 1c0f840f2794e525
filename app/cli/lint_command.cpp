#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"
#include "core/crypto/key_weakness.h"
#include "core/pki/lint.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;
using pki::LintFinding;

namespace {

struct LintArguments {
    std::vector<std::string> files;
    std::vector<std::string> rulesets;
    bool isPublic = false;
    bool isPrivate = false;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
    StoreOptions store;
};

/// A certificate out of one of the files or of the store, and what was found about it.
struct Subject {
    std::string file; ///< or the store's
    std::string name; ///< for people
    std::optional<x509::Certificate> certificate;
    crypto::PublicKey key;
    std::vector<LintFinding> findings;
};

pki::LintOptions optionsOf(const LintArguments& arguments) {
    if (arguments.isPublic && arguments.isPrivate)
        throw UsageError("Give --public or --private, not both");
    pki::LintOptions options;
    for (const std::string& word : arguments.rulesets)
        options.rulesets.push_back(*pki::findRuleset(word));
    if (arguments.isPublic || arguments.isPrivate)
        options.isPublicIssuer = arguments.isPublic;
    return options;
}

bool hasRuleset(const pki::LintOptions& options, pki::Ruleset ruleset) {
    return options.rulesets.empty() ||
           std::find(options.rulesets.begin(), options.rulesets.end(), ruleset) != options.rulesets.end();
}

/// The certificates of a file, and the error of what else is in it, which is thrown when there is none.
std::optional<Error> readSubjects(const std::string& file, const LintArguments& arguments, Console& console,
                                  std::vector<Subject>& subjects) {
    const formats::Contents contents = readInput(file, arguments.passphrases, console);
    const std::size_t before = subjects.size();
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* certificate = item->as<x509::Certificate>())
            subjects.push_back({file, certificate->subject().toRfc2253(), *certificate, certificate->publicKey(), {}});
    }
    if (contents.error && subjects.size() == before)
        throw Error(*contents.error).withContext(file);
    if (contents.error)
        console.printError(*contents.error);
    if (subjects.size() == before)
        throw Error(ErrorKind::BadInput, "There is no certificate in it", "See what it holds with certwright-cli show.")
            .withContext(file);
    return contents.error;
}

/// All certificates of the store.
void readStore(const StoreOptions& options, Console& console, std::vector<Subject>& subjects) {
    const auto store = options.open(store::OpenMode::ReadOnly);
    const std::string file = store->path().toStdString();
    const base::JobControl control = console.jobControl("Reading the store");
    for (const store::CertificateRow& row : store->certificates()) {
        control.throwIfStopped();
        const x509::Certificate certificate = store->certificateObject(row.id);
        subjects.push_back({file, certificate.subject().toRfc2253(), certificate, certificate.publicKey(), {}});
    }
}

/// What only shows when many keys are looked at together.
void findSharedPrimes(std::vector<Subject>& subjects, Console& console) {
    std::vector<base::Bytes> moduli;
    for (const Subject& subject : subjects) {
        const auto numbers = crypto::rsaNumbers(subject.key.spkiDer());
        moduli.push_back(numbers ? numbers->modulus : base::Bytes());
    }
    for (const crypto::SharedPrime& found : crypto::sharedPrimes(moduli, console.jobControl("Comparing keys"))) {
        LintFinding finding;
        finding.id = "rsa-shared-prime";
        finding.where = "subjectPublicKeyInfo";
        const Subject& other = subjects[found.others.front()];
        finding.message = "The key has a prime in common with that of “" + other.name + "” (" + other.file +
                          "): both private keys can be calculated by anybody. Make new keys with a sound random "
                          "number generator, and revoke these.";
        finding.reference = "Heninger et al., Mining Your Ps and Qs, 2012";
        finding.ruleset = pki::Ruleset::KeyStrength;
        auto& findings = subjects[found.index].findings;
        findings.insert(findings.begin(), std::move(finding));
    }
}

service::Json findingJson(const LintFinding& finding) {
    return {{"id", finding.id},
            {"severity", x509::toString(finding.severity)},
            {"where", finding.where},
            {"message", finding.message},
            {"reference", finding.reference},
            {"ruleset", pki::toString(finding.ruleset)}};
}

service::Json documentOf(const std::vector<Subject>& subjects) {
    service::Json document;
    document["findings"] = service::Json::array();
    document["subjects"] = service::Json::array();
    for (const Subject& subject : subjects) {
        service::Json one{{"file", subject.file}, {"subject", subject.name}, {"sha256", subject.certificate->sha256()}};
        one["findings"] = service::Json::array();
        for (const LintFinding& finding : subject.findings) {
            one["findings"].push_back(findingJson(finding));
            service::Json flat = findingJson(finding);
            flat["file"] = subject.file;
            flat["subject"] = subject.name;
            document["findings"].push_back(std::move(flat));
        }
        document["subjects"].push_back(std::move(one));
    }
    return document;
}

void printSubject(const Subject& subject, bool hasHeading, Console& console) {
    if (hasHeading)
        console.print("== " + subject.file + ": " + visibleText(subject.name));
    for (const LintFinding& finding : subject.findings) {
        console.print(std::string(x509::toString(finding.severity)) + " " + finding.id + " (" + finding.where + ", " +
                      finding.reference + ")");
        console.print("    " + visibleText(finding.message));
    }
    if (subject.findings.empty())
        console.print("Nothing found.");
}

int runLint(const LintArguments& arguments, Console& console) {
    const pki::LintOptions options = optionsOf(arguments);
    if (arguments.files.empty() && !arguments.store.isGiven())
        throw UsageError("FILE is required; or --store, for all certificates of a store");
    std::vector<Subject> subjects;
    if (arguments.store.isGiven())
        readStore(arguments.store, console, subjects);
    checkInputs(arguments.files);
    service::Json errors = service::Json::array(), files = service::Json::array();
    int code = exit_code::Done;
    for (const std::string& file : arguments.files) {
        files.push_back({{"file", file}});
        try {
            if (const auto error = readSubjects(file, arguments, console, subjects)) {
                code = std::max(code, exitCodeOf(error->kind()));
                files.back()["error"] = service::errorJson(error->withContext(file));
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled)
                throw;
            code = std::max(code, exitCodeOf(error.kind()));
            if (!console.isJson())
                console.printError(error);
            errors.push_back(service::errorJson(error));
            files.back()["error"] = errors.back();
        }
    }
    for (Subject& subject : subjects)
        subject.findings = pki::lint(*subject.certificate, options);
    if (hasRuleset(options, pki::Ruleset::KeyStrength))
        findSharedPrimes(subjects, console);
    for (const Subject& subject : subjects) {
        const bool hasErrors = std::any_of(subject.findings.begin(), subject.findings.end(),
                                           [](const LintFinding& one) { return one.severity == pki::Severity::Error; });
        code = std::max(code, hasErrors ? exit_code::No : exit_code::Done);
        if (!console.isJson())
            printSubject(subject, subjects.size() > 1, console);
    }
    if (console.isJson()) {
        service::Json document = documentOf(subjects);
        document["files"] = files;
        if (!errors.empty())
            document["error"] = errors.front();
        if (errors.size() > 1)
            document["errors"] = errors;
        console.printJson(document);
    }
    return code;
}

} // namespace

void addLintCommand(CommandLine& line) {
    auto arguments = std::make_shared<LintArguments>();
    CLI::App& command = line.add("lint", "Check certificates against RFC 5280, the TLS baseline and key strength");
    command.add_option("FILE", arguments->files, "Files with certificates; - is standard input");
    command
        .add_option("--ruleset", arguments->rulesets,
                    "rfc5280, cabf-tls, key-strength; may be repeated. Without it: rfc5280, key-strength, and cabf-tls "
                    "for certificates of servers")
        ->expected(1)
        ->delimiter(',')
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(CLI::IsMember(std::vector<std::string>{"rfc5280", "cabf-tls", "key-strength"}));
    command.add_flag("--public", arguments->isPublic, "The issuer is a publicly trusted CA");
    command.add_flag("--private", arguments->isPrivate, "The issuer is a CA of your own");
    arguments->passphrases.addTo(command);
    arguments->store.addPathTo(command);
    line.onRun(command, [arguments](Console& console) { return runLint(*arguments, console); });
}

} // namespace certwright::cli
