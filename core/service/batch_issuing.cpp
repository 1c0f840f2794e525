#include "core/service/batch_issuing.h"

#include "core/base/error.h"
#include "core/pki/profile.h"
#include "core/store/store.h"

#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <array>
#include <csv.h>
#include <optional>

namespace certwright::service {

using base::Error;
using base::ErrorKind;

namespace {

using Cells = std::vector<std::string>;

constexpr std::array<std::string_view, 7> columns{"subject", "san", "profile", "days", "not_after", "name", "file"};
constexpr std::size_t mostRefused = 10; // messages in one error

struct Table {
    std::vector<Cells> rows;
    Cells current;
};

/// Which row an error is about.
Error inRow(std::size_t number, const Error& error) {
    return Error(error.kind(), "Row " + std::to_string(number) + ": " + error.message(), error.hint(), error.stack());
}

std::vector<Cells> parseCsv(base::BytesView csv) {
    csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        throw Error(ErrorKind::Internal, "The reader of tables could not be made");
    const std::unique_ptr<csv_parser, decltype(&csv_free)> owner(&parser, csv_free);
    Table table;
    const auto cell = [](void* text, std::size_t size, void* data) {
        static_cast<Table*>(data)->current.emplace_back(static_cast<const char*>(text), size);
    };
    const auto row = [](int, void* data) {
        auto* all = static_cast<Table*>(data);
        all->rows.push_back(std::move(all->current));
        all->current.clear();
    };
    static constexpr std::array<std::uint8_t, 3> mark{0xEF, 0xBB, 0xBF}; // what spreadsheets put before UTF-8
    if (csv.size() >= mark.size() && std::equal(mark.begin(), mark.end(), csv.begin()))
        csv = csv.subspan(mark.size());
    const bool isRead = csv_parse(&parser, csv.data(), csv.size(), cell, row, &table) == csv.size() &&
                        csv_fini(&parser, cell, row, &table) == 0;
    if (!isRead)
        throw Error(ErrorKind::BadInput,
                    "The table cannot be read after row " + std::to_string(table.rows.size()) + ": " +
                        csv_strerror(csv_error(&parser)),
                    "A cell with quotation marks stands in quotation marks, and those inside are doubled (RFC 4180).");
    return std::move(table.rows);
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Cells headingOf(const Cells& first) {
    Cells heading;
    for (const std::string& cell : first) {
        std::string name = trimmed(cell);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (std::ranges::find(columns, name) == columns.end())
            throw Error(ErrorKind::BadInput, "Row 1: there is no column “" + cell + "”",
                        "The first row names the columns: subject, san, profile, days, not_after, name, file.");
        if (std::ranges::find(heading, name) != heading.end())
            throw Error(ErrorKind::BadInput, "Row 1: the column “" + name + "” is there twice");
        heading.push_back(std::move(name));
    }
    return heading;
}

void apply(const std::string& column, const std::string& value, BatchRow& row) {
    pki::IssueChoices& choices = row.request.choices;
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorKind::BadInput, "in the column " + column + ": “" + value + "” " + why);
    };
    if (column == "subject") {
        choices.subject = x509::Name::parse(value);
    } else if (column == "san") {
        choices.names = x509::parseGeneralNames(value);
    } else if (column == "profile") {
        const pki::Profile* profile = pki::findProfile(value);
        if (profile == nullptr)
            refuse("is no profile");
        choices.profile = *profile;
    } else if (column == "days") {
        bool isNumber = false;
        const int days = QString::fromStdString(value).toInt(&isNumber);
        if (!isNumber || days < 1)
            refuse("is no number of days");
        choices.lifetime = pki::Lifetime{days, pki::Lifetime::Unit::Days};
        choices.notAfter.reset();
    } else if (column == "not_after") {
        choices.notAfter = base::parseRfc3339(value);
        if (!choices.notAfter)
            refuse("is no time; write 2027-06-12T11:54:59Z");
        choices.lifetime.reset();
    } else if (column == "name") {
        row.request.name = QString::fromStdString(value);
    } else {
        row.fileName = QString::fromStdString(value);
    }
}

QString fileNameOf(const BatchRow& row) {
    static const QRegularExpression unusual(QStringLiteral(R"([\s/\\:*?"<>|\x00-\x1f\x7f]+)"));
    QString name = row.fileName.isEmpty() ? row.request.name : row.fileName;
    const pki::IssueChoices& choices = row.request.choices;
    if (name.isEmpty())
        name =
            QString::fromStdString(choices.names.empty() ? choices.subject.displayName() : choices.names.front().value);
    name.replace(unusual, QStringLiteral("_"));
    if (name.startsWith(QLatin1Char('.')))
        name[0] = QLatin1Char('_');
    return name;
}

BatchRow readRow(std::size_t number, const Cells& heading, const Cells& cells, const IssueRequest& common) {
    BatchRow row{number, common, {}};
    if (cells.size() != heading.size())
        throw Error(ErrorKind::BadInput, std::to_string(cells.size()) + " cells, but the heading has " +
                                             std::to_string(heading.size()) + " columns");
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (const std::string value = trimmed(cells[i]); !value.empty())
            apply(heading[i], value, row);
    }
    row.fileName = fileNameOf(row);
    if (row.fileName.isEmpty())
        throw Error(ErrorKind::BadInput, "there is no name for its files", "Give it a subject, a name or a file.");
    return row;
}

