#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "core/base/error.h"
#include "core/pki/compare.h"

#include <memory>
#include <optional>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

struct CompareArguments {
    std::string first;
    std::string second;
    PassphraseOptions passphrases = PassphraseOptions::forOnlyInput();
};

/// One side: what is compared, and what it is for people.
struct Side {
    pki::Comparable thing;
    std::string kind;
};

std::optional<pki::Comparable> comparableOf(const formats::Item& item) {
    if (const auto* certificate = item.as<x509::Certificate>())
        return *certificate;
    if (const auto* request = item.as<x509::Request>())
        return *request;
    if (const auto* crl = item.as<x509::Crl>())
        return *crl;
    if (const auto* key = item.as<crypto::PublicKey>())
        return *key;
    if (const auto* spkac = item.as<formats::Spkac>())
        return spkac->publicKey();
    const auto* key = item.as<formats::PrivateKeyItem>();
    return key != nullptr && key->key ? std::optional<pki::Comparable>(*key->key) : std::nullopt;
}

/// The first thing in a file that can be compared; the others are mentioned.
Side readSide(const std::string& path, const CompareArguments& arguments, Console& console) {
    const formats::Contents contents = readInput(path, arguments.passphrases, console);
    std::optional<Side> found;
    std::size_t others = 0;
    for (const formats::Item* item : formats::flatten(contents)) {
        auto thing = comparableOf(*item);
        if (thing && !found)
            found = Side{std::move(*thing), std::string(formats::kindName(*item))};
        else if (thing)
            ++others;
    }
    if (!found && contents.error)
        throw Error(*contents.error).withContext(path);
    if (!found)
        throw Error(ErrorKind::BadInput, "There is no certificate, request, revocation list or key in it",
                    "See what it holds with certwright-cli show.")
            .withContext(path);
    if (others != 0)
        console.note(path + ": the first of " + std::to_string(others + 1) + " things is compared (" + found->kind +
                     ")");
    return std::move(*found);
}

service::Json comparisonJson(const pki::Comparison& comparison) {
    service::Json out;
    out["identical"] = comparison.isIdentical;
    out["belong_together"] = comparison.belongTogether();
    out["relations"] = service::Json::array();
    for (const pki::Relation& relation : comparison.relations)
        out["relations"].push_back(
            {{"id", relation.id}, {"state", pki::toString(relation.state)}, {"message", relation.message}});
    out["differences"] = service::Json::array();
    const auto textOrNull = [](const std::string& text) {
        return text.empty() ? service::Json() : service::Json(text);
    };
    for (const pki::FieldDifference& difference : comparison.differences)
        out["differences"].push_back({{"field", difference.field},
                                      {"first", textOrNull(difference.first)},
                                      {"second", textOrNull(difference.second)}});
    return out;
}

void printComparison(const pki::Comparison& comparison, Console& console) {
    console.print(comparison.isIdentical        ? "They are the same."
                  : comparison.belongTogether() ? "They belong together."
                                                : "They do NOT belong together.");
    for (const pki::Relation& relation : comparison.relations)
        console.print("  " + std::string(pki::toString(relation.state)) + "  " + visibleText(relation.message));
    const auto textOf = [](const std::string& text) {
        return text.empty() ? std::string("(none)") : visibleText(text);
    };
    for (const pki::FieldDifference& difference : comparison.differences) {
        console.print("  " + visibleText(difference.field));
        console.print("    1  " + textOf(difference.first));
        console.print("    2  " + textOf(difference.second));
    }
}

int runCompare(const CompareArguments& arguments, Console& console) {
    const Side first = readSide(arguments.first, arguments, console);
    const Side second = readSide(arguments.second, arguments, console);
    const pki::Comparison comparison = pki::compare(first.thing, second.thing);
    if (console.isJson()) {
        service::Json document = comparisonJson(comparison);
        document["first"] = {{"file", arguments.first}, {"kind", first.kind}};
        document["second"] = {{"file", arguments.second}, {"kind", second.kind}};
        console.printJson(document);
    } else {
        printComparison(comparison, console);
    }
    return comparison.belongTogether() ? exit_code::Done : exit_code::No;
}

} // namespace

void addCompareCommand(CommandLine& line) {
    auto arguments = std::make_shared<CompareArguments>();
    CLI::App& command = line.add("compare", "Do two files belong together: key, issuer, and what differs");
    command.add_option("A", arguments->first, "Certificate, request, revocation list or key; - is standard input")
        ->required();
    command.add_option("B", arguments->second, "What it is compared with")->required();
    arguments->passphrases.addTo(command);
    line.onRun(command, [arguments](Console& console) { return runCompare(*arguments, console); });
}

} // namespace certwright::cli
