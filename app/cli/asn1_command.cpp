#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/output_files.h"
#include "core/base/error.h"
#include "core/formats/asn1_view.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;
using formats::Asn1Element;
using formats::Asn1Source;
using formats::Asn1View;

namespace {

/// So much of an OCTET STRING fits into a line for people.
constexpr std::size_t LineOctets = 32;

struct Asn1Options {
    std::string file;
    std::optional<std::size_t> part;
    std::optional<std::size_t> offset;
    std::string out;
    bool isForced = false;
};

/// Characters that people write, and no ASN.1 begins so.
bool isText(base::BytesView bytes) {
    return !bytes.empty() && std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t c) {
        return (c >= 0x20U && c != 0x7FU) || c == '\n' || c == '\r' || c == '\t';
    });
}

Error problemOf(const Asn1Source& source, const Asn1View& view, const std::string& file) {
    if (!source.problem.empty()) {
        const bool isEncrypted = source.problem.find("encrypted") != std::string::npos;
        return Error(isEncrypted ? ErrorKind::Unsupported : ErrorKind::BadInput, source.problem,
                     isEncrypted ? "Write it without encryption first, with certwright-cli key convert."
                                 : "Get the file again from where it came from.")
            .withContext(file);
    }
    if (isText(source.bytes))
        return Error(ErrorKind::BadInput, "It is text, but neither PEM nor base64",
                     "ASN.1 comes as DER, as PEM or as base64; certwright-cli show tells what this is.")
            .withContext(file);
    return Error(ErrorKind::BadInput, view.problem() + " (at offset " + std::to_string(view.problemOffset()) + ")",
                 "What stands before it was read; the bytes are cut off, changed, or no ASN.1.")
        .withContext(file);
}

/// The elements from `first` on that are in it, without it: up to the first that is as deep as it is.
std::size_t endOf(const std::vector<Asn1Element>& elements, std::size_t first) {
    std::size_t end = first + 1;
    while (end < elements.size() && elements[end].depth > elements[first].depth)
        ++end;
    return end;
}

std::string lineOf(const Asn1View& view, const Asn1Element& element) {
    char numbers[96];
    const std::string length = element.isIndefinite ? "inf" : std::to_string(element.length);
    std::snprintf(numbers, sizeof numbers, "%8zu %4u %4u %8s  ", element.offset, unsigned{element.depth},
                  unsigned{element.headerLength}, length.c_str());
    std::string line = numbers + std::string(std::size_t{element.depth} * 2, ' ');
    if (element.isEncapsulated)
        line += "> ";
    line += Asn1View::typeName(element);
    const std::string name = view.oidName(element);
    if (!name.empty())
        line += " " + name;
    const std::string value = view.value(element, LineOctets);
    if (!value.empty())
        line += (name.empty() ? " " : " = ") + visibleText(value);
    if (!element.isShortest)
        line += "  (header not in its shortest form)";
    if (element.isCut)
        line += "  (CUT OFF)";
    return line;
}

service::Json elementJson(const Asn1View& view, const Asn1Element& element) {
    static constexpr const char* ClassNames[] = {"universal", "application", "context", "private"};
    service::Json out;
    out["offset"] = element.offset;
    out["depth"] = element.depth;
    out["header_length"] = element.headerLength;
    out["length"] = element.length;
    if (element.isIndefinite)
        out["indefinite"] = true;
    out["class"] = ClassNames[element.tagClass & 3U];
    out["tag"] = element.tag;
    out["type"] = Asn1View::typeName(element);
    out["constructed"] = element.isConstructed;
    if (element.isEncapsulated)
        out["encapsulated"] = true;
    if (!element.isShortest)
        out["shortest_form"] = false;
    if (element.isCut)
        out["cut_off"] = true;
    const std::string name = view.oidName(element);
    if (!name.empty())
        out["name"] = name;
    const std::string value = view.value(element);
    if (!value.empty())
        out["value"] = value;
    return out;
}

/// The tree of the elements [first, end), written as it is gone through: as one Json it would take a hundred times the
/// memory of the bytes.
void printTree(const Asn1View& view, std::size_t first, std::size_t end, Console& console) {
    const auto& elements = view.elements();
    std::size_t open = 0;
    for (std::size_t i = first; i < end; ++i) {
        std::string text = elementJson(view, elements[i]).dump(-1, ' ', false, service::Json::error_handler_t::replace);
        const std::size_t next = i + 1 < end ? elements[i + 1].depth : elements[first].depth;
        if (next > elements[i].depth) {
            text.pop_back();
            text += ",\"children\":[\n";
            ++open;
        } else {
            const std::size_t closing = std::min<std::size_t>(open, elements[i].depth - next);
            for (std::size_t n = 0; n < closing; ++n)
                text += "]}";
            open -= closing;
            text += i + 1 < end ? ",\n" : "\n";
        }
        console.printRaw(text);
    }
}

struct Range {
    std::size_t first = 0;
    std::size_t end = 0;
};

