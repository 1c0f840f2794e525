#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/item_text.h"
#include "app/cli/making_options.h"
#include "app/cli/output_files.h"
#include "app/cli/pkcs12_preset_options.h"
#include "core/base/error.h"
#include "core/service/converting.h"

#include <memory>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

constexpr const char* Text = "text";

struct ConvertOptions {
    std::string file;
    std::string to;
    std::string out;
    std::string encoding;
    std::string name;
    Pkcs12PresetOptions protection;
    bool isForced = false;
    KeyFileOptions keyFile;
    PassphraseOptions input = PassphraseOptions::forInput();
};

std::string targetWords() {
    std::string words;
    for (const std::string_view word : service::convertTargetWords())
        words += std::string(word) + ", ";
    return words + Text;
}

service::ConvertOrder orderOf(const ConvertOptions& options) {
    const auto target = service::convertTarget(options.to);
    if (!target)
        throw UsageError("--to: there is no target “" + options.to + "”; there are: " + targetWords());
    service::ConvertOrder order;
    order.target = *target;
    order.name = options.name;
    order.encryption = options.keyFile.encryption();
    order.preset = options.protection.preset();
    using service::ConvertTarget;
    const bool hasEncodings =
        *target == ConvertTarget::Pkcs7 || *target == ConvertTarget::Pkcs8 || *target == ConvertTarget::Traditional;
    if (options.encoding.empty())
        return order;
    if (!hasEncodings || (options.encoding != "pem" && options.encoding != "der"))
        throw UsageError("--encoding: pem or der, for pkcs7, pkcs8 and traditional");
    order.encoding = options.encoding == "pem" ? formats::Encoding::Pem : formats::Encoding::Der;
    return order;
}

service::Json kindsOf(const formats::Contents& contents) {
    service::Json kinds = service::Json::array();
    for (const formats::Item* item : formats::flatten(contents))
        kinds.push_back(std::string(formats::kindName(*item)));
    return kinds;
}

int report(const ConvertOptions& options, const formats::Contents& contents, bool isEncrypted, const OutputFiles& files,
           Console& console) {
    for (const std::string& note : contents.notes)
        console.note(options.file + ": " + note);
    if (console.isJson()) {
        service::Json document;
        document["to"] = options.to;
        document["items"] = kindsOf(contents);
        document["encrypted"] = isEncrypted;
        document["files"] = files.paths();
        console.printJson(document);
        return exit_code::Done;
    }
    for (const std::string& path : files.paths())
        console.print("Written to " + path + (isEncrypted ? ", encrypted" : ""));
    return exit_code::Done;
}

int toText(const ConvertOptions& options, const formats::Contents& contents, OutputFiles& files, Console& console) {
    std::string text;
    for (const formats::Item& item : contents.items)
        text += itemText(item) + '\n';
    files.addPlainText(options.out, text);
    files.commit(console);
    return report(options, contents, false, files, console);
}

int runConvert(const ConvertOptions& options, Console& console) {
    const bool isText = options.to == Text;
    const service::ConvertOrder order = isText ? service::ConvertOrder() : orderOf(options);
    if (options.out == "-" && console.isJson())
        throw UsageError("--json: standard output carries the document; give a file by --out");
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    const formats::Contents contents = readInput(options.file, options.input, console);
    if (contents.error)
        throw contents.error->withContext(options.file);
    if (isText)
        return toText(options, contents, files, console);

    std::optional<base::Secret> passphrase;
    if (order.target == service::ConvertTarget::Pkcs12)
        passphrase = options.keyFile.requiredPassphrase(console, "Passphrase for the PKCS#12 file");
    else if (service::convertsPrivateKey(contents, order.target))
        passphrase = options.keyFile.passphrase(console);
    try {
        service::Conversion made = service::convert(contents, order, passphrase ? &*passphrase : nullptr);
        files.addConverted(options.out, made.file, made.expected, passphrase ? &*passphrase : nullptr);
    } catch (const Error& error) {
        throw error.withContext(options.file);
    }
    files.commit(console);
    if (options.out == "-")
        return exit_code::Done;
    return report(options, contents, passphrase.has_value(), files, console);
}

void addTo(CLI::App& command, CommandLine& line) {
    auto options = std::make_shared<ConvertOptions>();
    command.add_option("IN", options->file, "File to read; - is standard input")->required();
    command.add_option("--to", options->to, "What to make of it: " + targetWords())->required();
    command.add_option("--out", options->out, "File to write; - is standard output, but for private keys")->required();
    command.add_option("--encoding", options->encoding, "pem or der, for pkcs7 (der), pkcs8 and traditional (pem)");
    command.add_option("--name", options->name, "Friendly name (pkcs12), comment (openssh), key id (jwk)");
    options->protection.addTo(command);
    command.add_flag("--force", options->isForced, "Overwrite an existing file");
    options->keyFile.addTo(command);
    options->input.addTo(command);
    line.onRun(command, [options](Console& console) { return runConvert(*options, console); });
}

} // namespace

void addConvertCommands(CommandLine& line) {
    addTo(line.add("convert", "Write a certificate, request or key in another form"), line);
    addTo(line.add(line.family("key", "Make keys"), "convert", "Write a key in another form"), line);
}

} // namespace certwright::cli
