#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/signature_report.h"
#include "core/crypto/key_generator.h"
#include "core/formats/spkac.h"

#include <memory>

namespace certwright::cli {

namespace {

struct CreateOptions {
    std::string key;
    std::string newKey;
    std::string keyOut;
    std::string challenge;
    std::string digest;
    std::string out;
    bool isForced = false;
    PassphraseOptions input = PassphraseOptions::forOnlyInput();
    KeyFileOptions keyFile;
};

void checkOptions(const CreateOptions& options) {
    if (options.key.empty() == options.newKey.empty())
        throw UsageError("Give --key or --new-key");
    if (!options.newKey.empty() && options.keyOut.empty())
        throw UsageError("The new key would be lost: give --key-out");
    if (options.newKey.empty() && !options.keyOut.empty())
        throw UsageError("--key-out goes with --new-key");
    checkDigest("--digest", options.digest);
    options.keyFile.checkUsed(!options.keyOut.empty(), "--key-out");
}

crypto::PrivateKey keyOf(const CreateOptions& options, Console& console) {
    if (!options.key.empty())
        return readPrivateKey(options.key, console, options.input);
    const auto spec = readOption("--new-key", [&options] { return crypto::KeySpec::parse(options.newKey); });
    return crypto::generateKey(spec, console.jobControl("Making the key"));
}

int runCreate(const CreateOptions& options, Console& console) {
    checkOptions(options);
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    files.reserve(options.keyOut);
    std::optional<base::Secret> passphrase;
    if (!options.keyOut.empty())
        passphrase = options.keyFile.passphrase(console);
    const crypto::PrivateKey key = keyOf(options, console);
    const auto spkac = formats::SpkacBuilder().setChallenge(options.challenge).sign(key, options.digest);

    const std::string line = "SPKAC=" + spkac.toBase64() + "\n";
    const bool isToFile = !options.out.empty() && options.out != "-";
    if (isToFile)
        files.addText(options.out, line, "signed public key and challenge");
    if (!options.keyOut.empty())
        files.addKey(options.keyOut, key, passphrase, options.keyFile.encryption());
    files.commit(console);
    if (console.isJson()) {
        service::Json document;
        document["spkac"] = service::factsJson(formats::Item{spkac, {}, {}});
        document["base64"] = spkac.toBase64();
        files.describe(document);
        console.printJson(document);
    } else if (isToFile) {
        files.print(console);
    } else {
        console.printRaw(line);
    }
    return exit_code::Done;
}

struct VerifyOptions {
    std::vector<std::string> files;
};

int runVerify(const VerifyOptions& options, Console& console) {
    const auto check = [&console](const std::string& file) {
        const formats::Contents contents = readInput(file, PassphraseOptions::forInput(), console);
        SignatureReports found = reportsOn(contents);
        for (const formats::Item* item : formats::flatten(contents)) {
            if (const auto* spkac = item->as<formats::Spkac>())
                found.signatures.push_back(
                    {spkac->isSignatureValid(), spkac->signatureAlgorithm(), "spkac", service::factsJson(*item)});
        }
        if (found.signatures.empty())
            throwMissing(contents, file, "signed public key and challenge (SPKAC)");
        return found;
    };
    return reportSignatures(options.files, check, console);
}

} // namespace

void addSpkacCommands(CommandLine& line) {
    CLI::App& family = line.family("spkac", "Make and check signed public keys with a challenge (SPKAC)");
    auto options = std::make_shared<CreateOptions>();
    CLI::App& create = line.add(family, "create", "Sign a public key and a challenge with the private key");
    create.add_option("--key", options->key, "File with the private key");
    create.add_option("--new-key", options->newKey, "Make a new key: rsa:3072, ec:P-256, ed25519...");
    create.add_option("--key-out", options->keyOut, "File for the new key (PKCS#8 PEM, mode 0600)");
    create.add_option("--challenge", options->challenge, "What the receiver wants to see signed, ASCII");
    create.add_option("--digest", options->digest, "SHA256, SHA384...; the key's natural one when it is not given");
    create.add_option("--out", options->out, "File to write; standard output when it is not given or -");
    create.add_flag("--force", options->isForced, "Overwrite existing files");
    options->input.addTo(create);
    options->keyFile.addTo(create);
    line.onRun(create, [options](Console& console) { return runCreate(*options, console); });

    auto verifyOptions = std::make_shared<VerifyOptions>();
    CLI::App& verify = line.add(family, "verify", "Check that who made a SPKAC holds its key");
    verify.add_option("FILE", verifyOptions->files, "SPKAC files; - is standard input")->required();
    line.onRun(verify, [verifyOptions](Console& console) { return runVerify(*verifyOptions, console); });
}

} // namespace certwright::cli
