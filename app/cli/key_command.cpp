#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/store_options.h"
#include "core/base/error.h"
#include "core/crypto/digest.h"

#include <cstdint>
#include <memory>

namespace certwright::cli {

namespace {

struct GenerateOptions {
    std::string type;
    std::uint64_t exponent = 0;
    std::string pssDigest;
    std::string out;
    std::string name;
    bool isForced = false;
    KeyFileOptions keyFile;
    StoreOptions store;
};

crypto::KeySpec specOf(const GenerateOptions& options) {
    crypto::KeySpec spec = readOption("--type", [&options] { return crypto::KeySpec::parse(options.type); });
    if (options.exponent != 0 && spec.type != "RSA" && spec.type != "RSA-PSS")
        throw UsageError("--exponent goes with rsa and rsa-pss");
    if (options.exponent == 1 || (options.exponent != 0 && options.exponent % 2 == 0))
        throw UsageError("--exponent: it must be odd and above 1");
    spec.publicExponent = options.exponent;
    if (options.pssDigest.empty())
        return spec;
    if (spec.type != "RSA-PSS")
        throw UsageError("--pss-digest goes with rsa-pss");
    checkDigest("--pss-digest", options.pssDigest);
    const std::size_t saltLength = crypto::digest(options.pssDigest, {}).size();
    spec.pss = crypto::PssParameters{options.pssDigest, options.pssDigest, static_cast<int>(saltLength)};
    return spec;
}

int runGenerate(const GenerateOptions& options, Console& console) {
    if (options.out.empty() && !options.store.isGiven())
        throw UsageError("Give --out, --store, or both: the key would be lost");
    options.store.checkUsed(options.store.isGiven());
    options.keyFile.checkUsed(!options.out.empty(), "--out");
    if (!options.name.empty() && !options.store.isGiven())
        throw UsageError("--name is the name in a store: give --store");
    const service::NewKey wanted{specOf(options), QString::fromStdString(options.name)};
    OutputFiles files(options.isForced);
    files.reserve(options.out);

    std::unique_ptr<store::Store> store;
    if (options.store.isGiven())
        store = options.store.open();
    const auto problems = service::previewKey(store.get(), wanted);
    if (pki::hasErrors(problems))
        return refuse(problems, console);
    std::optional<base::Secret> passphrase;
    if (!options.out.empty())
        passphrase = options.keyFile.passphrase(console);
    if (store)
        options.store.unlock(*store, console);

    service::KeyResult made =
        store ? service::generateKeyInto(*store, wanted, console.jobControl("Making the key"))
              : service::KeyResult{crypto::generateKey(wanted.spec, console.jobControl("Making the key")), 0};
    if (!options.out.empty()) {
        files.addKey(options.out, made.key, passphrase, options.keyFile.encryption());
        files.commit(console);
    }
    printProblems(problems, console);
    if (console.isJson()) {
        service::Json document;
        document["key"] = service::publicKeyJson(made.key.publicKey());
        document["encrypted"] = passphrase.has_value();
        document["files"] = files.paths();
        if (store)
            document["store"] = {{"key_id", made.keyId}, {"key_name", store->key(made.keyId)->name.toStdString()}};
        document["problems"] = problemsJson(problems);
        console.printJson(document);
        return exit_code::Done;
    }
    console.print("Made a key: " + displayText(made.key.facts()));
    console.print("SHA-256 of the public key: " + made.key.publicKey().spkiSha256());
    files.print(console);
    if (store)
        console.print("Kept in the store as " + store->key(made.keyId)->name.toStdString());
    return exit_code::Done;
}

int runListTypes(Console& console) {
    const auto types = crypto::availableKeyTypes();
    const auto curves = crypto::availableCurves();
    if (console.isJson()) {
        service::Json document;
        document["types"] = types;
        document["curves"] = curves;
        console.printJson(document);
        return exit_code::Done;
    }
    for (const std::string& type : types)
        console.print(type);
    for (const std::string& curve : curves)
        console.print("ec:" + curve);
    return exit_code::Done;
}

} // namespace

void addKeyCommands(CommandLine& line) {
    CLI::App& family = line.family("key", "Make keys");
    auto options = std::make_shared<GenerateOptions>();
    CLI::App& generate = line.add(family, "generate", "Make a private key");
    generate
        .add_option("--type", options->type,
                    "rsa:3072, rsa-pss:3072, dsa:2048, dh:2048 (1024 to 16384 bits), ec:P-256, ed25519, ed448, "
                    "x25519, x448, and with OpenSSL 3.5 ml-dsa-65, slh-dsa-sha2-128s, ml-kem-768...; "
                    "key list-types shows all of them and the curves")
        ->required();
    generate.add_option("--exponent", options->exponent, "Public exponent of an RSA key (65537)");
    generate.add_option("--pss-digest", options->pssDigest,
                        "Digest to which an RSA-PSS key restricts its signatures, with MGF1 and salt to match");
    generate.add_option("--out", options->out, "File for the key (PKCS#8 PEM, mode 0600)");
    generate.add_option("--name", options->name, "Its name in the store");
    generate.add_flag("--force", options->isForced, "Overwrite an existing file");
    options->keyFile.addTo(generate);
    options->store.addTo(generate);
    line.onRun(generate, [options](Console& console) { return runGenerate(*options, console); });

    CLI::App& list = line.add(family, "list-types", "List the kinds of key that this OpenSSL can make");
    line.onRun(list, runListTypes);
}

} // namespace certwright::cli
