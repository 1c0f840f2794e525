#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/item_text.h"
#include "app/cli/passphrase_options.h"
#include "core/base/clock.h"
#include "core/service/facts_json.h"
#include "core/x509/verify/trust_store.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace certwright::cli {

namespace {

using x509::VerifyOptions;

struct VerifyArguments {
    std::string certificate;
    std::vector<std::string> trust, untrusted, crls;
    std::string crlCheck = "none", purpose = "any", time;
    std::optional<std::string> hostname, email, ip;
    std::optional<int> depth;
    VerifyOptions options;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

const std::map<std::string, VerifyOptions::Purpose>& purposes() {
    using Purpose = VerifyOptions::Purpose;
    static const std::map<std::string, Purpose> words = {{"any", Purpose::Any},
                                                         {"tls-server", Purpose::TlsServer},
                                                         {"tls-client", Purpose::TlsClient},
                                                         {"smime-sign", Purpose::SmimeSign},
                                                         {"smime-encrypt", Purpose::SmimeEncrypt},
                                                         {"code-sign", Purpose::CodeSign},
                                                         {"timestamp", Purpose::Timestamp},
                                                         {"ocsp", Purpose::OcspSign},
                                                         {"crl-sign", Purpose::CrlSign}};
    return words;
}

const std::map<std::string, VerifyOptions::CrlCheck>& crlChecks() {
    using CrlCheck = VerifyOptions::CrlCheck;
    static const std::map<std::string, CrlCheck> words = {
        {"none", CrlCheck::None}, {"leaf", CrlCheck::Leaf}, {"all", CrlCheck::All}};
    return words;
}

/// A name to check; OpenSSL would take an empty one for "no check".
std::string nameToCheck(const std::optional<std::string>& value, const char* option) {
    if (!value)
        return {};
    if (value->empty())
        throw UsageError(std::string(option) + " needs a name; an empty one would check nothing");
    return *value;
}

VerifyOptions optionsOf(const VerifyArguments& arguments) {
    VerifyOptions options = arguments.options;
    options.purpose = purposes().at(arguments.purpose);
    options.crlCheck = crlChecks().at(arguments.crlCheck);
    options.hostname = nameToCheck(arguments.hostname, "--hostname");
    options.email = nameToCheck(arguments.email, "--email");
    options.ip = nameToCheck(arguments.ip, "--ip");
    options.depth = arguments.depth;
    if (!arguments.time.empty()) {
        options.time = base::parseRfc3339(arguments.time);
        if (!options.time)
            throw UsageError("--time is no time: " + arguments.time + " (write 2026-11-24T03:15:00Z)");
    }
    return options;
}

/// What is in a file; its error is thrown unless something of kind T could be read all the same.
template <class T>
std::vector<T> readAll(const std::string& path, const VerifyArguments& arguments, const char* what, Console& console) {
    const formats::Contents contents = readInput(path, arguments.passphrases, console);
    std::vector<T> found;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const T* value = item->as<T>())
            found.push_back(*value);
    }
    if (contents.error && found.empty())
        throw base::Error(*contents.error);
    if (contents.error)
        console.printError(*contents.error);
    if (found.empty()) {
        throw base::Error(base::ErrorKind::BadInput, std::string("There is no ") + what + " in it",
                          "See what it holds with certwright-cli show.")
            .withContext(path);
    }
    return found;
}

