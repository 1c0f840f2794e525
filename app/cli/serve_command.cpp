#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/making_options.h"
#include "app/cli/trust_options.h"
#include "core/service/connection_json.h"
#include "core/service/test_server.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QString>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace certwright::cli {

namespace {

using base::Error;
using base::ErrorKind;

constexpr double MaximumTimeout = 86400;

struct ServeArguments {
    std::string certificate, key;
    std::string address = "127.0.0.1";
    std::uint16_t port = service::ServerRequest::DefaultPort;
    std::string clientAuthentication = "none";
    std::vector<std::string> trust;
    std::string alpn, versions, ciphers, cipherSuites, groups;
    std::optional<int> securityLevel;
    std::string response = "page";
    std::string keyLog;
    std::optional<std::uint64_t> count;
    double timeout = 10;
    bool withSecrets = false;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// "TLSv1.2,TLSv1.3": the oldest and the newest; OpenSSL has no way to leave out one in between.
void setVersions(const std::string& list, tls::ContextOptions& options) {
    std::set<tls::ProtocolVersion> versions;
    for (const std::string& name : splitList(list)) {
        const std::optional<tls::ProtocolVersion> version = tls::parseProtocolVersion(name);
        if (!version)
            throw UsageError("--versions: there is no version “" + name + "”",
                             "TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3, separated by commas");
        versions.insert(*version);
    }
    if (versions.empty())
        return;
    options.minimumVersion = *versions.begin();
    options.maximumVersion = *versions.rbegin();
    const int span = static_cast<int>(*options.maximumVersion) - static_cast<int>(*options.minimumVersion) + 1;
    if (span != static_cast<int>(versions.size()))
        throw UsageError("--versions: the list leaves out a version between the oldest and the newest");
}

tls::ClientAuthentication clientAuthenticationOf(const std::string& word) {
    if (word == "none")
        return tls::ClientAuthentication::None;
    return word == "request" ? tls::ClientAuthentication::Request : tls::ClientAuthentication::Require;
}

/// The certificate with its chain and key; nothing when a temporary one is to be made.
std::optional<tls::Credentials> credentialsOf(const ServeArguments& arguments, Console& console) {
    if (arguments.certificate.empty()) {
        if (!arguments.key.empty())
            throw UsageError("--key needs the certificate, too: --cert F");
        return std::nullopt;
    }
    std::vector<x509::Certificate> chain =
        readCertificatesLeniently(arguments.certificate, arguments.passphrases, console);
    const std::string& keyFile = arguments.key.empty() ? arguments.certificate : arguments.key;
    crypto::PrivateKey key = readPrivateKey(keyFile, console, arguments.passphrases);
    // The certificate is the one of the key, wherever it stands in the file; the others are sent after it.
    const auto own = std::find_if(chain.begin(), chain.end(), [&key](const x509::Certificate& certificate) {
        return certificate.publicKey() == key.publicKey();
    });
    if (own == chain.end())
        throw Error(ErrorKind::BadInput, "The key does not belong to the certificate",
                    "certwright-cli show tells the SHA-256 of both public keys")
            .withContext(keyFile);
    x509::Certificate certificate = *own;
    chain.erase(own);
    return tls::Credentials{std::move(certificate), std::move(key), std::move(chain)};
}

service::TrustChoice trustOf(const ServeArguments& arguments, Console& console) {
    service::TrustChoice trust;
    trust.system = false;
    for (const std::string& word : arguments.trust) {
        if (word == "system") {
            trust.system = true;
        } else if (QFileInfo(QString::fromStdString(word)).isDir()) {
            trust.files.push_back(word);
        } else {
            const auto certificates = readCertificatesLeniently(word, arguments.passphrases, console);
            trust.certificates.insert(trust.certificates.end(), certificates.begin(), certificates.end());
        }
    }
    return trust;
}

service::ServerRequest requestOf(const ServeArguments& arguments, Console& console) {
    service::ServerRequest request;
    request.address = arguments.address == "localhost" ? "127.0.0.1" : arguments.address;
    request.port = arguments.port;
    setVersions(arguments.versions, request.tls);
    request.tls.ciphers = arguments.ciphers;
    request.tls.cipherSuites = arguments.cipherSuites;
    request.tls.groups = arguments.groups;
    request.tls.securityLevel = arguments.securityLevel;
    request.tls.alpn = splitList(arguments.alpn);
    request.clientAuthentication = clientAuthenticationOf(arguments.clientAuthentication);
    if (request.clientAuthentication == tls::ClientAuthentication::None && !arguments.trust.empty())
        throw UsageError("--trust is for clients' certificates, and none is asked for",
                         "Give --client-auth request or require");
    if (request.clientAuthentication == tls::ClientAuthentication::Require && arguments.trust.empty())
        throw UsageError("--client-auth require needs --trust", "Without it no client's certificate could be good");
    request.response = service::parseServerResponse(arguments.response).value_or(service::ServerResponse::Page);
    request.count = arguments.count;
    if (!std::isfinite(arguments.timeout) || arguments.timeout <= 0 || arguments.timeout > MaximumTimeout)
        throw UsageError("--timeout is a number of seconds up to a day");
    request.timeout = std::chrono::milliseconds(static_cast<long long>(std::ceil(arguments.timeout * 1000)));
    try { // with a certificate made for it, so that what is wrong is one of the settings
        request.check();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            throw;
        throw UsageError(error.message(), error.hint());
    }
    request.clientTrust = trustOf(arguments, console);
    request.credentials = credentialsOf(arguments, console);
    return request;
}

std::string cipherText(const tls::CipherSuite& cipher) {
    return cipher.ianaName.empty() ? cipher.opensslName : cipher.ianaName;
}

/// "1  127.0.0.1:5555  TLSv1.3  TLS_AES_256_GCM_SHA384  SNI localhost  512 octets in, 1300 out"
std::string lineOf(const service::ServedConnection& connection) {
    const service::ConnectionReport& report = *connection.report;
    const tls::SessionFacts& facts = report.facts;
    std::string line = std::to_string(connection.id) + "  " + report.peerAddress;
    if (facts.version)
        line += "  " + tls::toString(*facts.version);
    if (facts.cipher)
        line += "  " + cipherText(*facts.cipher);
    if (!facts.serverName.empty())
        line += "  SNI " + facts.serverName;
    if (!facts.alpn.empty())
        line += "  ALPN " + facts.alpn;
    if (facts.session && facts.session->isResumed)
        line += "  resumed";
    if (!facts.chain.empty())
        line += "  client " + facts.chain.front().subject().toRfc2253() +
                (report.verify && report.verify->ok ? " (trusted)" : " (NOT trusted)");
    line += "  " + std::to_string(report.bytesIn) + " octets in, " + std::to_string(report.bytesOut) + " out";
    if (report.failure)
        line += "  FAILED: " + report.failure->error.message();
    return line;
}

/// Runs a server in the program's event loop and tells of its connections.
class Serving {
public:
    Serving(const ServeArguments& arguments, Console& console)
        : m_arguments(arguments)
        , m_console(console) {
        m_document["address"] = nullptr;
        m_document["port"] = nullptr;
        m_document["connections"] = service::Json::array();
    }

