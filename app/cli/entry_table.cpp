#include "app/cli/entry_table.h"

#include "core/base/clock.h"
#include "core/store/entry_filter.h"

#include <algorithm>
#include <array>
#include <functional>

namespace certwright::cli {

namespace {

using store::EntryKind;

std::string timeText(const std::optional<base::Time>& time) {
    return time ? base::toRfc3339(*time) : std::string();
}

std::string linkText(store::LinkState link) {
    switch (link) {
    case store::LinkState::Verified:
        return "verified";
    case store::LinkState::Claimed:
        return "claimed";
    case store::LinkState::Unknown:
        return "unknown";
    }
    return {};
}

template <class Row>
struct Column {
    std::string_view name;
    bool isUsual;
    std::function<std::string(const Row&)> text;
    EntryTable::Type type = EntryTable::Type::Text;
};

const std::vector<Column<store::CertificateRow>>& certificateColumns() {
    using Row = store::CertificateRow;
    static const base::Time now = base::SystemClock().now();
    static const std::vector<Column<Row>> columns = {
        {"id", true, [](const Row& row) { return std::to_string(row.id); }, EntryTable::Type::Number},
        {"name", true, [](const Row& row) { return row.name.toStdString(); }},
        {"status", true, [](const Row& row) { return std::string(store::stateWord(row, now)); }},
        {"not_after", true, [](const Row& row) { return timeText(row.notAfter); }},
        {"san", true, [](const Row& row) { return row.otherNames.toStdString(); }},
        {"key", true, [](const Row& row) { return crypto::displayText(row.key); }},
        {"subject", false, [](const Row& row) { return row.subject.toStdString(); }},
        {"issuer", false, [](const Row& row) { return row.issuer.toStdString(); }},
        {"issuer_link", false, [](const Row& row) { return linkText(row.link); }},
        {"serial", false, [](const Row& row) { return row.serial.toStdString(); }},
        {"not_before", false, [](const Row& row) { return timeText(row.notBefore); }},
        {"is_ca", false, [](const Row& row) { return std::string(row.isCa ? "true" : "false"); },
         EntryTable::Type::Boolean},
        {"has_key", false, [](const Row& row) { return std::string(row.keyId != 0 ? "true" : "false"); },
         EntryTable::Type::Boolean},
        {"sha256", false, [](const Row& row) { return row.sha256.toStdString(); }},
        {"sha1", false, [](const Row& row) { return row.sha1.toStdString(); }},
        {"profile", false, [](const Row& row) { return row.profile.toStdString(); }},
        {"comment", false, [](const Row& row) { return row.comment.toStdString(); }},
    };
    return columns;
}

const std::vector<Column<store::KeyRow>>& keyColumns() {
    using Row = store::KeyRow;
    static const std::vector<Column<Row>> columns = {
        {"id", true, [](const Row& row) { return std::to_string(row.id); }, EntryTable::Type::Number},
        {"name", true, [](const Row& row) { return row.name.toStdString(); }},
        {"key", true, [](const Row& row) { return crypto::displayText(row.key); }},
        {"uses", true, [](const Row& row) { return std::to_string(row.useCount); }, EntryTable::Type::Number},
        {"spki_sha256", false, [](const Row& row) { return row.spkiSha256.toStdString(); }},
        {"comment", false, [](const Row& row) { return row.comment.toStdString(); }},
    };
    return columns;
}

const std::vector<Column<store::RequestRow>>& requestColumns() {
    using Row = store::RequestRow;
    static const std::vector<Column<Row>> columns = {
        {"id", true, [](const Row& row) { return std::to_string(row.id); }, EntryTable::Type::Number},
        {"name", true, [](const Row& row) { return row.name.toStdString(); }},
        {"subject", true, [](const Row& row) { return row.subject.toStdString(); }},
        {"san", true, [](const Row& row) { return row.otherNames.toStdString(); }},
        {"key", true, [](const Row& row) { return crypto::displayText(row.key); }},
        {"sha256", false, [](const Row& row) { return row.sha256.toStdString(); }},
        {"has_key", false, [](const Row& row) { return std::string(row.keyId != 0 ? "true" : "false"); },
         EntryTable::Type::Boolean},
        {"comment", false, [](const Row& row) { return row.comment.toStdString(); }},
    };
    return columns;
}

const std::vector<Column<store::CrlRow>>& crlColumns() {
    using Row = store::CrlRow;
    static const std::vector<Column<Row>> columns = {
        {"id", true, [](const Row& row) { return std::to_string(row.id); }, EntryTable::Type::Number},
        {"name", true, [](const Row& row) { return row.name.toStdString(); }},
        {"number", true, [](const Row& row) { return row.number.toStdString(); }},
        {"this_update", true, [](const Row& row) { return timeText(row.thisUpdate); }},
        {"next_update", true, [](const Row& row) { return timeText(row.nextUpdate); }},
        {"revoked_count", true, [](const Row& row) { return std::to_string(row.revokedCount); },
         EntryTable::Type::Number},
        {"issuer", false, [](const Row& row) { return row.issuer.toStdString(); }},
        {"issuer_link", false, [](const Row& row) { return linkText(row.link); }},
        {"sha256", false, [](const Row& row) { return row.sha256.toStdString(); }},
        {"comment", false, [](const Row& row) { return row.comment.toStdString(); }},
    };
    return columns;
}

/// Calls `use` with the columns of a kind, whatever their rows are.
template <class Use>
auto withColumns(EntryKind kind, Use use) {
    switch (kind) {
    case EntryKind::Key:
        return use(keyColumns());
    case EntryKind::Request:
        return use(requestColumns());
    case EntryKind::Crl:
        return use(crlColumns());
    case EntryKind::Certificate:
        break;
    }
    return use(certificateColumns());
}

template <class Row>
bool isColumn(const std::vector<Column<Row>>& columns, const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&name](const auto& column) { return column.name == name; });
}

