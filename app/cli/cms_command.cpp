#include "app/cli/cms_report.h"
#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/trust_options.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/formats/cms_signing.h"
#include "core/formats/der_shape.h"
#include "core/formats/timestamp_verifying.h"

#include <algorithm>
#include <memory>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

struct SignArguments {
    std::string file, time, encoding = "pem", out = "-";
    std::vector<std::string> certificates, keys, chain;
    std::string digest;
    bool isDetached = false, isText = false, isPss = false, isForced = false;
    bool hasNoCertificates = false, hasNoAttributes = false, namesByKeyId = false;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// The key, and that one of the certificates in the file which is its own; the others are sent along.
void addSigner(formats::CmsSignOptions& options, const SignArguments& arguments, std::size_t i, Console& console) {
    const std::string& certificateFile = arguments.certificates[i];
    const std::string& keyFile = arguments.keys.empty() ? certificateFile : arguments.keys[i];
    const crypto::PrivateKey key = readPrivateKey(keyFile, console, arguments.passphrases);
    auto certificates = readCertificates(certificateFile, console, arguments.passphrases);
    const auto own = std::find_if(certificates.begin(), certificates.end(),
                                  [&key](const x509::Certificate& one) { return one.publicKey() == key.publicKey(); });
    if (own == certificates.end())
        throw Error(ErrorKind::NotAllowed, keyFile + " is not the key of a certificate in " + certificateFile,
                    "Give the certificate that belongs to the key");
    options.signers.push_back(
        {*own, key, arguments.digest, arguments.isPss ? crypto::RsaPadding::Pss : crypto::RsaPadding::Pkcs1});
    certificates.erase(own);
    options.certificates.insert(options.certificates.end(), certificates.begin(), certificates.end());
}

formats::CmsSignOptions signOptions(const SignArguments& arguments, Console& console) {
    if (!arguments.keys.empty() && arguments.keys.size() != arguments.certificates.size())
        throw UsageError(
            "Give a --key for each --cert, in the same order, or none when the keys are in the same files");
    formats::CmsSignOptions options;
    options.isDetached = arguments.isDetached;
    options.isText = arguments.isText;
    options.includesCertificates = !arguments.hasNoCertificates;
    options.hasAttributes = !arguments.hasNoAttributes;
    options.namesByKeyId = arguments.namesByKeyId;
    options.encoding = encodingOf(arguments.encoding);
    if (!arguments.time.empty()) {
        options.signingTime = base::parseRfc3339(arguments.time);
        if (!options.signingTime)
            throw UsageError("--signing-time is no time: " + arguments.time + " (write 2026-11-24T03:15:00Z)");
    }
    for (std::size_t i = 0; i < arguments.certificates.size(); ++i)
        addSigner(options, arguments, i, console);
    for (const std::string& path : arguments.chain) {
        const auto more = readCertificates(path, console, arguments.passphrases);
        options.certificates.insert(options.certificates.end(), more.begin(), more.end());
    }
    return options;
}

int runSign(const SignArguments& arguments, Console& console) {
    checkDigest("--digest", arguments.digest);
    OutputFiles files(arguments.isForced);
    files.reserve(arguments.out);
    const formats::CmsSignOptions options = signOptions(arguments, console);
    const base::Bytes made = formats::signCms(readBytes(arguments.file, console), options);
    service::ExpectedContents expected;
    expected.certificates = options.certificates;
    for (const formats::CmsSigner& signer : options.signers)
        expected.certificates.push_back(signer.certificate);
    const std::string text(base::textOf(made));
    if (arguments.out != "-")
        files.addText(arguments.out, text, "signed message", expected);
    files.commit(console);
    if (console.isJson()) {
        service::Json document;
        document["files"] = files.paths();
        document["signers"] = service::Json::array();
        for (const formats::CmsSigner& signer : options.signers)
            document["signers"].push_back(
                {{"subject", signer.certificate.subject().toRfc2253()}, {"sha256", signer.certificate.sha256()}});
        if (arguments.out == "-")
            document["base64"] = base::toBase64(made);
        console.printJson(document);
    } else if (arguments.out == "-") {
        console.printContent(text, arguments.isForced);
    } else {
        console.print("Written to " + arguments.out);
    }
    return exit_code::Done;
}

struct VerifyArguments {
    std::string file, content, request, out;
    std::vector<std::string> certificates;
    bool isText = false, isForced = false, hasNoChain = false;
    TrustOptions trust{"smime-sign"};
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// The content goes out only when it is verified.
void writeContent(const formats::CmsVerifyResult& result, const VerifyArguments& arguments, OutputFiles& files,
                  Console& console) {
    if (arguments.out.empty())
        return;
    if (!result.isVerified) {
        console.note("The content is not written, because it is not verified.");
        return;
    }
    const base::Bytes content = arguments.isText ? formats::withoutTextHead(*result.content) : *result.content;
    files.addPlainText(arguments.out, std::string(base::textOf(content)));
    files.commit(console);
}

/// The file when it is a timestamp token, or what a TSA answered with or without one.
std::optional<formats::TimestampVerifyResult> verifyIfTimestamp(const base::Bytes& file,
                                                                const formats::CmsVerifyOptions& cms,
                                                                const std::optional<x509::TimestampRequest>& request) {
    const bool isResponse = formats::shapeOf(file).kind == formats::DerKind::TimestampResponse;
    std::optional<formats::CmsMessage> token;
    if (!isResponse) {
        token = formats::CmsMessage::load(file);
        if (!token->isTimestamp())
            return std::nullopt;
    }
    formats::TimestampVerifyOptions options;
    options.trust = cms.trust;
    options.chain = cms.chain;
    options.certificates = cms.certificates;
    options.data = cms.content;
    options.request = request;
    return isResponse ? formats::verifyTimestamp(x509::parseTimestampResponse(file), options)
                      : formats::verifyTimestamp(*token, options);
}

std::optional<x509::TimestampRequest> requestOf(const VerifyArguments& arguments, Console& console) {
    if (arguments.request.empty())
        return std::nullopt;
    try {
        return x509::parseTimestampRequest(readBytes(arguments.request, console));
    } catch (const Error& error) {
        throw error.withContext(arguments.request);
    }
}

int reportTimestamp(const formats::TimestampVerifyResult& result, Console& console) {
    if (console.isJson())
        console.printJson(timestampVerifyJson(result));
    else
        console.print(timestampVerifyText(result));
    return result.isVerified ? exit_code::Done : exit_code::No;
}

int runVerify(const VerifyArguments& arguments, Console& console) {
    if (arguments.out == "-" && console.isJson())
        throw UsageError("--out - and --json both want standard output");
    OutputFiles files(arguments.isForced);
    files.reserve(arguments.out);
    formats::CmsVerifyOptions options;
    options.chain = arguments.trust.verifyOptions();
    x509::TrustStore trust = arguments.trust.store(arguments.passphrases, console);
    if (!arguments.hasNoChain)
        options.trust = &trust;
    else
        options.certificates = trust.untrusted();
    for (const std::string& path : arguments.certificates) {
        const auto more = readCertificatesLeniently(path, arguments.passphrases, console);
        options.certificates.insert(options.certificates.end(), more.begin(), more.end());
    }
    base::Bytes content;
    if (!arguments.content.empty()) {
        content = readBytes(arguments.content, console);
        options.content = base::BytesView(content);
    }
    const auto request = requestOf(arguments, console);
    formats::CmsVerifyResult result;
    try {
        const base::Bytes file = readBytes(arguments.file, console);
        if (const auto timestamp = verifyIfTimestamp(file, options, request)) {
            if (!arguments.out.empty())
                throw UsageError("A timestamp has no content to write by --out");
            return reportTimestamp(*timestamp, console);
        }
        if (request)
            throw UsageError("--request goes with a timestamp");
        result = formats::verifyCms(formats::CmsMessage::load(file), options);
    } catch (const Error& error) {
        throw error.withContext(arguments.file);
    }
    writeContent(result, arguments, files, console);
    if (console.isJson()) {
        service::Json document = cmsJson(result);
        document["files"] = files.paths();
        console.printJson(document);
    } else if (arguments.out == "-") {
        console.note(cmsText(result));
    } else {
        console.print(cmsText(result));
    }
    return result.isVerified ? exit_code::Done : exit_code::No;
}

void addSign(CommandLine& line, CLI::App& family) {
    auto arguments = std::make_shared<SignArguments>();
    CLI::App& command = line.add(family, "sign", "Sign a file");
    command.add_option("FILE", arguments->file, "What is signed; - is standard input")->required();
    addList(command, "--cert", arguments->certificates, "Certificate of a signer; several sign in turn")
        ->type_name("FILE")
        ->required();
    addList(command, "--key", arguments->keys, "Its private key, when it is not in the same file")->type_name("FILE");
    addList(command, "--chain", arguments->chain, "More certificates to send along")->type_name("FILE");
    command.add_flag("--detached", arguments->isDetached, "Leave the content out of the message");
    addEncodingOption(command, arguments->encoding);
    command.add_option("--digest", arguments->digest, "SHA256, SHA384...; the key's natural one when it is not given");
    command.add_flag("--rsa-pss", arguments->isPss, "Sign by RSA-PSS with an RSA key");
    command.add_option("--signing-time", arguments->time,
                       "The time that the signature says (RFC 3339), now by default");
    command.add_flag("--text", arguments->isText, "Put the MIME head of plain text in front");
    command.add_flag("--no-certs", arguments->hasNoCertificates, "Send no certificates along");
    command.add_flag("--no-attributes", arguments->hasNoAttributes, "Sign no attributes: no signing time");
    command.add_flag("--key-id", arguments->namesByKeyId, "Name signers by key identifier");
    command.add_option("--out", arguments->out, "File to write; standard output when it is not given or -");
    command.add_flag("--force", arguments->isForced, "Overwrite an existing file");
    arguments->passphrases.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runSign(*arguments, console); });
}

