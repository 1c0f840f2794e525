#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "app/cli/output_files.h"
#include "core/base/error.h"
#include "core/crypto/random.h"

#include <algorithm>
#include <charconv>
#include <memory>

namespace certwright::cli {

namespace {

constexpr std::size_t MaxBytes = 16U << 20U;

/// What is mixed into the generator before its bytes are used: --load, --egd.
class MixOptions {
public:
    void addTo(CLI::App& command) {
        command.add_option("--load", m_files, "Mix in a file first (several may be given)");
        command.add_option("--egd", m_sockets, "Mix in 255 bytes of the entropy gathering daemon at this Unix socket");
    }

    void mix() const {
        for (const std::string& file : m_files)
            crypto::loadRandomFile(file);
        for (const std::string& socket : m_sockets)
            crypto::addFromEgd(socket);
    }

private:
    std::vector<std::string> m_files;
    std::vector<std::string> m_sockets;
};

std::string countText(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

int runStatus(Console& console) {
    const bool isSeeded = crypto::isRandomSeeded();
    if (console.isJson())
        console.printJson({{"seeded", isSeeded}});
    else
        console.print(isSeeded ? "The random number generator is seeded" : "The random number generator is not seeded");
    return isSeeded ? exit_code::Done : exit_code::No;
}

struct BytesOptions {
    std::string count;
    std::string format = "hex";
    std::string out;
    bool isForced = false;
    MixOptions mix;
};

std::size_t countOf(const std::string& text) {
    std::size_t count = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (code != std::errc() || end != text.data() + text.size() || count < 1 || count > MaxBytes)
        throw UsageError("COUNT: “" + text + "” is not a number from 1 to " + std::to_string(MaxBytes));
    return count;
}

int runBytes(const BytesOptions& options, Console& console) {
    const bool isRaw = options.format == "raw";
    const bool isToFile = !options.out.empty() && options.out != "-";
    const std::size_t count = countOf(options.count);
    if (isRaw && !isToFile && console.isJson())
        throw UsageError("JSON cannot hold raw bytes: take hex or base64, or give --out");
    OutputFiles(options.isForced).reserve(options.out);
    options.mix.mix();
    const base::Bytes bytes = crypto::randomBytes(count);
    const std::string text = options.format == "base64" ? base::toBase64(bytes) : isRaw ? "" : base::toHex(bytes);
    if (isToFile) {
        const std::string line = text + "\n";
        service::writeFileAtomically(QString::fromStdString(options.out), isRaw ? bytes : base::bytesOf(line),
                                     service::FileWriter::Access::Private, options.isForced);
    }
    if (console.isJson()) {
        service::Json document{{"count", bytes.size()}};
        if (isToFile)
            document["files"] = service::Json::array({options.out});
        else
            document[options.format] = text;
        console.printJson(document);
    } else if (isToFile) {
        console.print("Wrote " + countText(bytes.size()) + " to " + options.out);
    } else if (isRaw) {
        console.printContent(base::textOf(bytes), options.isForced);
    } else {
        console.print(text);
    }
    return exit_code::Done;
}

struct SeedOptions {
    std::string file; ///< load's
    std::string socket;
    std::optional<std::size_t> count;
};

/// {"source", "bytes", "seeded"}: what was mixed in, and how the generator is now.
int reportMixed(const std::string& source, std::size_t count, Console& console) {
    const bool isSeeded = crypto::isRandomSeeded();
    if (console.isJson())
        console.printJson({{"source", source}, {"bytes", count}, {"seeded", isSeeded}});
    else
        console.print("Mixed " + countText(count) + " of " + (source == "-" ? "standard input" : source) +
                      " into the generator, which is " + (isSeeded ? "seeded" : "not seeded"));
    return isSeeded ? exit_code::Done : exit_code::No;
}

int runSeed(const SeedOptions& options, Console& console) {
    if (!options.socket.empty())
        return reportMixed(options.socket,
                           crypto::addFromEgd(options.socket, options.count.value_or(crypto::MaxEgdQuery)), console);
    const base::Bytes bytes = readStandardInput(MaxBytes, console.stopToken());
    if (bytes.empty())
        throwEmptyInput();
    const base::BytesView used = base::BytesView(bytes).first(std::min(bytes.size(), options.count.value_or(MaxBytes)));
    crypto::seedRandom(used);
    return reportMixed("-", used.size(), console);
}

int runLoad(const SeedOptions& options, Console& console) {
    return reportMixed(options.file, crypto::loadRandomFile(options.file, options.count), console);
}

struct WriteOptions {
    std::string file;
    bool isForced = false;
    MixOptions mix;
};

int runWrite(const WriteOptions& options, Console& console) {
    if (options.file == "-")
        throw UsageError("rand write makes a file; rand bytes prints to standard output");
    OutputFiles(options.isForced).reserve(options.file);
    options.mix.mix();
    const std::size_t count = crypto::writeRandomFile(options.file);
    if (console.isJson())
        console.printJson({{"files", service::Json::array({options.file})}, {"bytes", count}});
    else
        console.print("Wrote " + countText(count) + " to " + options.file);
    return exit_code::Done;
}

void addSeedCommands(CommandLine& line, CLI::App& family) {
    auto seedOptions = std::make_shared<SeedOptions>();
    CLI::App& seed =
        line.add(family, "seed", "Mix standard input into the generator, for as long as this program runs");
    seed.add_option("--egd", seedOptions->socket, "Mix in bytes of the entropy gathering daemon at this Unix socket");
    seed.add_option("--bytes", seedOptions->count, "So many bytes at most; of a daemon 255 when it is not given");
    line.onRun(seed, [seedOptions](Console& console) { return runSeed(*seedOptions, console); });

    auto loadOptions = std::make_shared<SeedOptions>();
    CLI::App& load = line.add(family, "load", "Mix a file into the generator, for as long as this program runs");
    load.add_option("FILE", loadOptions->file, "The file, or a device such as /dev/urandom")->required();
    load.add_option("--bytes", loadOptions->count, "So many bytes at most; all when it is not given");
    line.onRun(load, [loadOptions](Console& console) { return runLoad(*loadOptions, console); });
}

} // namespace

void addRandCommands(CommandLine& line) {
    CLI::App& family = line.family("rand", "Random bytes, and what the generator is seeded with");
    CLI::App& status = line.add(family, "status", "Tell whether the random number generator is seeded");
    line.onRun(status, runStatus);

    auto bytesOptions = std::make_shared<BytesOptions>();
    CLI::App& bytes = line.add(family, "bytes", "Print random bytes, or write them to a file");
    bytes.add_option("COUNT", bytesOptions->count, "How many bytes")->required();
    bytes.add_option("--format", bytesOptions->format, "hex, base64 or raw")
        ->check(CLI::IsMember({"hex", "base64", "raw"}));
    bytes.add_option("--out", bytesOptions->out, "File to write (mode 0600), - is standard output");
    bytes.add_flag("--force", bytesOptions->isForced, "Overwrite an existing file");
    bytesOptions->mix.addTo(bytes);
    line.onRun(bytes, [bytesOptions](Console& console) { return runBytes(*bytesOptions, console); });

    addSeedCommands(line, family);

    auto writeOptions = std::make_shared<WriteOptions>();
    CLI::App& write = line.add(family, "write", "Write 1024 random bytes to a file (mode 0600), for a later load");
    write.add_option("FILE", writeOptions->file, "File to write")->required();
    write.add_flag("--force", writeOptions->isForced, "Overwrite an existing file");
    writeOptions->mix.addTo(write);
    line.onRun(write, [writeOptions](Console& console) { return runWrite(*writeOptions, console); });
}

} // namespace certwright::cli
