#include "app/cli/cms_report.h"
#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/trust_options.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/formats/cms_decryption.h"
#include "core/formats/cms_encryption.h"

#include <algorithm>
#include <memory>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

constexpr int MaxAttempts = 3;

struct EncryptArguments {
    std::string file, cipher = "AES-256-CBC", encoding = "pem", out = "-";
    std::vector<std::string> recipients;
    bool isForPassphrase = false, usesOaep = false, namesByKeyId = false, isText = false, isForced = false;
    PassphraseOptions input = PassphraseOptions::forInput();
    PassphraseOptions output = PassphraseOptions::forOutput();
};

std::optional<base::Secret> newPassphrase(const EncryptArguments& arguments, Console& console) {
    if (!arguments.isForPassphrase && !arguments.output.isGiven())
        return std::nullopt;
    auto passphrase = arguments.output.readNew(console, "Passphrase for the message");
    if (!passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the message",
                    "Give it by --out-passphrase-file");
    return passphrase;
}

service::Json recipientsJson(const std::vector<formats::CmsRecipient>& recipients) {
    using Kind = formats::CmsRecipient::Kind;
    service::Json out = service::Json::array();
    for (const formats::CmsRecipient& one : recipients) {
        const bool hasName = one.kind == Kind::KeyTransport || one.kind == Kind::KeyAgreement;
        service::Json entry = hasName ? whoJson(one.who) : service::Json::object();
        entry["kind"] = one.kind == Kind::KeyTransport   ? "key-transport"
                        : one.kind == Kind::KeyAgreement ? "key-agreement"
                        : one.kind == Kind::Passphrase   ? "passphrase"
                        : one.kind == Kind::SecretKey    ? "secret-key"
                                                         : "other";
        if (one.kind == Kind::SecretKey && !one.who.subjectKeyId.empty())
            entry["key_id"] = one.who.subjectKeyId;
        out.push_back(std::move(entry));
    }
    return out;
}

/// @throws UsageError for a cipher of which nobody knows
void checkCipher(const std::string& name) {
    readOption("--cipher", [&name] {
        try {
            formats::fileCipher(name);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Unsupported) // of other use than for key files
                throw;
        }
    });
}

void noteExpiry(const x509::Certificate& certificate, const std::string& path, Console& console) {
    const auto end = certificate.notAfter();
    if (end && *end < base::SystemClock().now())
        console.note(path + ": the certificate of this recipient expired on " + base::toRfc3339(*end));
}

