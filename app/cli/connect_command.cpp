#include "app/cli/client_options.h"
#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/connection_text.h"
#include "app/cli/exit_code.h"
#include "app/cli/store_options.h"
#include "app/cli/trust_options.h"
#include "core/service/connection_inspector.h"
#include "core/service/connection_json.h"
#include "core/service/file_writer.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QString>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace certwright::cli {

namespace {

using base::Error;
using base::ErrorKind;
using service::ConnectionReportPtr;

constexpr double MaximumTimeout = 86400;

struct ConnectArguments {
    std::string target;
    std::optional<std::string> serverName;
    std::string alpn, minimumVersion, maximumVersion, ciphers, cipherSuites, groups;
    std::optional<int> securityLevel;
    std::vector<std::string> trust;
    StoreOptions store;
    ClientOptions client;
    double timeout = 10;
    std::string startTls, proxy;
    bool triesResumption = false;
    bool withSecrets = false;
    bool withMessages = false;
    std::string keyLog, captureFile, chainFile;
};

std::optional<tls::ProtocolVersion> versionOf(const std::string& text, const char* option) {
    if (text.empty())
        return std::nullopt;
    const std::optional<tls::ProtocolVersion> version = tls::parseProtocolVersion(text);
    if (!version)
        throw UsageError(std::string(option) + " is no version: " + text +
                         " (SSLv3, TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3)");
    return version;
}

/// The roots of the store that --store names; without --trust those of the default store too, if there is one.
void addStoreTrust(service::TrustChoice& trust, const ConnectArguments& arguments, Console& console) {
    const bool isDefault = !arguments.store.isGiven();
    if (isDefault && (!arguments.trust.empty() || !QFileInfo::exists(arguments.store.path())))
        return;
    try {
        const auto roots = arguments.store.open(store::OpenMode::ReadOnly)->trustedRoots();
        trust.certificates.insert(trust.certificates.end(), roots.begin(), roots.end());
    } catch (const Error& error) {
        if (!isDefault)
            throw;
        console.printError(error); // nobody asked for that store: the connection is looked at all the same
    }
}

std::string startTlsNames() {
    std::string names;
    for (const tls::starttls::Protocol protocol : tls::starttls::allProtocols())
        names += (names.empty() ? "" : "|") + std::string(toString(protocol));
    return names;
}

std::optional<tls::starttls::Protocol> startTlsOf(const std::string& name) {
    if (name.empty())
        return std::nullopt;
    const auto protocol = tls::starttls::parseProtocol(name);
    if (!protocol)
        throw UsageError("--starttls is no protocol: " + name + " (" + startTlsNames() + ")");
    return protocol;
}

service::TrustChoice trustOf(const std::vector<std::string>& words) {
    service::TrustChoice trust;
    trust.system = words.empty();
    for (const std::string& word : words) {
        if (word == "system")
            trust.system = true;
        else
            trust.files.push_back(word);
    }
    return trust;
}

service::ConnectionRequest requestOf(const ConnectArguments& arguments) {
    service::ConnectionRequest request;
    request.startTls = startTlsOf(arguments.startTls);
    request.endpoint = net::parseEndpoint(
        arguments.target,
        request.startTls ? std::optional<std::uint16_t>(tls::starttls::defaultPort(*request.startTls)) : std::nullopt);
    if (!arguments.proxy.empty())
        request.proxy = tls::starttls::parseProxy(arguments.proxy);
    if (request.proxy && request.endpoint.isUnix())
        throw UsageError("--proxy has no effect on a Unix socket");
    if (arguments.serverName && arguments.serverName->empty())
        throw UsageError("--sni needs a name");
    request.serverName = arguments.serverName.value_or("");
    request.tls.minimumVersion = versionOf(arguments.minimumVersion, "--min-version");
    request.tls.maximumVersion = versionOf(arguments.maximumVersion, "--max-version");
    request.tls.ciphers = arguments.ciphers;
    request.tls.cipherSuites = arguments.cipherSuites;
    request.tls.groups = arguments.groups;
    request.tls.securityLevel = arguments.securityLevel;
    request.tls.alpn = splitList(arguments.alpn);
    request.trust = trustOf(arguments.trust);
    if (!std::isfinite(arguments.timeout) || arguments.timeout <= 0 || arguments.timeout > MaximumTimeout)
        throw UsageError("--timeout is a number of seconds up to a day");
    request.triesResumption = arguments.triesResumption;
    request.timeout = std::chrono::milliseconds(static_cast<long long>(std::ceil(arguments.timeout * 1000)));
    return request;
}

/// The same, and tries the settings out: what is wrong in them is an error of usage, whereas a damaged file of trusted
/// certificates is one of input.
service::ConnectionRequest checkedRequestOf(const ConnectArguments& arguments) {
    try {
        service::ConnectionRequest request = requestOf(arguments);
        tls::Context::forClient(request.tls, x509::TrustStore());
        return request;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            throw;
        throw UsageError(error.message() + (error.hint().empty() ? "" : ". " + error.hint()));
    }
}

/// Runs the inspection in the program's event loop, until it is over or Ctrl-C stops it.
ConnectionReportPtr inspect(service::ConnectionRequest request, const std::stop_token& stop) {
    service::ConnectionInspector inspector;
    ConnectionReportPtr result;
    QObject::connect(&inspector, &service::ConnectionInspector::finished, &inspector,
                     [&result](const ConnectionReportPtr& report) {
                         result = report;
                         QCoreApplication::quit();
                     });
    const std::stop_callback onStop(stop, [&inspector] {
        QMetaObject::invokeMethod(&inspector, &service::ConnectionInspector::cancel, Qt::QueuedConnection);
    });
    inspector.start(std::move(request));
    QCoreApplication::exec();
    if (!result)
        throw Error(ErrorKind::Cancelled, "The connection was stopped");
    return result;
}

void saveChain(const std::string& path, const std::vector<x509::Certificate>& chain) {
    if (chain.empty())
        throw Error(ErrorKind::NotFound, "The server sent no certificate to save").withContext(path);
    std::string pem;
    for (const x509::Certificate& certificate : chain)
        pem += certificate.toPem();
    service::FileWriter writer;
    writer.add(QString::fromStdString(path), base::bytesOf(pem), service::FileWriter::Access::Public);
    writer.commit();
}

/// Writes the files that were asked for; what can't be written is said, and gives the exit code.
int writeFiles(const ConnectArguments& arguments, const service::ConnectionReport& report, Console& console) {
    int code = exit_code::Done;
    const auto attempt = [&code, &console](const auto& write) {
        try {
            write();
        } catch (const Error& error) {
            console.printError(error);
            code = std::max(code, exitCodeOf(error.kind()));
        }
    };
    if (!arguments.keyLog.empty())
        attempt([&] { service::appendKeyLog(arguments.keyLog, report.secrets); });
    if (!arguments.captureFile.empty() && !(report.failure && report.transcript.traffic().isEmpty()))
        attempt([&] { service::saveCapture(arguments.captureFile, report); });
    // After a failure that left no chain the failure itself says why there is none.
    if (!arguments.chainFile.empty() && !(report.failure && report.facts.chain.empty()))
        attempt([&] { saveChain(arguments.chainFile, report.facts.chain); });
    return code;
}

/// Null when there is nothing to add.
const char* sideText(tls::FailureSide side) {
    switch (side) {
    case tls::FailureSide::Ours:
        return "  It was our side that gave up.";
    case tls::FailureSide::Peer:
        return "  It was the server's side that failed.";
    case tls::FailureSide::Transport:
        break;
    }
    return nullptr; // the error says all: neither side spoke
}

int codeOf(const service::ConnectionReport& report) {
    if (report.failure)
        return exitCodeOf(report.failure->error.kind());
    const bool isChainBad = report.verify && !report.verify->ok;
    const bool isHostBad = report.hostname && !report.hostname->ok;
    return isChainBad || isHostBad ? exit_code::No : exit_code::Done;
}

int runConnect(const ConnectArguments& arguments, Console& console) {
    service::ConnectionRequest request = checkedRequestOf(arguments);
    addStoreTrust(request.trust, arguments, console);
    arguments.client.apply(request.tls, console);
    const ConnectionReportPtr report = inspect(std::move(request), console.stopToken());
    if (console.isJson())
        console.printJson(service::connectionJson(*report, arguments.withSecrets, arguments.withMessages));
    else
        printConnection(console, *report, arguments.withSecrets);
    if (arguments.withMessages && !console.isJson())
        printMessages(console, report->transcript);
    if (report->failure && !console.isJson()) {
        console.printError(report->failure->error);
        if (const char* side = sideText(report->failure->side))
            console.note(side);
    }
    const int written = writeFiles(arguments, *report, console);
    return std::max(codeOf(*report), written);
}

} // namespace