bool isDirectory(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

void addTrust(x509::TrustStore& store, const std::string& where, const VerifyArguments& arguments, Console& console) {
    if (where == "system") {
        store.addSystemTrust();
    } else if (isDirectory(where)) {
        store.addTrustFile(where);
    } else {
        for (const auto& certificate : readAll<x509::Certificate>(where, arguments, "certificate", console))
            store.addTrusted(certificate);
    }
}

int runVerify(const VerifyArguments& arguments, Console& console) {
    const VerifyOptions options = optionsOf(arguments);
    x509::TrustStore store;
    if (arguments.trust.empty())
        store.addSystemTrust();
    for (const std::string& where : arguments.trust)
        addTrust(store, where, arguments, console);
    for (const std::string& path : arguments.untrusted) {
        for (const auto& certificate : readAll<x509::Certificate>(path, arguments, "certificate", console))
            store.addUntrusted(certificate);
    }
    for (const std::string& path : arguments.crls) {
        for (const auto& crl : readAll<x509::Crl>(path, arguments, "revocation list", console))
            store.addCrl(crl);
    }
    const auto certificates = readAll<x509::Certificate>(arguments.certificate, arguments, "certificate", console);
    // A chain file: its first certificate is the one in question, the others may stand between.
    for (std::size_t i = 1; i < certificates.size(); ++i)
        store.addUntrusted(certificates[i]);

    const x509::VerifyResult result = store.verify(certificates.front(), options);
    if (console.isJson())
        console.printJson(service::verifyJson(result));
    else
        console.print(verifyText(result));
    return result.isTrusted ? exit_code::Done : exit_code::No;
}

template <class T>
std::vector<std::string> wordsOf(const std::map<std::string, T>& table) {
    std::vector<std::string> words;
    for (const auto& entry : table)
        words.push_back(entry.first);
    return words;
}

CLI::Option* addList(CLI::App& command, const char* name, std::vector<std::string>& values, const char* description) {
    return command.add_option(name, values, description)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void addVerifyOptions(CLI::App& command, VerifyArguments& arguments) {
    command.add_option("CERT", arguments.certificate, "Certificate or chain to verify; - is standard input")
        ->required();
    addList(command, "--trust", arguments.trust, "Trusted: a file, a hashed folder, or \"system\" (the default)")
        ->type_name("FILE|DIR|system");
    addList(command, "--untrusted", arguments.untrusted, "Certificates that may stand between")->type_name("FILE");
    addList(command, "--crl", arguments.crls, "Revocation lists")->type_name("FILE");
    command.add_option("--crl-check", arguments.crlCheck, "Which certificates must not be revoked: none, leaf, all")
        ->check(CLI::IsMember(wordsOf(crlChecks())));
    command.add_option("--purpose", arguments.purpose, "What the certificate is to be used for")
        ->check(CLI::IsMember(wordsOf(purposes())));
    command.add_option("--hostname", arguments.hostname, "DNS name that it must be for");
    command.add_option("--email", arguments.email, "E-mail address that it must be for");
    command.add_option("--ip", arguments.ip, "IP address that it must be for");
    command.add_option("--time", arguments.time, "At this time instead of now (RFC 3339)");
    command.add_flag("--partial-chain", arguments.options.partialChain, "A trusted certificate need not be a root");
    addList(command, "--policy", arguments.options.policies, "Acceptable certificate policy")->type_name("OID");
    command.add_flag("--explicit-policy", arguments.options.explicitPolicy, "A policy must hold for the whole chain");
    command.add_flag("--inhibit-any", arguments.options.inhibitAny, "anyPolicy does not count");
    command.add_flag("--inhibit-mapping", arguments.options.inhibitMapping, "Policies are not mapped");
    command.add_option("--depth", arguments.depth, "Most intermediate certificates")->check(CLI::NonNegativeNumber);
    command.add_flag("--strict", arguments.options.strict, "Refuse what RFC 5280 forbids though it usually works");
    command
        .add_option("--security-level", arguments.options.securityLevel, "Least strength of keys and digests, 0 to 5")
        ->check(CLI::Range(0, 5));
    arguments.passphrases.addTo(command);
}

} // namespace

void addVerifyCommand(CommandLine& line) {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App& command = line.add("verify", "Verify a certificate and explain what is wrong");
    addVerifyOptions(command, *arguments);
    line.onRun(command, [arguments](Console& console) { return runVerify(*arguments, console); });
}

} // namespace certwright::cli
