#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/scan_text.h"
#include "core/service/scanner.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace certwright::cli {

namespace {

using base::Error;
using base::ErrorKind;
using service::ScanResultPtr;

constexpr double MaximumTimeout = 3600;
constexpr int MaximumDelay = 60000;
constexpr int MaximumJobs = 64;
constexpr int MaximumRate = 10000;

struct ScanArguments {
    std::vector<std::string> targets;
    std::optional<std::string> serverName;
    std::string startTls, proxy;
    double timeout = 3;
    int delay = 0;
    int jobs = 4;
    int rate = 0;
    bool versions = false, ciphers = false, groups = false, signatures = false;
    std::string required;
};

inspect::ScanChoice choiceOf(const ScanArguments& arguments) {
    if (!arguments.versions && !arguments.ciphers && !arguments.groups && !arguments.signatures)
        return {};
    return {arguments.ciphers, arguments.groups, arguments.signatures, arguments.versions};
}

net::ScanRunner::Options optionsOf(const std::string& target, const ScanArguments& arguments) {
    net::ScanRunner::Options options;
    std::optional<std::uint16_t> defaultPort;
    if (!arguments.startTls.empty()) {
        options.protocol = tls::starttls::parseProtocol(arguments.startTls);
        defaultPort = tls::starttls::defaultPort(*options.protocol);
    }
    options.endpoint = net::parseEndpoint(target, defaultPort);
    if (options.endpoint.isUnix())
        throw UsageError("scan takes hosts and ports; connect can look at a Unix socket");
    if (arguments.serverName)
        options.serverName = *arguments.serverName;
    else if (!options.endpoint.isAddress())
        options.serverName = options.endpoint.asciiHost();
    if (!arguments.proxy.empty())
        options.proxy = tls::starttls::parseProxy(arguments.proxy);
    options.choice = choiceOf(arguments);
    options.probeTimeout = std::chrono::milliseconds(static_cast<long long>(std::ceil(arguments.timeout * 1000)));
    options.delay = std::chrono::milliseconds(arguments.delay);
    return options;
}

service::ScanRequest requestOf(const ScanArguments& arguments) {
    if (!std::isfinite(arguments.timeout) || arguments.timeout <= 0 || arguments.timeout > MaximumTimeout)
        throw UsageError("--timeout is a number of seconds up to an hour");
    if (arguments.serverName && arguments.serverName->empty())
        throw UsageError("--sni needs a name");
    service::ScanRequest request;
    request.jobs = arguments.jobs;
    if (arguments.rate > 0)
        request.interval = std::chrono::milliseconds((1000 + arguments.rate - 1) / arguments.rate);
    for (const std::string& target : arguments.targets) {
        try {
            request.targets.push_back(optionsOf(target, arguments));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::BadInput)
                throw;
            throw UsageError(error.message() + (error.hint().empty() ? "" : ". " + error.hint()));
        }
    }
    return request;
}

/// Runs the scans in the program's event loop. The results, each at the place of its target; `onScanned` is told at
/// once. Ctrl-C ends it with what was found until then.
template <class F>
std::vector<ScanResultPtr> scanAll(service::ScanRequest request, const std::stop_token& stop, const F& onScanned) {
    service::Scanner scanner;
    std::vector<ScanResultPtr> results(request.targets.size());
    QObject::connect(&scanner, &service::Scanner::scanned, &scanner, [&](const ScanResultPtr& result) {
        results[result->index] = result;
        onScanned(*result);
    });
    QObject::connect(&scanner, &service::Scanner::finished, &scanner, [] { QCoreApplication::quit(); });
    const std::stop_callback onStop(
        stop, [&scanner] { QMetaObject::invokeMethod(&scanner, &service::Scanner::cancel, Qt::QueuedConnection); });
    scanner.start(std::move(request));
    QCoreApplication::exec();
    return results;
}

int codeOf(const service::ScanResult& result, std::optional<inspect::Profile> required) {
    if (result.failure)
        return exitCodeOf(result.failure->kind());
    return required && !inspect::meets(result.report, *required) ? exit_code::No : exit_code::Done;
}

int runScan(const ScanArguments& arguments, Console& console) {
    const auto required = inspect::findProfile(arguments.required);
    const inspect::Profile profile = required.value_or(inspect::Profile::Intermediate);
    const auto onScanned = [&](const service::ScanResult& result) {
        if (console.isJson())
            return;
        printScan(console, result, profile, arguments.targets.size() > 1);
        if (result.failure)
            console.printError(*result.failure);
        console.flush();
    };
    const auto results = scanAll(requestOf(arguments), console.stopToken(), onScanned);
    int code = exit_code::Done;
    service::Json documents = service::Json::array();
    for (const ScanResultPtr& result : results) {
        if (!result) {
            code = std::max(code, exitCodeOf(ErrorKind::Cancelled)); // stopped before its turn
            continue;
        }
        code = std::max(code, codeOf(*result, required));
        documents.push_back(service::scanJson(*result, profile));
    }
    if (console.isJson())
        console.printJson(arguments.targets.size() == 1 && documents.size() == 1
                              ? documents.front()
                              : service::Json{{"targets", std::move(documents)}});
    return code;
}

std::vector<std::string> protocolWords() {
    std::vector<std::string> words;
    for (const tls::starttls::Protocol protocol : tls::starttls::allProtocols())
        words.emplace_back(tls::starttls::toString(protocol));
    return words;
}

} // namespace

void addScanCommand(CommandLine& line) {
    auto arguments = std::make_shared<ScanArguments>();
    CLI::App& command = line.add("scan", "Find out what TLS servers offer, and hold it against a profile");
    command.add_option("target", arguments->targets, "HOST:PORT, [IPV6]:PORT or a URL; several are possible")
        ->required()
        ->type_name("HOST:PORT");
    command.add_option("--sni", arguments->serverName, "Name to ask for instead of HOST")->type_name("NAME");
    command.add_option("--starttls", arguments->startTls, "Protocol that begins in plain text")
        ->check(CLI::IsMember(protocolWords()));
    command.add_option("--proxy", arguments->proxy, "Proxy to go through")->type_name("URL");
    command.add_option("--timeout", arguments->timeout, "Seconds for each connection")
        ->capture_default_str()
        ->type_name("S");
    command.add_option("--delay", arguments->delay, "Milliseconds between connections to one server")
        ->check(CLI::Range(0, MaximumDelay))
        ->type_name("MS");
    command.add_option("--jobs", arguments->jobs, "Servers at a time")
        ->check(CLI::Range(1, MaximumJobs))
        ->capture_default_str()
        ->type_name("N");
    command.add_option("--rate", arguments->rate, "Most new connections in a second, to all servers together")
        ->check(CLI::Range(1, MaximumRate))
        ->type_name("N");
    command.add_flag("--versions", arguments->versions, "Versions only, each with a whole handshake");
    command.add_flag("--ciphers", arguments->ciphers, "Cipher suites, and whose order decides");
    command.add_flag("--groups", arguments->groups, "Groups of the key exchange");
    command.add_flag("--signatures", arguments->signatures, "Signature schemes of TLS 1.2");
    command.add_option("--require", arguments->required, "Mozilla's profile to be met; exit code 1 if it is not")
        ->check(CLI::IsMember({"modern", "intermediate", "old"}));
    line.onRun(command, [arguments](Console& console) { return runScan(*arguments, console); });
}

} // namespace certwright::cli
