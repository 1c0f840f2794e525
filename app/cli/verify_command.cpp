#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/item_text.h"
#include "app/cli/passphrase_options.h"
#include "app/cli/trust_options.h"
#include "core/pki/web_pki.h"
#include "core/service/facts_json.h"
#include "core/service/online_verifier.h"
#include "core/x509/general_name.h"
#include "core/x509/native_text.h"
#include "core/x509/ocsp/response.h"
#include "core/x509/verify/trust_store.h"

#include <QCoreApplication>

#include <algorithm>
#include <memory>
#include <optional>
#include <stop_token>
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
    std::optional<std::string> ocsp; ///< a file, or FetchWord
    bool isFetching = false;
    bool hasWebRules = false;
    VerifyOptions options;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// The word that stands for asking the certificate's responder.
constexpr const char* FetchWord = "fetch";

/// A name to check; OpenSSL would take an empty one for "no check".
std::string nameToCheck(const std::optional<std::string>& value, const char* option) {
    if (!value)
        return {};
    if (value->empty())
        throw UsageError(std::string(option) + " needs a name; an empty one would check nothing");
    return *value;
}

/// A host name as certificates have it: the A-labels of an international one (RFC 5891).
std::string hostnameToCheck(const std::optional<std::string>& value) {
    const std::string name = nameToCheck(value, "--hostname");
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80U; };
    if (std::all_of(name.begin(), name.end(), isAscii))
        return name;
    return readOption("--hostname", [&name] { return x509::parseGeneralNames("DNS:" + name).at(0).value; });
}

std::string addressToCheck(const std::optional<std::string>& value) {
    const std::string address = nameToCheck(value, "--ip");
    if (!address.empty())
        readOption("--ip", [&address] { return x509::parseGeneralNames("IP:" + address); });
    return address;
}

void checkPolicies(const std::vector<std::string>& policies) {
    for (const std::string& policy : policies) {
        try {
            x509::Extension::fromDer(policy, false, {0x05, 0x00});
        } catch (const base::Error&) {
            throw UsageError("--policy: “" + policy + "” is not an OID", "Write it as 1.3.6.1.4.1.99999.1.");
        }
    }
}

/// Says in a finding about a name what was asked for, and what the certificate has.
void explainNames(x509::VerifyResult& result, const x509::Certificate& certificate, const VerifyOptions& options) {
    std::string has;
    for (const x509::GeneralName& name : certificate.subjectAltNames())
        has += (has.empty() ? "" : ", ") + name.value;
    if (has.empty())
        has = certificate.subject().toRfc2253();
    for (x509::Finding& finding : result.findings) {
        const std::string* asked = finding.id == "hostname-mismatch" ? &options.hostname
                                   : finding.id == "email-mismatch"  ? &options.email
                                   : finding.id == "ip-mismatch"     ? &options.ip
                                                                     : nullptr;
        if (asked != nullptr)
            finding.message += " Asked for: " + *asked + ". It is for: " + has + ".";
    }
}

/// What is to be said beyond OpenSSL's findings.
void explain(x509::VerifyResult& result, const x509::Certificate& certificate, const VerifyOptions& options,
             bool hasWebRules) {
    explainNames(result, certificate, options);
    if (hasWebRules)
        pki::judgeByWebPki(result);
}

VerifyOptions optionsOf(const VerifyArguments& arguments) {
    VerifyOptions options = arguments.options;
    const VerifyOptions asked = arguments.trust.verifyOptions();
    options.purpose = asked.purpose;
    options.crlCheck = asked.crlCheck;
    options.time = asked.time;
    options.partialChain = asked.partialChain;
    options.hostname = hostnameToCheck(arguments.hostname);
    options.email = nameToCheck(arguments.email, "--email");
    options.ip = addressToCheck(arguments.ip);
    checkPolicies(options.policies);
    options.depth = arguments.depth;
    return options;
}