void addVerify(CommandLine& line, CLI::App& family) {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App& command = line.add(family, "verify", "Verify a signed message or a timestamp and explain what is wrong");
    command
        .add_option("FILE", arguments->file,
                    "DER, PEM or S/MIME, or a timestamp (token or response, RFC 3161); - is standard input")
        ->required();
    command.add_option("--content", arguments->content, "What a detached signature or a timestamp is about")
        ->type_name("FILE");
    command.add_option("--request", arguments->request, "The request that a timestamp is to answer")->type_name("FILE");
    addList(command, "--cert", arguments->certificates, "Certificate of a signer that the message does not carry")
        ->type_name("FILE");
    arguments->trust.addTo(command);
    command.add_flag("--no-chain", arguments->hasNoChain, "Check the signatures alone, not who the signers are");
    command.add_option("--out", arguments->out, "File for the content, when it is verified; - is standard output");
    command.add_flag("--text", arguments->isText, "Take the MIME head of plain text off the content");
    command.add_flag("--force", arguments->isForced, "Overwrite an existing file");
    arguments->passphrases.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runVerify(*arguments, console); });
}

} // namespace

void addCmsCommands(CommandLine& line) {
    CLI::App& family = line.family("cms", "Sign, verify, encrypt and decrypt messages (CMS, PKCS#7, S/MIME)");
    addSign(line, family);
    addVerify(line, family);
}

} // namespace certwright::cli
