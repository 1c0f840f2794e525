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

#include <algorithm>
#include <map>
#include <memory>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

constexpr const char* Text = "text";
constexpr const char* OutPassphrase = "--out-passphrase-file";

struct ConvertOptions {
    std::string file;
    std::string to;
    std::string out;
    std::string encoding;
    std::string name;
    Pkcs12PresetOptions protection;
    bool isForced = false;
    bool isForKeys = false; ///< key convert
    KeyFileOptions keyFile;
    PassphraseOptions input = PassphraseOptions::forInput();
};

std::string targetWords() {
    std::string words;
    for (const std::string_view word : service::convertTargetWords())
        words += std::string(word) + ", ";
    return words + Text;
}

/// What a target can honour; another option of these would have no effect.
const std::vector<std::string>& optionsOf(const std::string& target) {
    static const std::map<std::string, std::vector<std::string>> table = {
        {"pem", {"--cipher", "--kdf", OutPassphrase}},
        {"der", {"--cipher", "--kdf", OutPassphrase}},
        {"pkcs7", {"--encoding"}},
        {"pkcs8", {"--encoding", "--cipher", "--kdf", OutPassphrase}},
        {"traditional", {"--encoding", "--cipher", OutPassphrase}},
        {"pkcs12", {"--name", "--preset", OutPassphrase}},
        {"openssh", {"--name", OutPassphrase}},
        {"jwk", {"--name", OutPassphrase}}, // which core refuses with the reason
        {Text, {}}};
    return table.at(target);
}

void checkOption(const ConvertOptions& options, bool isGiven, const char* option) {
    const std::vector<std::string>& known = optionsOf(options.to);
    if (!isGiven || std::find(known.begin(), known.end(), option) != known.end())
        return;
    std::string takes;
    for (const std::string& one : known)
        takes += (takes.empty() ? "" : ", ") + one;
    throw UsageError(std::string(option) + " has no effect on --to " + options.to + ", which takes " +
                     (takes.empty() ? "none of these options" : takes));
}

service::ConvertOrder orderOf(const ConvertOptions& options) {
    const auto target = service::convertTarget(options.to);
    if (!target && options.to != Text)
        throw UsageError("--to: there is no target “" + options.to + "”; there are: " + targetWords());
    checkOption(options, options.keyFile.hasCipher(), "--cipher");
    checkOption(options, options.keyFile.hasKdf(), "--kdf");
    checkOption(options, options.keyFile.hasPassphrase(), OutPassphrase);
    checkOption(options, options.protection.isGiven(), "--preset");
    checkOption(options, !options.name.empty(), "--name");
    checkOption(options, !options.encoding.empty(), "--encoding");
    service::ConvertOrder order;
    order.target = target.value_or(service::ConvertTarget::Pem);
    order.name = options.name;
    order.encryption = options.keyFile.encryption();
    order.preset = options.protection.preset();
    if (options.encoding.empty())
        return order;
    if (options.encoding != "pem" && options.encoding != "der")
        throw UsageError("--encoding: there are pem and der");
    if (options.encoding == "der" && options.to == "traditional" && options.keyFile.hasPassphrase())
        throw UsageError("Traditional keys in DER are not encrypted: take --encoding pem, or --to pkcs8");
    order.encoding = options.encoding == "pem" ? formats::Encoding::Pem : formats::Encoding::Der;
    return order;
}

std::vector<std::string> kindsOf(const formats::Contents& contents) {
    std::vector<std::string> kinds;
    for (const formats::Item* item : formats::flatten(contents))
        kinds.emplace_back(formats::kindName(*item));
    return kinds;
}

/// What was written, and what was not.
struct Outcome {
    std::vector<std::string> items, leftOut;
    bool isEncrypted = false;
};

void noteLeftOut(const ConvertOptions& options, const Outcome& outcome, Console& console) {
    std::string list;
    for (const std::string& kind : outcome.leftOut)
        list += (list.empty() ? "" : ", ") + kind;
    if (!list.empty())
        console.note(options.file + ": left out, because " + options.to + " has no place for it: " + list);
}

int report(const ConvertOptions& options, const formats::Contents& contents, const Outcome& outcome,
           const OutputFiles& files, Console& console) {
    for (const std::string& note : contents.notes)
        console.note(options.file + ": " + note);
    noteLeftOut(options, outcome, console);
    if (options.out == "-")
        return exit_code::Done;
    if (console.isJson()) {
        service::Json document;
        document["to"] = options.to;
        document["items"] = outcome.items;
        if (!outcome.leftOut.empty())
            document["left_out"] = outcome.leftOut;
        document["encrypted"] = outcome.isEncrypted;
        document["files"] = files.paths();
        console.printJson(document);
        return exit_code::Done;
    }
    files.print(console);
    return exit_code::Done;
}

int toText(const ConvertOptions& options, const formats::Contents& contents, OutputFiles& files, Console& console) {
    std::string text;
    for (const formats::Item& item : contents.items)
        text += itemText(item) + '\n';
    files.addPlainText(options.out, text);
    files.commit(console);
    return report(options, contents, {kindsOf(contents), {}, false}, files, console);
}

/// @throws UsageError for a passphrase with nothing to encrypt; Error PassphraseNeeded
std::optional<base::Secret> passphraseFor(const ConvertOptions& options, const formats::Contents& contents,
                                          service::ConvertTarget target, Console& console) {
    if (target == service::ConvertTarget::Pkcs12)
        return options.keyFile.requiredPassphrase(console, "Passphrase for the PKCS#12 file");
    if (service::convertsPrivateKey(contents, target))
        return options.keyFile.passphrase(console);
    if (options.keyFile.hasCipher() || options.keyFile.hasKdf() || options.keyFile.hasPassphrase())
        throw UsageError("There is no private key in “" + options.file +
                         "” to encrypt: leave out --cipher, --kdf and --out-passphrase-file");
    return std::nullopt;
}

int runConvert(const ConvertOptions& options, Console& console) {
    const service::ConvertOrder order = orderOf(options);
    if (options.out == "-" && console.isJson())
        throw UsageError("--json: standard output carries the document; give a file by --out");
    OutputFiles files(options.isForced);
    files.reserve(options.out);
    const formats::Contents contents = readInput(options.file, options.input, console);
    if (contents.error)
        throw contents.error->withContext(options.file);
    if (options.isForKeys && !hasKey(contents))
        throw Error(ErrorKind::BadInput, "There is no key in “" + options.file + "”",
                    "certwright-cli convert takes files without one, too.")
            .withContext(options.file);
    if (options.to == Text)
        return toText(options, contents, files, console);

    const auto passphrase = passphraseFor(options, contents, order.target, console);
    Outcome outcome;
    try {
        service::Conversion made = service::convert(contents, order, passphrase ? &*passphrase : nullptr);
        files.addConverted(options.out, made.file, made.expected, passphrase ? &*passphrase : nullptr);
        outcome = {made.items, made.leftOut, passphrase.has_value()};
    } catch (const Error& error) {
        throw error.withContext(options.file);
    }
    files.commit(console);
    return report(options, contents, outcome, files, console);
}

void addTo(CLI::App& command, bool isForKeys, CommandLine& line) {
    auto options = std::make_shared<ConvertOptions>();
    options->isForKeys = isForKeys;
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
    addTo(line.add("convert", "Write a certificate, request or key in another form"), false, line);
    addTo(line.add(line.family("key", "Make keys"), "convert", "Write a key in another form"), true, line);
}

} // namespace certwright::cli
