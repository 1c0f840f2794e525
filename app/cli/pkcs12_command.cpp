#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/item_text.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/pkcs12_preset_options.h"
#include "core/base/error.h"
#include "core/formats/pkcs12.h"

#include <algorithm>
#include <memory>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

struct CreateOptions {
    std::string certificate;
    std::string key;
    std::vector<std::string> chain;
    std::string name;
    std::string out;
    Pkcs12PresetOptions protection;
    bool isForced = false;
    PassphraseOptions input = PassphraseOptions::forInput();
    PassphraseOptions output = PassphraseOptions::forOutput();
};

/// What is in a file, all of which must open. @throws Error
formats::Contents readWhole(const std::string& path, const CreateOptions& options, Console& console) {
    formats::Contents contents = readInput(path, options.input, console);
    if (contents.error)
        throw contents.error->withContext(path);
    return contents;
}

/// The key of one of the certificates, else the first one: to be refused then. Nothing when there is none.
std::optional<crypto::PrivateKey> keyOf(const formats::Contents& contents,
                                        const std::vector<x509::Certificate>& certificates) {
    std::optional<crypto::PrivateKey> first;
    for (const formats::Item* item : formats::flatten(contents)) {
        const auto* key = item->as<formats::PrivateKeyItem>();
        if (key == nullptr || !key->key)
            continue;
        if (std::any_of(certificates.begin(), certificates.end(),
                        [key](const x509::Certificate& one) { return one.publicKey() == key->key->publicKey(); }))
            return *key->key;
        if (!first)
            first = *key->key;
    }
    return first;
}

void addChain(formats::Pkcs12Contents& material, const std::vector<x509::Certificate>& certificates) {
    for (const x509::Certificate& certificate : certificates) {
        const auto& known = material.chain;
        if (certificate != material.certificate && std::find(known.begin(), known.end(), certificate) == known.end())
            material.chain.push_back(certificate);
    }
}

/// The certificate of the key (or the first one), and the others nearest first.
formats::Pkcs12Contents readMaterial(const CreateOptions& options, Console& console) {
    formats::Pkcs12Contents material;
    material.friendlyName = options.name;
    std::string keyFile = options.key;
    std::vector<x509::Certificate> certificates;
    if (!options.key.empty())
        material.key = readPrivateKey(options.key, console, options.input);
    if (!options.certificate.empty()) {
        certificates = readCertificates(options.certificate, console, options.input);
        if (!material.key) {
            material.key = keyOf(readWhole(options.certificate, options, console), certificates);
            keyFile = "The key in it";
        }
        auto own = certificates.begin();
        if (material.key)
            own = std::find_if(certificates.begin(), certificates.end(), [&material](const x509::Certificate& c) {
                return c.publicKey() == material.key->publicKey();
            });
        if (own == certificates.end())
            throw Error(ErrorKind::NotAllowed, keyFile + " is not the key of a certificate in " + options.certificate,
                        "Give the certificate that belongs to the key");
        material.certificate = *own;
        addChain(material, certificates);
    }
    for (const std::string& file : options.chain)
        addChain(material, readCertificates(file, console, options.input));
    return material;
}

int report(const formats::Pkcs12Contents& material, const OutputFiles& files, Console& console) {
    if (console.isJson()) {
        service::Json document;
        document["files"] = files.paths();
        if (material.certificate)
            document["certificate"] = service::factsJson(*material.certificate);
        document["has_key"] = material.key.has_value();
        document["chain_length"] = material.chain.size();
        console.printJson(document);
        return exit_code::Done;
    }
    const std::string more = std::to_string(material.chain.size()) +
                             (material.chain.size() == 1 ? " more certificate" : " more certificates");
    console.print("Wrote " + files.paths().front() + ": " +
                  (material.certificate ? material.certificate->subject().toRfc2253() +
                                              (material.key ? ", with its key" : ", without a key") + " and " + more
                                        : "a key without a certificate"));
    return exit_code::Done;
}

int runCreate(const CreateOptions& options, Console& console) {
    if (options.certificate.empty() && options.key.empty())
        throw UsageError("Give --cert, --key, or both");
    if (options.certificate.empty() && !options.chain.empty())
        throw UsageError("--chain goes with --cert");
    if (options.out == "-")
        throw UsageError("PKCS#12 is not written to standard output; give a file by --out");
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    const formats::Pkcs12Preset preset = options.protection.preset();
    const formats::Pkcs12Contents material = readMaterial(options, console);
    const auto passphrase = options.output.readNew(console, "Passphrase for the PKCS#12 file");
    if (!passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file",
                    "Give it by --out-passphrase-file");
    service::ExpectedContents expected{material.chain, {}, false};
    if (material.certificate)
        expected.certificates.push_back(*material.certificate);
    if (material.key)
        expected.keys.push_back(material.key->publicKey());
    files.addPrivate(options.out, formats::createPkcs12(material, *passphrase, preset), "PKCS#12", *passphrase,
                     expected);
    files.commit(console);
    return report(material, files, console);
}

struct ShowOptions {
    std::string file;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

int runShow(const ShowOptions& options, Console& console) {
    const formats::Contents contents = readInput(options.file, options.passphrases, console);
    const bool isPkcs12 = std::any_of(contents.items.begin(), contents.items.end(), [](const formats::Item& item) {
        return item.as<formats::Pkcs12Item>() != nullptr;
    });
    if (!isPkcs12 && !contents.error)
        throw Error(ErrorKind::BadInput, "“" + options.file + "” is not a PKCS#12 file",
                    "certwright-cli show tells what it is")
            .withContext(options.file);
    if (console.isJson()) {
        service::Json document;
        document["files"] = service::Json::array({service::factsJson(contents)});
        console.printJson(document);
    } else {
        for (const formats::Item& item : contents.items)
            console.print(itemText(item));
        if (contents.error)
            console.printError(*contents.error);
    }
    return contents.error ? exitCodeOf(contents.error->kind()) : exit_code::Done;
}

} // namespace

void addPkcs12Commands(CommandLine& line) {
    CLI::App& family = line.family("pkcs12", "Make and show PKCS#12 files");
    auto options = std::make_shared<CreateOptions>();
    CLI::App& create = line.add(family, "create", "Put a certificate, its key and its chain into one encrypted file");
    create.add_option("--cert", options->certificate, "File with the certificate, its chain, and perhaps its key");
    create.add_option("--key", options->key, "File with its private key, when it is not in the same file");
    create.add_option("--chain", options->chain, "Files with more certificates");
    create.add_option("--name", options->name, "Friendly name");
    create.add_option("--out", options->out, "File to write")->required();
    options->protection.addTo(create);
    create.add_flag("--force", options->isForced, "Overwrite an existing file");
    options->input.addTo(create);
    options->output.addTo(create);
    line.onRun(create, [options](Console& console) { return runCreate(*options, console); });

    auto showOptions = std::make_shared<ShowOptions>();
    CLI::App& show = line.add(family, "show", "Show what is in a PKCS#12 file: bags, MAC, encryption");
    show.add_option("FILE", showOptions->file, "The file; - is standard input")->required();
    showOptions->passphrases.addTo(show);
    line.onRun(show, [showOptions](Console& console) { return runShow(*showOptions, console); });
}

} // namespace certwright::cli