int runEncrypt(const EncryptArguments& arguments, Console& console) {
    if (arguments.recipients.empty() && !arguments.isForPassphrase && !arguments.output.isGiven())
        throw UsageError("Give --recipient, --with-passphrase, or both");
    OutputFiles files(arguments.isForced);
    files.reserve(arguments.out);
    formats::CmsEncryptOptions options;
    options.cipher = arguments.cipher;
    checkCipher(arguments.cipher);
    options.usesOaep = arguments.usesOaep;
    options.namesByKeyId = arguments.namesByKeyId;
    options.isText = arguments.isText;
    options.encoding = encodingOf(arguments.encoding);
    for (const std::string& path : arguments.recipients) {
        // Of a chain the first one; the others are its issuers.
        options.recipients.push_back(readCertificates(path, console, arguments.input).front());
        noteExpiry(options.recipients.back(), path, console);
    }
    const auto passphrase = newPassphrase(arguments, console);
    options.passphrase = passphrase ? &*passphrase : nullptr;
    base::Bytes content = readBytes(arguments.file, console);
    const base::Bytes made = formats::encryptCms(content, options);
    formats::wipe(content);
    const std::string text(base::textOf(made));
    if (arguments.out != "-")
        files.addText(arguments.out, text, "encrypted message");
    files.commit(console);
    if (console.isJson()) {
        service::Json document;
        document["files"] = files.paths();
        document["recipients"] = recipientsJson(formats::recipientsOf(formats::CmsMessage::load(made)));
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

struct DecryptArguments {
    std::string file, key, certificate, secretKey, out = "-";
    bool isText = false, isForced = false, hasNoChain = false;
    TrustOptions trust{"smime-sign"};
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// Tries the passphrases of the options in turn, or the empty one and what is asked for.
formats::CmsDecryptResult openByPassphrase(const formats::CmsMessage& message, const DecryptArguments& arguments,
                                           Console& console) {
    const auto recipients = formats::recipientsOf(message);
    const bool takesOne = std::ranges::any_of(recipients, [](const formats::CmsRecipient& one) {
        return one.kind == formats::CmsRecipient::Kind::Passphrase;
    });
    if (!takesOne)
        return formats::decryptCms(message, {}); // says what is needed
    const formats::ReadOptions limits = arguments.passphrases.readOptions();
    const auto attempt = [&](const base::Secret& passphrase) -> std::optional<formats::CmsDecryptResult> {
        try {
            return formats::decryptCms(message, {.passphrase = &passphrase, .limits = limits});
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::WrongPassphrase)
                throw arguments.passphrases.explain(error);
            return std::nullopt;
        }
    };
    std::vector<base::Secret> known = arguments.passphrases.readAll();
    const bool isGiven = arguments.passphrases.isGiven();
    if (!isGiven)
        known.emplace_back();
    for (const base::Secret& passphrase : known) {
        if (auto result = attempt(passphrase))
            return std::move(*result);
    }
    bool wasAsked = isGiven;
    for (int i = 0; !isGiven && i < MaxAttempts; ++i) {
        const auto answer =
            console.askPassphrase(i == 0 ? "Passphrase of the message" : "Wrong. Passphrase of the message");
        if (!answer)
            break;
        wasAsked = true;
        if (auto result = attempt(*answer))
            return std::move(*result);
    }
    if (!wasAsked)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to open the message, and none was given",
                    "Give it by --passphrase-file");
    throw Error(ErrorKind::WrongPassphrase, "The passphrase does not open the message",
                "Check capital letters and the keyboard layout.");
}

/// A secret key as a file has it: its octets, or those in hexadecimal.
base::Secret readSecretKey(const std::string& path, Console& console) {
    base::Bytes file = readBytes(path, console);
    auto octets = base::fromHex(base::textOf(file));
    if (!octets || octets->size() < 8)
        octets = file;
    base::Secret key{base::BytesView(*octets)};
    formats::wipe(file);
    formats::wipe(*octets);
    return key;
}

formats::CmsDecryptResult open(const formats::CmsMessage& message, const DecryptArguments& arguments,
                               x509::TrustStore* trust, Console& console) {
    if (arguments.key.empty() && arguments.secretKey.empty())
        return openByPassphrase(message, arguments, console);
    formats::CmsDecryptOptions options;
    base::Secret secretKey;
    if (!arguments.secretKey.empty()) {
        secretKey = readSecretKey(arguments.secretKey, console);
        options.secretKey = &secretKey;
    }
    if (!arguments.key.empty())
        options.key = readPrivateKey(arguments.key, console, arguments.passphrases);
    options.verify.trust = trust;
    options.verify.chain = arguments.trust.verifyOptions();
    if (!arguments.certificate.empty()) {
        const auto certificates = readCertificatesLeniently(arguments.certificate, arguments.passphrases, console);
        const auto own = std::ranges::find_if(certificates, [&options](const x509::Certificate& one) {
            return one.publicKey() == options.key->publicKey();
        });
        options.certificate = own == certificates.end() ? certificates.front() : *own;
    }
    return formats::decryptCms(message, options);
}

/// What is wrong with the signature of a message that is signed and encrypted in one; its content does not go out then.
int refuseUnverified(const formats::CmsDecryptResult& result, Console& console) {
    if (console.isJson()) {
        service::Json document;
        document["type_name"] = result.typeName;
        document["signature"] = cmsJson(*result.signature);
        document["files"] = service::Json::array();
        console.printJson(document);
    } else {
        console.note(cmsText(*result.signature));
        console.note(
            "The content is not written, because it is not verified; --no-chain leaves out who the signers are.");
    }
    return exit_code::No;
}

int runDecrypt(const DecryptArguments& arguments, Console& console) {
    if (arguments.key.empty() && !arguments.certificate.empty())
        throw UsageError("--cert goes with --key");
    if (arguments.out == "-" && console.isJson())
        throw UsageError("With --json the content goes to a file: give --out");
    OutputFiles files(arguments.isForced);
    files.reserve(arguments.out);
    formats::CmsDecryptResult result;
    std::vector<formats::CmsRecipient> recipients;
    std::optional<x509::TrustStore> trust;
    try {
        const auto message = formats::CmsMessage::load(readBytes(arguments.file, console));
        recipients = formats::recipientsOf(message);
        if (message.isSignedAndEncrypted() && !arguments.hasNoChain)
            trust = arguments.trust.store(arguments.passphrases, console);
        result = open(message, arguments, trust ? &*trust : nullptr, console);
    } catch (const Error& error) {
        throw error.withContext(arguments.file);
    }
    if (result.signature && !result.signature->isVerified) {
        formats::wipe(result.content);
        return refuseUnverified(result, console);
    }
    base::Bytes content = arguments.isText ? formats::withoutTextHead(result.content) : result.content;
    formats::wipe(result.content);
    files.addBytes(arguments.out, content);
    formats::wipe(content);
    files.commit(console);
    if (console.isJson()) {
        service::Json document;
        document["type_name"] = result.typeName;
        document["authenticated"] = result.isAuthenticated;
        document["recipients"] = recipientsJson(recipients);
        if (result.signature)
            document["signature"] = cmsJson(*result.signature);
        document["files"] = files.paths();
        console.printJson(document);
    } else {
        if (result.signature)
            console.note(cmsText(*result.signature));
        if (arguments.out != "-")
            console.print("Written to " + arguments.out);
    }
    return exit_code::Done;
}

void addEncrypt(CommandLine& line, CLI::App& family) {
    auto arguments = std::make_shared<EncryptArguments>();
    CLI::App& command = line.add(family, "encrypt", "Encrypt a file for others");
    command.add_option("FILE", arguments->file, "What is encrypted; - is standard input")->required();
    addList(command, "--recipient", arguments->recipients, "Certificate of a recipient; several can open it")
        ->type_name("FILE");
    command.add_flag("--with-passphrase", arguments->isForPassphrase,
                     "A passphrase opens it (too): from --out-passphrase-file, or asked");
    command.add_option("--cipher", arguments->cipher, "AES-256-CBC (the default), AES-256-GCM (noticing changes)...");
    command.add_flag("--oaep", arguments->usesOaep, "Use OAEP with RSA keys instead of PKCS #1 v1.5");
    command.add_flag("--key-id", arguments->namesByKeyId, "Name recipients by key identifier");
    command.add_flag("--text", arguments->isText, "Put the MIME head of plain text in front");
    addEncodingOption(command, arguments->encoding);
    command.add_option("--out", arguments->out, "File to write; standard output when it is not given or -");
    command.add_flag("--force", arguments->isForced, "Overwrite an existing file");
    arguments->input.addTo(command);
    arguments->output.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runEncrypt(*arguments, console); });
}