/// A response from a file, in DER or PEM. @throws Error BadInput when it is none
x509::OcspInput readOcsp(const std::string& path, Console& console) {
    const base::Bytes bytes = readInputBytes(path, console);
    try {
        const std::string_view text = base::textOf(bytes);
        const bool isPem = text.find("-----BEGIN ") != std::string_view::npos;
        const auto response = x509::OcspResponse::fromDer(
            isPem ? x509::pemContent(text, "OCSP RESPONSE", "an OCSP response").der : bytes);
        return {response.der(), x509::OcspSource::File};
    } catch (const base::Error& error) {
        throw error.withContext(path).withHint("openssl ocsp -respout writes one.");
    }
}

/// Runs the verification in the program's event loop, until it is over or Ctrl-C stops it.
service::OnlineVerification verifyOnline(service::OnlineRequest request, const std::stop_token& stop) {
    service::OnlineVerifier verifier;
    service::OnlineVerificationPtr result;
    QObject::connect(&verifier, &service::OnlineVerifier::finished, &verifier,
                     [&result](const service::OnlineVerificationPtr& outcome) {
                         result = outcome;
                         QCoreApplication::quit();
                     });
    const std::stop_callback onStop(stop, [&verifier] {
        QMetaObject::invokeMethod(&verifier, &service::OnlineVerifier::cancel, Qt::QueuedConnection);
    });
    verifier.start(std::move(request));
    QCoreApplication::exec();
    if (!result)
        throw base::Error(base::ErrorKind::Cancelled, "The verification was stopped");
    return result->value();
}

int printOnline(const service::OnlineVerification& verification, Console& console) {
    const std::optional<base::Error> failure = verification.failure();
    if (console.isJson()) {
        console.printJson(service::onlineVerificationJson(verification));
    } else {
        console.print(verifyText(verification.result));
        for (const service::FetchedItem& item : verification.fetched) {
            console.print("fetched " + std::string(service::toString(item.kind)) + " " + item.url +
                          (item.failure ? ": " + item.failure->message() : ""));
        }
        if (failure)
            console.printError(*failure);
    }
    if (failure)
        return exitCodeOf(failure->kind());
    return verification.result.isTrusted ? exit_code::Done : exit_code::No;
}

int runVerify(const VerifyArguments& arguments, Console& console) {
    VerifyOptions options = optionsOf(arguments);
    using Purpose = VerifyOptions::Purpose;
    if (arguments.hasWebRules && options.purpose != Purpose::Any && options.purpose != Purpose::TlsServer)
        throw UsageError("--web-pki is about TLS servers; leave it out, or --purpose");
    const bool asksResponder = arguments.ocsp == FetchWord;
    if (arguments.ocsp && arguments.ocsp->empty())
        throw UsageError("--ocsp needs a file, or the word fetch");
    if (arguments.ocsp && !asksResponder)
        options.ocsp = readOcsp(*arguments.ocsp, console);
    x509::TrustStore store = arguments.trust.store(arguments.passphrases, console);
    const auto certificates = readCertificatesLeniently(arguments.certificate, arguments.passphrases, console);
    // A chain file: its first certificate is the one in question, the others may stand between.
    for (std::size_t i = 1; i < certificates.size(); ++i)
        store.addUntrusted(certificates[i]);

    if (arguments.isFetching || asksResponder) {
        const service::FetchChoice choice{arguments.isFetching, arguments.isFetching, asksResponder};
        auto online = verifyOnline({certificates.front(), std::move(store), options, choice}, console.stopToken());
        explain(online.result, certificates.front(), options, arguments.hasWebRules);
        return printOnline(online, console);
    }
    x509::VerifyResult result = store.verify(certificates.front(), options);
    explain(result, certificates.front(), options, arguments.hasWebRules);
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
    command.add_option("--ocsp", arguments.ocsp, "An OCSP response, or \"fetch\": ask the responder that it names")
        ->type_name("FILE|fetch");
    command.add_flag("--fetch", arguments.isFetching,
                     "Fetch missing intermediate certificates and, for --crl-check, revocation lists");
    command.add_flag("--web-pki", arguments.hasWebRules,
                     "Hold the chain against the web's rules, too: RFC 5280, TLS baseline, key strength");
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