/// The elements that are wanted: all, or the one at --offset with those in it.
Range rangeOf(const Asn1View& view, const Asn1Options& options) {
    if (!options.offset)
        return {0, view.elements().size()};
    const Asn1Element* element = view.at(*options.offset);
    if (element == nullptr) {
        throw Error(ErrorKind::NotFound, "No element starts at offset " + std::to_string(*options.offset),
                    "The first column of certwright-cli asn1 has the offsets.")
            .withContext(options.file);
    }
    const auto first = static_cast<std::size_t>(element - view.elements().data());
    return {first, endOf(view.elements(), first)};
}

/// The parts of the file that are wanted. @throws UsageError
std::vector<std::size_t> partsOf(const Asn1Options& options, std::size_t count) {
    std::vector<std::size_t> parts;
    if (!options.part && options.offset && count > 1)
        throw UsageError("The file has " + std::to_string(count) + " blocks; say which one with --part");
    if (options.part && (*options.part < 1 || *options.part > count))
        throw UsageError("--part: the file has " + std::to_string(count) + (count == 1 ? " block" : " blocks"));
    for (std::size_t i = 0; i < count; ++i) {
        if (!options.part || *options.part == i + 1)
            parts.push_back(i);
    }
    return parts;
}

int save(const Asn1Options& options, const Asn1Source& source, Console& console) {
    const Asn1View view(source.bytes);
    if (!source.problem.empty())
        throw problemOf(source, view, options.file);
    const Asn1Element& element = view.elements().at(rangeOf(view, options).first);
    if (element.isCut)
        throw problemOf(source, view, options.file);
    OutputFiles files(options.isForced);
    files.addBytes(options.out, view.whole(element));
    files.commit(console);
    if (console.isJson())
        console.printJson({{"files", files.paths()}, {"element", elementJson(view, element)}});
    else if (options.out != "-")
        console.print("Written to " + options.out);
    return exit_code::Done;
}

/// Gives the exit code.
int printPart(const Asn1Source& source, const Asn1Options& options, bool hasHeading, Console& console) {
    const Asn1View view(source.bytes);
    const bool isWhole = source.problem.empty() && view.isComplete();
    const Range range = source.problem.empty() && !view.elements().empty() ? rangeOf(view, options) : Range();
    if (console.isJson()) {
        service::Json head;
        if (!source.label.empty())
            head["label"] = source.label;
        head["size"] = source.bytes.size();
        if (!isWhole)
            head["error"] = service::errorJson(problemOf(source, view, options.file));
        if (!isWhole && source.problem.empty())
            head["error_offset"] = view.problemOffset();
        std::string text = head.dump(-1, ' ', false, service::Json::error_handler_t::replace);
        text.pop_back();
        console.printRaw(text + ",\"elements\":[\n");
        printTree(view, range.first, range.end, console);
        console.printRaw("]}");
    } else {
        if (hasHeading)
            console.print("== " + (source.label.empty() ? options.file : source.label));
        if (range.end > range.first)
            console.print("  offset dep. head   length  type and value");
        for (std::size_t i = range.first; i < range.end; ++i)
            console.print(lineOf(view, view.elements()[i]));
        console.flush();
        if (!isWhole)
            console.printError(problemOf(source, view, options.file));
    }
    return isWhole ? exit_code::Done : exitCodeOf(problemOf(source, view, options.file).kind());
}

int runAsn1(const Asn1Options& options, Console& console) {
    if (!options.out.empty() && !options.offset)
        throw UsageError("--out goes with --offset");
    OutputFiles(options.isForced).reserve(options.out);
    const base::Bytes input = readInputBytes(options.file, console);
    if (input.empty() && options.file == "-")
        throwEmptyInput();
    const std::vector<Asn1Source> sources = formats::asn1Sources(input);
    const std::vector<std::size_t> parts = partsOf(options, sources.size());
    if (!options.out.empty())
        return save(options, sources[parts.front()], console);
    for (const std::size_t part : parts) { // before anything is printed, so that JSON stays one document
        const Asn1View view(sources[part].bytes);
        if (sources[part].problem.empty() && !view.elements().empty())
            rangeOf(view, options);
    }
    int code = exit_code::Done;
    if (console.isJson())
        console.printRaw(
            "{\"file\":" + service::Json(options.file).dump(-1, ' ', false, service::Json::error_handler_t::replace) +
            ",\"parts\":[");
    for (const std::size_t part : parts) {
        if (console.isJson() && part != parts.front())
            console.printRaw(",\n");
        code = std::max(code, printPart(sources[part], options, sources.size() > 1, console));
    }
    if (console.isJson())
        console.printRaw("]}\n");
    return code;
}

} // namespace

void addAsn1Command(CommandLine& line) {
    auto options = std::make_shared<Asn1Options>();
    CLI::App& command = line.add("asn1", "Show the ASN.1 structure of a file, and save parts of it");
    command.add_option("FILE", options->file, "PEM, DER or base64; - is standard input")->required();
    command.add_option("--part", options->part, "Only this PEM block of the file, counted from 1")
        ->check(CLI::Range(1, 1'000'000));
    command.add_option("--offset", options->offset, "Only the element at this offset, with what is in it")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--out", options->out, "Save the element at --offset as DER; - is standard output");
    command.add_flag("--force", options->isForced, "Overwrite an existing file");
    line.onRun(command, [options](Console& console) { return runAsn1(*options, console); });
}

} // namespace certwright::cli
