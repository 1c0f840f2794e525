#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/entry_table.h"
#include "app/cli/exit_code.h"
#include "app/cli/store_options.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace certwright::cli {

namespace {

struct ListOptions {
    std::string kind = "certificate";
    std::string filter;
    std::string sort = "name";
    std::string columns;
    std::string format;
    StoreOptions store;
};

std::vector<std::string> splitColumns(const std::string& text) {
    std::vector<std::string> out;
    std::size_t start = 0;
    while (start <= text.size() && !text.empty()) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        if (end > start)
            out.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

std::string csvField(const std::string& text) {
    if (text.find_first_of("\",\r\n") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += '"';
        out += c;
    }
    return out + '"';
}

void printCsv(const EntryTable& table, Console& console) {
    const auto row = [&console](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i)
            line += (i == 0 ? "" : ",") + csvField(cells[i]);
        console.printRaw(line + "\r\n"); // RFC 4180 2
    };
    row(table.columns);
    for (const auto& cells : table.rows)
        row(cells);
}

/// Characters as a terminal counts them, near enough for lining up: continuation octets take no place.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

void printTable(const EntryTable& table, Console& console) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        std::size_t width = widthOf(table.columns[i]);
        for (const auto& cells : table.rows)
            width = std::max(width, widthOf(visibleText(cells[i])));
        widths.push_back(width);
    }
    const auto row = [&](const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string text = visibleText(cells[i]);
            line += text;
            if (i + 1 < cells.size())
                line.append(widths[i] - widthOf(text) + 2, ' ');
        }
        console.print(line);
    };
    row(table.columns);
    for (const auto& cells : table.rows)
        row(cells);
}

service::Json cellJson(const std::string& text, EntryTable::Type type) {
    switch (type) {
    case EntryTable::Type::Number:
        return std::stoll(text);
    case EntryTable::Type::Boolean:
        return text == "true";
    case EntryTable::Type::Text:
        break;
    }
    return text;
}

service::Json tableJson(const EntryTable& table) {
    service::Json items = service::Json::array();
    for (const auto& cells : table.rows) {
        service::Json item;
        for (std::size_t i = 0; i < cells.size(); ++i)
            item[table.columns[i]] = cellJson(cells[i], table.types[i]);
        items.push_back(std::move(item));
    }
    return service::Json{{"items", std::move(items)}};
}

/// A filter that makes no sense is an error of usage, never an empty answer.
EntryTable readFiltered(const store::Store& store, store::EntryKind kind, const ListOptions& options,
                        const std::vector<std::string>& columns) {
    try {
        return readEntries(store, kind, QString::fromStdString(options.filter), columns, options.sort);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::BadInput)
            throw;
        throw UsageError("--filter: " + error.message() + (error.hint().empty() ? "" : ". " + error.hint()));
    }
}

int runList(const ListOptions& options, Console& console) {
    const auto kind = entryKindOf(options.kind);
    if (!kind)
        throw UsageError("--kind: “" + options.kind + "” is not one of certificate, key, request, crl");
    const std::string format = options.format.empty() ? "table" : options.format;
    if (format != "table" && format != "csv" && format != "json")
        throw UsageError("--format: “" + format + "” is not one of table, csv, json");
    const auto columns = splitColumns(options.columns);
    const auto unknown = unknownColumn(*kind, columns, options.sort);
    if (!unknown.empty())
        throw UsageError("There is no column “" + unknown + "”; there are: " + columnNames(*kind));
    const auto store = options.store.open(store::OpenMode::ReadOnly);
    const EntryTable table = readFiltered(*store, *kind, options, columns);
    if (console.isJson() || format == "json")
        console.printJson(tableJson(table));
    else if (format == "csv")
        printCsv(table, console);
    else
        printTable(table, console);
    if (table.rows.empty() && !options.filter.empty() && !console.isJson())
        console.note("Nothing matches the filter.");
    return exit_code::Done;
}

} // namespace

void addListCommand(CommandLine& line) {
    auto options = std::make_shared<ListOptions>();
    CLI::App& command = line.add("list", "List what is in a store");
    command.add_option("--kind", options->kind, "certificate (the default), key, request or crl");
    command.add_option("--filter", options->filter,
                       "Only entries with these words in name, subject, other names, serial, fingerprint or comment, "
                       "and fields such as expires:<30d, expires:>=2027-01-01, key:rsa<3072, issuer:\"Lab\", subject:, "
                       "san:, is:expired, is:revoked, is:ca, has:key");
    command.add_option("--columns", options->columns, "Columns, separated by commas");
    command.add_option("--sort", options->sort, "Column to sort by");
    command.add_option("--format", options->format, "table (the default), csv or json");
    options->store.addTo(command);
    line.onRun(command, [options](Console& console) { return runList(*options, console); });
}

} // namespace certwright::cli