void addConnectCommand(CommandLine& line) {
    auto arguments = std::make_shared<ConnectArguments>();
    CLI::App& command = line.add("connect", "Look at a TLS connection: what was agreed upon, and whether to trust it");
    command
        .add_option("target", arguments->target,
                    "HOST:PORT, [IPV6]:PORT, unix:PATH or a URL; with --starttls the port may be left out")
        ->required()
        ->type_name("HOST:PORT");
    command.add_option("--sni", arguments->serverName, "Name to ask for and to check instead of HOST")
        ->type_name("NAME");
    command
        .add_option("--starttls", arguments->startTls,
                    "Begin in plain text and ask for TLS as this protocol does. Without a port: smtp 25 (submission "
                    "listens on 587), lmtp 24, imap 143, pop3 110, ftp 21, ldap 389, xmpp 5222, xmpp-server 5269, "
                    "postgres 5432, mysql 3306, sieve 4190, nntp 119, rdp 3389")
        ->type_name(startTlsNames());
    command
        .add_option(
            "--proxy", arguments->proxy,
            "Go through http://[USER:PASSWORD@]HOST[:80] by CONNECT, or socks5://...[:1080]; it looks the name up")
        ->type_name("URL");
    command.add_option("--alpn", arguments->alpn, "Protocols to offer, separated by commas")->type_name("LIST");
    command.add_option("--min-version", arguments->minimumVersion, "Oldest version to offer")->type_name("V");
    command.add_option("--max-version", arguments->maximumVersion, "Newest version to offer")->type_name("V");
    command.add_option("--ciphers", arguments->ciphers, "TLS 1.2 and below, as OpenSSL writes lists")->type_name("S");
    command.add_option("--ciphersuites", arguments->cipherSuites, "TLS 1.3, separated by colons")->type_name("S");
    command.add_option("--groups", arguments->groups, "Key exchange groups, separated by colons")->type_name("S");
    command.add_option("--security-level", arguments->securityLevel, "0 accepts everything, 5 the strongest only")
        ->check(CLI::Range(0, 5))
        ->type_name("N");
    command.add_option("--trust", arguments->trust, "Trusted certificates; by default the system's and the store's")
        ->type_name("FILE|DIR|system");
    arguments->store.addPathTo(command);
    arguments->client.addTo(command);
    command.add_flag("--resume", arguments->triesResumption, "Connect again with the session, by every way there is");
    command.add_option("--timeout", arguments->timeout, "Seconds for everything together")
        ->capture_default_str()
        ->type_name("S");
    command.add_flag("--secrets", arguments->withSecrets, "Show master key and secrets");
    command.add_flag("--messages", arguments->withMessages, "Show the handshake messages with their fields");
    command.add_option("--keylog", arguments->keyLog, "Append the secrets to this file for Wireshark")->type_name("F");
    command
        .add_option("--pcapng", arguments->captureFile, "Write what crossed the wire, with the secrets, for Wireshark")
        ->type_name("F");
    command.add_option("--save-chain", arguments->chainFile, "Write the certificates that were sent")->type_name("F");
    line.onRun(command, [arguments](Console& console) { return runConnect(*arguments, console); });
}

} // namespace certwright::cli