void refuseBad(store::Store* store, const std::vector<BatchRow>& rows) {
    std::string messages;
    std::size_t refused = 0;
    for (const BatchRow& row : rows) {
        const pki::IssuePlan plan = previewIssue(store, row.request);
        if (plan.isAllowed() || ++refused > mostRefused)
            continue;
        messages +=
            (messages.empty() ? "Row " : "\nRow ") + std::to_string(row.number) + ": " + pki::errorText(plan.problems);
    }
    if (refused > mostRefused)
        messages += "\nand " + std::to_string(refused - mostRefused) + " more";
    if (refused > 0)
        throw Error(ErrorKind::NotAllowed, messages, "Nothing was issued. Mend these rows and try again.");
}

} // namespace

std::vector<BatchRow> readBatch(base::BytesView csv, const IssueRequest& common) {
    const std::vector<Cells> table = parseCsv(csv);
    if (table.size() < 2)
        throw Error(
            ErrorKind::BadInput, "There is no certificate in the table",
            "The first row names the columns: subject, san, profile, days, not_after, name, file; each row after "
            "it is a certificate.");
    const Cells heading = headingOf(table.front());
    std::vector<BatchRow> rows;
    QSet<QString> fileNames;
    for (std::size_t i = 1; i < table.size(); ++i) {
        try {
            rows.push_back(readRow(i + 1, heading, table[i], common));
        } catch (const Error& error) {
            throw inRow(i + 1, error);
        }
        if (fileNames.contains(rows.back().fileName))
            throw inRow(i + 1, Error(ErrorKind::BadInput,
                                     "its files would be called “" + rows.back().fileName.toStdString() +
                                         "” as those of another row",
                                     "Name them in the column file."));
        fileNames.insert(rows.back().fileName);
    }
    return rows;
}

std::vector<IssueResult> issueBatch(store::Store* store, const std::vector<BatchRow>& rows,
                                    const base::JobControl& control) {
    refuseBad(store, rows);
    std::optional<store::Transaction> transaction;
    if (store != nullptr)
        transaction.emplace(*store);
    std::vector<IssueResult> results;
    for (const BatchRow& row : rows) {
        control.throwIfStopped();
        try {
            results.push_back(issue(store, row.request));
        } catch (const Error& error) {
            throw inRow(row.number, error);
        }
        control.report(results.size(), rows.size());
    }
    if (transaction)
        transaction->commit();
    return results;
}

} // namespace certwright::service
