#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/item_text.h"
#include "app/cli/passphrase_options.h"
#include "app/cli/trust_options.h"
#include "core/service/facts_json.h"
#include "core/x509/verify/trust_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::cli {

namespace {

using x509::VerifyOptions;

struct VerifyArguments {
    std::string certificate;
    TrustOptions trust;
    std::optional<std::string> hostname, email, ip;
    std::optional<int> depth;
    VerifyOptions options;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

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
    const VerifyOptions asked = arguments.trust.verifyOptions();
    options.purpose = asked.purpose;
    options.crlCheck = asked.crlCheck;
    options.time = asked.time;
    options.partialChain = asked.partialChain;
    options.hostname = nameToCheck(arguments.hostname, "--hostname");
    options.email = nameToCheck(arguments.email, "--email");
    options.ip = nameToCheck(arguments.ip, "--ip");
    options.depth = arguments.depth;
    return options;
}

int runVerify(const VerifyArguments& arguments, Console& console) {
    const VerifyOptions options = optionsOf(arguments);
    x509::TrustStore store = arguments.trust.store(arguments.passphrases, console);
    const auto certificates = readCertificatesLeniently(arguments.certificate, arguments.passphrases, console);
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

void addVerifyOptions(CLI::App& command, VerifyArguments& arguments) {
    command.add_option("CERT", arguments.certificate, "Certificate or chain to verify; - is standard input")
        ->required();
    arguments.trust.addTo(command);
    command.add_option("--hostname", arguments.hostname, "DNS name that it must be for");
    command.add_option("--email", arguments.email, "E-mail address that it must be for");
    command.add_option("--ip", arguments.ip, "IP address that it must be for");
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