/// Numbers sort by value, everything else as text.
bool comesBefore(const std::string& a, const std::string& b) {
    const auto isNumber = [](const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    };
    if (isNumber(a) && isNumber(b) && a.size() != b.size())
        return a.size() < b.size();
    return a < b;
}

template <class Row>
EntryTable tableOf(std::vector<Row> rows, const std::vector<Column<Row>>& all, const std::vector<std::string>& wanted,
                   const std::string& sort) {
    const auto key = std::find_if(all.begin(), all.end(), [&sort](const auto& column) { return column.name == sort; });
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const Row& a, const Row& b) { return comesBefore(key->text(a), key->text(b)); });
    std::vector<const Column<Row>*> chosen;
    for (const auto& column : all) {
        if (wanted.empty() && column.isUsual)
            chosen.push_back(&column);
    }
    for (const std::string& name : wanted)
        chosen.push_back(
            &*std::find_if(all.begin(), all.end(), [&name](const auto& column) { return column.name == name; }));
    EntryTable table;
    for (const auto* column : chosen) {
        table.columns.emplace_back(column->name);
        table.types.push_back(column->type);
    }
    for (const Row& row : rows) {
        auto& cells = table.rows.emplace_back();
        for (const auto* column : chosen)
            cells.push_back(column->text(row));
    }
    return table;
}

} // namespace

std::optional<EntryKind> entryKindOf(const std::string& word) {
    for (const EntryKind kind : {EntryKind::Certificate, EntryKind::Key, EntryKind::Request, EntryKind::Crl}) {
        const std::string name = store::toString(kind).toStdString();
        if (word == name || word == name + 's')
            return kind;
    }
    return std::nullopt;
}

std::string unknownColumn(EntryKind kind, const std::vector<std::string>& columns, const std::string& sort) {
    return withColumns(kind, [&](const auto& all) {
        for (const std::string& name : columns) {
            if (!isColumn(all, name))
                return name;
        }
        return isColumn(all, sort) ? std::string() : sort;
    });
}

std::string columnNames(EntryKind kind) {
    return withColumns(kind, [](const auto& all) {
        std::string names;
        for (const auto& column : all)
            names += (names.empty() ? "" : ", ") + std::string(column.name);
        return names;
    });
}

EntryTable readEntries(const store::Store& store, EntryKind kind, const QString& filter,
                       const std::vector<std::string>& columns, const std::string& sort) {
    const auto conditions = store::EntryFilter::parse(filter, kind, base::SystemClock().now());
    store::Query query;
    query.text = conditions.text();
    const auto table = [&](auto rows, const auto& all) {
        std::erase_if(rows, [&conditions](const auto& row) { return !conditions.accepts(row); });
        return tableOf(std::move(rows), all, columns, sort);
    };
    switch (kind) {
    case EntryKind::Key:
        return table(store.keys(query), keyColumns());
    case EntryKind::Request:
        return table(store.requests(query), requestColumns());
    case EntryKind::Crl:
        return table(store.crls(query), crlColumns());
    case EntryKind::Certificate:
        break;
    }
    return table(store.certificates(query), certificateColumns());
}

} // namespace certwright::cli