    /// The exit code.
    int run(service::ServerRequest request);

private:
    void onStarted(const service::ServerStart& start, bool isTemporary, bool isReachable);
    void onChanged(const service::ServedConnection& connection);
    /// Runs `act`; what it throws (standard output is gone, for one) ends the server, and then run() throws it.
    template <class Function>
    void guard(Function act) {
        try {
            if (!m_failure)
                act();
        } catch (...) {
            m_failure = std::current_exception();
            m_server.stop();
        }
    }

    const ServeArguments& m_arguments;
    Console& m_console;
    service::TestServer m_server;
    service::Json m_document;
    std::set<std::uint64_t> m_logged; ///< connections whose secrets are in the key log
    std::uint64_t m_finished = 0;
    std::exception_ptr m_failure;
};

int Serving::run(service::ServerRequest request) {
    using service::TestServer;
    const bool isTemporary = !request.credentials;
    const bool isReachable = request.isReachable();
    std::shared_ptr<const Error> error;
    QObject::connect(&m_server, &TestServer::started, &m_server, [=, this](const service::ServerStart& start) {
        guard([&] { onStarted(start, isTemporary, isReachable); });
    });
    QObject::connect(&m_server, &TestServer::connectionChanged, &m_server,
                     [this](const service::ServedConnection& connection) { guard([&] { onChanged(connection); }); });
    QObject::connect(&m_server, &TestServer::stopped, &m_server, [&error](const std::shared_ptr<const Error>& why) {
        error = why;
        QCoreApplication::quit();
    });
    m_server.start(std::move(request));
    {
        const std::stop_callback onStop(m_console.stopToken(), [this] {
            QMetaObject::invokeMethod(&m_server, &TestServer::stop, Qt::QueuedConnection);
        });
        QCoreApplication::exec();
    }
    if (m_failure)
        std::rethrow_exception(m_failure);
    if (error)
        throw *error;
    if (m_console.isJson())
        m_console.printJson(m_document);
    // To be stopped is how a server ends, unless it was to serve a certain number before.
    const bool isInterrupted = m_arguments.count && m_finished < *m_arguments.count;
    return isInterrupted ? exit_code::Interrupted : exit_code::Done;
}

void Serving::onStarted(const service::ServerStart& start, bool isTemporary, bool isReachable) {
    m_document["address"] = start.address;
    m_document["port"] = start.port;
    m_document["certificate"] = {{"subject", start.certificate.subject().toRfc2253()},
                                 {"sha256", start.certificate.sha256()},
                                 {"temporary", isTemporary}};
    if (isTemporary)
        m_console.note("Temporary certificate, SHA-256 " + start.certificate.sha256());
    if (isReachable)
        m_console.note("Warning: this server is reachable from your network");
    m_console.note("Listening on " + start.address);
}

void Serving::onChanged(const service::ServedConnection& connection) {
    // Once the handshake is over all is known that other programs need to read along.
    if (!m_arguments.keyLog.empty() && connection.phase >= net::ConnectionPhase::Established &&
        m_logged.insert(connection.id).second)
        service::appendKeyLog(m_arguments.keyLog, connection.report->secrets);
    if (connection.phase != net::ConnectionPhase::Finished)
        return;
    ++m_finished;
    m_logged.erase(connection.id);
    if (m_console.isJson()) {
        service::Json entry = service::connectionJson(*connection.report, m_arguments.withSecrets);
        entry["id"] = connection.id;
        m_document["connections"].push_back(std::move(entry));
    } else {
        m_console.print(lineOf(connection));
        m_console.flush();
    }
}

int runServe(const ServeArguments& arguments, Console& console) {
    return Serving(arguments, console).run(requestOf(arguments, console));
}

void addSettings(CLI::App& command, ServeArguments& arguments) {
    command.add_option("--alpn", arguments.alpn, "Protocols to choose from, most wanted first, separated by commas")
        ->type_name("LIST");
    command.add_option("--versions", arguments.versions, "TLSv1.2,TLSv1.3: the versions to accept")->type_name("LIST");
    command.add_option("--ciphers", arguments.ciphers, "TLS 1.2 and below, as OpenSSL writes lists")->type_name("S");
    command.add_option("--ciphersuites", arguments.cipherSuites, "TLS 1.3, separated by colons")->type_name("S");
    command.add_option("--groups", arguments.groups, "Key exchange groups, separated by colons")->type_name("S");
    command.add_option("--security-level", arguments.securityLevel, "0 accepts everything, 5 the strongest only")
        ->check(CLI::Range(0, 5))
        ->type_name("N");
}

} // namespace

void addServeCommand(CommandLine& line) {
    auto arguments = std::make_shared<ServeArguments>();
    CLI::App& command = line.add("serve", "Run a TLS test server and tell of each connection");
    command.add_option("--cert", arguments->certificate, "Certificate and its chain; without one a temporary is made")
        ->type_name("F");
    command.add_option("--key", arguments->key, "Its private key, unless that is in the same file")->type_name("F");
    command.add_option("--address", arguments->address, "Address to listen at; 0.0.0.0 and :: stand for all")
        ->capture_default_str()
        ->type_name("A");
    command.add_option("--port", arguments->port, "Port; 0 takes any free one")->capture_default_str()->type_name("N");
    command.add_option("--client-auth", arguments->clientAuthentication, "Whether clients show a certificate")
        ->check(CLI::IsMember({"none", "request", "require"}))
        ->capture_default_str();
    addList(command, "--trust", arguments->trust, "Trusted for clients' certificates")->type_name("FILE|DIR|system");
    addSettings(command, *arguments);
    command.add_option("--response", arguments->response, "What clients get after the handshake")
        ->check(CLI::IsMember({"echo", "page", "status", "close"}))
        ->capture_default_str();
    command.add_option("--timeout", arguments->timeout, "Seconds for each handshake")
        ->capture_default_str()
        ->type_name("S");
    command.add_option("--count", arguments->count, "End after this many connections")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command.add_flag("--secrets", arguments->withSecrets, "With --json: show master keys and secrets");
    command.add_option("--keylog", arguments->keyLog, "Append the secrets to this file for Wireshark")->type_name("F");
    arguments->passphrases.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runServe(*arguments, console); });
}

} // namespace certwright::cli