void addDecrypt(CommandLine& line, CLI::App& family) {
    auto arguments = std::make_shared<DecryptArguments>();
    CLI::App& command = line.add(family, "decrypt", "Open an encrypted message");
    command.add_option("FILE", arguments->file, "DER, PEM or S/MIME; - is standard input")->required();
    command.add_option("--key", arguments->key, "Private key of a recipient; without it a passphrase opens it")
        ->type_name("FILE");
    command.add_option("--cert", arguments->certificate, "Its certificate, which picks the recipient")
        ->type_name("FILE");
    command
        .add_option("--secret-key-file", arguments->secretKey,
                    "Secret key that both ends know: its octets, or as many in hexadecimal")
        ->type_name("FILE");
    arguments->trust.addTo(command);
    command.add_flag("--no-chain", arguments->hasNoChain,
                     "Of a message that is signed and encrypted in one: check the signatures alone, not who signed");
    command.add_flag("--text", arguments->isText, "Take the MIME head of plain text off the content");
    command.add_option("--out", arguments->out,
                       "File for the content (mode 0600); standard output without it or for -");
    command.add_flag("--force", arguments->isForced, "Overwrite an existing file");
    arguments->passphrases.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runDecrypt(*arguments, console); });
}

} // namespace

void addCmsEncryptionCommands(CommandLine& line) {
    CLI::App& family = line.family("cms", "Sign, verify, encrypt and decrypt messages (CMS, PKCS#7, S/MIME)");
    addEncrypt(line, family);
    addDecrypt(line, family);
}

} // namespace certwright::cli
