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

/// The certificate of the key (or the first one), and the others nearest first.
pki::ExportMaterial readMaterial(const CreateOptions& options, Console& console) {
    std::optional<crypto::PrivateKey> key;
    if (!options.key.empty())
        key = readPrivateKey(options.key, console, options.input);
    auto certificates = readCertificates(options.certificate, console, options.input);
    auto own = certificates.begin();
    if (key)
        own = std::find_if(certificates.begin(), certificates.end(),
                           [&key](const x509::Certificate& c) { return c.publicKey() == key->publicKey(); });
    if (own == certificates.end())
        throw Error(ErrorKind::NotAllowed, options.key + " is not the key of a certificate in " + options.certificate,
                    "Give the certificate that belongs to the key");
    pki::ExportMaterial material{*own, {}, key, options.name};
    certificates.erase(own);
    for (const std::string& file : options.chain) {
        for (x509::Certificate& certificate : readCertificates(file, console, options.input))
            certificates.push_back(std::move(certificate));
    }
    for (const x509::Certificate& certificate : certificates) {
        const auto& known = material.issuers;
        if (!(certificate == material.certificate) && std::find(known.begin(), known.end(), certificate) == known.end())
            material.issuers.push_back(certificate);
    }
    return material;
}

int runCreate(const CreateOptions& options, Console& console) {
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    const pki::ExportMaterial material = readMaterial(options, console);
    const auto passphrase = options.output.readNew(console, "Passphrase for the PKCS#12 file");
    if (!passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file",
                    "Give it by --out-passphrase-file");
    pki::ExportOptions exportOptions;
    exportOptions.preset = options.protection.preset();
    const auto rendered = pki::renderExport(pki::ExportTarget::Pkcs12, {material}, &*passphrase, exportOptions);
    files.addPrivate(options.out, rendered.front().content, "PKCS#12", *passphrase,
                     service::ExpectedContents::of({material}));
    files.commit(console);
    if (console.isJson()) {
        service::Json document;
        document["files"] = files.paths();
        document["certificate"] = service::factsJson(material.certificate);
        document["has_key"] = material.key.has_value();
        document["chain_length"] = material.issuers.size();
        console.printJson(document);
        return exit_code::Done;
    }
    console.print("Wrote " + options.out + ": " + material.certificate.subject().toRfc2253() +
                  (material.key ? ", with its key" : ", without a key") + " and " +
                  std::to_string(material.issuers.size()) +
                  (material.issuers.size() == 1 ? " more certificate" : " more certificates"));
    return exit_code::Done;
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
    create.add_option("--cert", options->certificate, "File with the certificate, and its chain")->required();
    create.add_option("--key", options->key, "File with its private key");
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
