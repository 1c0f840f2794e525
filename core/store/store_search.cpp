#include "core/store/store.h"
#include "core/store/store_p.h"

#include <QStringList>

#include <algorithm>
#include <iterator>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

constexpr qsizetype TrigramSize = 3, HashTextMinimum = 8, Sha256Digits = 64, Sha1Digits = 40;
constexpr qsizetype ListedWhenAmbiguous = 10;
/// U+10FFFF: nothing sorts behind it, so a prefix and this bound everything with the prefix.
const QString LastCharacter = QString(QChar(0xDBFF)) + QChar(0xDFFF);

bool isHex(const QString& text) {
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
    });
}

/// The digits of a fingerprint or serial as people write it, colons allowed; empty when it is none.
QString hexDigits(const QString& word) {
    QString digits = word;
    digits.remove(u':');
    return digits.size() >= HashTextMinimum && isHex(digits) ? digits : QString();
}

/// The smallest and the largest digest of `size` hexadecimal digits that begins with `digits`.
std::pair<QByteArray, QByteArray> digestRange(const QString& digits, qsizetype size) {
    const auto filled = [&](QChar with) {
        return QByteArray::fromHex(digits.leftJustified(size, with, true).toLatin1());
    };
    return {filled(u'0'), filled(u'f')};
}

/// Code points of a text, each as the string it is: a trigram is three of them.
std::vector<QString> codePoints(const QString& text) {
    std::vector<QString> result;
    for (const char32_t point : text.toUcs4())
        result.push_back(QString::fromUcs4(&point, 1));
    return result;
}

/// FTS5 query for everything that has all trigrams of a word; empty when it has none.
QString trigramQuery(const QString& word) {
    const auto points = codePoints(word);
    QStringList terms;
    for (std::size_t i = 0; i + TrigramSize <= points.size(); ++i) {
        QString trigram = points[i] + points[i + 1] + points[i + 2];
        trigram.replace(u'"', QStringLiteral("\"\""));
        terms << u'"' + trigram + u'"';
    }
    terms.removeDuplicates();
    return terms.join(QStringLiteral(" AND "));
}

std::vector<RowId> readIds(Database& database, const char* sql, const Values& values) {
    std::vector<RowId> ids;
    auto rows = database.select(sql, values);
    while (rows.next())
        ids.push_back(rows.integer(0));
    return ids;
}

void merge(std::vector<RowId>& ids, const std::vector<RowId>& more) {
    ids.insert(ids.end(), more.begin(), more.end());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// Entries with a digest that begins so.
std::vector<RowId> idsByDigest(Database& database, EntryKind kind, const QString& digits) {
    if (digits.size() > Sha256Digits)
        return {};
    const auto [low, high] = digestRange(digits, Sha256Digits);
    switch (kind) {
    case EntryKind::Certificate: {
        auto ids = readIds(database, "SELECT id FROM certificates WHERE sha256 BETWEEN ? AND ?", {low, high});
        if (digits.size() <= Sha1Digits) {
            const auto sha1 = digestRange(digits, Sha1Digits);
            merge(ids, readIds(database, "SELECT id FROM certificates WHERE sha1 BETWEEN ? AND ?",
                               {sha1.first, sha1.second}));
        }
        return ids;
    }
    case EntryKind::Key:
        return readIds(database, "SELECT id FROM keys WHERE spki_sha256 BETWEEN ? AND ?", {low, high});
    case EntryKind::Request:
        return readIds(database, "SELECT id FROM requests WHERE sha256 BETWEEN ? AND ?", {low, high});
    case EntryKind::Crl:
        return readIds(database, "SELECT id FROM crls WHERE sha256 BETWEEN ? AND ?", {low, high});
    }
    return {};
}

const char* namePrefixSql(EntryKind kind) {
    switch (kind) {
    case EntryKind::Certificate:
        return "SELECT id FROM certificates WHERE name COLLATE NOCASE BETWEEN ? AND ?";
    case EntryKind::Key:
        return "SELECT id FROM keys WHERE name COLLATE NOCASE BETWEEN ? AND ?";
    case EntryKind::Request:
        return "SELECT id FROM requests WHERE name COLLATE NOCASE BETWEEN ? AND ?";
    case EntryKind::Crl:
        return "SELECT id FROM crls WHERE name COLLATE NOCASE BETWEEN ? AND ?";
    }
    return "";
}

const char* exactNameSql(EntryKind kind) {
    switch (kind) {
    case EntryKind::Certificate:
        return "SELECT id FROM certificates WHERE name = ? COLLATE NOCASE";
    case EntryKind::Key:
        return "SELECT id FROM keys WHERE name = ? COLLATE NOCASE";
    case EntryKind::Request:
        return "SELECT id FROM requests WHERE name = ? COLLATE NOCASE";
    case EntryKind::Crl:
        return "SELECT id FROM crls WHERE name = ? COLLATE NOCASE";
    }
    return "";
}

const char* byIdSql(EntryKind kind) {
    switch (kind) {
    case EntryKind::Certificate:
        return "SELECT id, name FROM certificates WHERE id = ?";
    case EntryKind::Key:
        return "SELECT id, name FROM keys WHERE id = ?";
    case EntryKind::Request:
        return "SELECT id, name FROM requests WHERE id = ?";
    case EntryKind::Crl:
        return "SELECT id, name FROM crls WHERE id = ?";
    }
    return "";
}

/// Entries with a word somewhere in their search text.
std::vector<RowId> idsByText(Database& database, EntryKind kind, const QString& folded) {
    return readIds(database,
                   "SELECT search.id / 4 FROM search_index JOIN search ON search.id = search_index.rowid"
                   " WHERE search_index MATCH ? AND search.id % 4 = ? AND instr(search.text, ?) > 0 ORDER BY search.id",
                   {trigramQuery(folded), int(kind), folded});
}

std::vector<RowId> idsOfWord(Database& database, EntryKind kind, const QString& word) {
    const QString folded = word.toCaseFolded();
    if (folded.toUcs4().size() < TrigramSize) {
        auto ids = readIds(database, namePrefixSql(kind), {word, word + LastCharacter});
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    auto ids = idsByText(database, kind, folded);
    const QString digits = hexDigits(word);
    if (!digits.isEmpty()) {
        merge(ids, idsByDigest(database, kind, digits));
        if (digits.size() != word.size()) // a serial with colons
            merge(ids, idsByText(database, kind, digits.toCaseFolded()));
    }
    return ids;
}

} // namespace

std::vector<RowId> Store::matching(EntryKind kind, const QString& text) const {
    std::optional<std::vector<RowId>> result;
    for (const QString& word : text.simplified().split(u' ', Qt::SkipEmptyParts)) {
        auto ids = idsOfWord(*d->database, kind, word);
        if (result) {
            std::vector<RowId> both;
            std::set_intersection(result->begin(), result->end(), ids.begin(), ids.end(), std::back_inserter(both));
            result = std::move(both);
        } else {
            result = std::move(ids);
        }
        if (result->empty())
            break;
    }
    if (result)
        return *std::move(result);
    std::vector<RowId> all;
    Rows rows = [&] {
        switch (kind) {
        case EntryKind::Key:
            return d->database->select("SELECT id FROM keys ORDER BY id");
        case EntryKind::Request:
            return d->database->select("SELECT id FROM requests ORDER BY id");
        case EntryKind::Crl:
            return d->database->select("SELECT id FROM crls ORDER BY id");
        case EntryKind::Certificate:
            break;
        }
        return d->database->select("SELECT id FROM certificates ORDER BY id");
    }();
    while (rows.next())
        all.push_back(rows.integer(0));
    return all;
}

std::optional<RowId> Store::findBySha256(EntryKind kind, const QString& sha256) const {
    if (sha256.size() != Sha256Digits || !isHex(sha256))
        return std::nullopt;
    // A whole SHA-256 is longer than any SHA-1, so only the one digest is looked up.
    const auto ids = idsByDigest(*d->database, kind, sha256);
    return ids.empty() ? std::nullopt : std::optional(ids.front());
}

std::optional<RowId> Store::findId(EntryKind kind, const QString& idOrNameOrHash) const {
    const QString wanted = idOrNameOrHash.trimmed();
    if (wanted.isEmpty())
        return std::nullopt;
    // A name goes before a number: somebody may have called a certificate "2024".
    std::vector<RowId> ids = readIds(*d->database, exactNameSql(kind), {wanted});
    if (ids.empty()) {
        bool isNumber = false;
        const qlonglong number = wanted.toLongLong(&isNumber);
        if (isNumber && number > 0)
            ids = readIds(*d->database, byIdSql(kind), {number});
    }
    if (ids.empty() && !hexDigits(wanted).isEmpty())
        ids = idsByDigest(*d->database, kind, hexDigits(wanted));
    if (ids.size() <= 1)
        return ids.empty() ? std::nullopt : std::optional(ids.front());

    QStringList list;
    for (const RowId id : ids) {
        if (list.size() == ListedWhenAmbiguous) {
            list << QStringLiteral("...");
            break;
        }
        auto rows = d->database->select(byIdSql(kind), {qlonglong(id)});
        if (rows.next())
            list << QStringLiteral("%1 (number %2)").arg(rows.text(1)).arg(id);
    }
    throw Error(ErrorKind::NotAllowed,
                "“" + wanted.toStdString() + "” fits " + std::to_string(ids.size()) +
                    " entries: " + list.join(QStringLiteral(", ")).toStdString(),
                "Use the number, or more digits of the SHA-256.");
}

std::vector<FoundEntry> Store::findAll(const QString& idOrNameOrHash) const {
    std::vector<FoundEntry> found;
    for (const EntryKind kind : {EntryKind::Certificate, EntryKind::Key, EntryKind::Request, EntryKind::Crl}) {
        if (const auto id = findId(kind, idOrNameOrHash)) {
            auto rows = d->database->select(byIdSql(kind), {qlonglong(*id)});
            if (rows.next())
                found.push_back({kind, *id, rows.text(1)});
        }
    }
    return found;
}

QString Store::nameOf(EntryKind kind, RowId id) const {
    auto rows = d->database->select(byIdSql(kind), {qlonglong(id)});
    return rows.next() ? rows.text(1) : QString();
}

bool Store::isNameUsed(EntryKind kind, const QString& name) const {
    return !readIds(*d->database, exactNameSql(kind), {textValue(name)}).empty();
}

QString Store::freeName(EntryKind kind, const QString& wanted) const {
    QString name = wanted;
    for (int n = 2; isNameUsed(kind, name); ++n)
        name = QStringLiteral("%1 (%2)").arg(wanted).arg(n);
    return name;
}

// --- search texts

void Store::Private::addSearchText(EntryKind kind, RowId id, const QString& text) {
    const Values values{searchId(kind, id), textValue(text.toCaseFolded())};
    database->change("INSERT INTO search (id, text) VALUES (?, ?)", values);
    database->change("INSERT INTO search_index (rowid, text) VALUES (?, ?)", values);
}

void Store::Private::removeSearchText(EntryKind kind, RowId id) {
    // The index holds no text: it has to be told what it is to forget.
    database->change("INSERT INTO search_index (search_index, rowid, text) SELECT 'delete', id, text FROM search"
                     " WHERE id = ?",
                     {searchId(kind, id)});
    database->change("DELETE FROM search WHERE id = ?", {searchId(kind, id)});
}

void Store::Private::refreshSearchText(EntryKind kind, RowId id) {
    QString text;
    {
        Rows rows = [&] {
            const Values values{qlonglong(id)};
            switch (kind) {
            case EntryKind::Key:
                return database->select("SELECT name, comment FROM keys WHERE id = ?", values);
            case EntryKind::Request:
                return database->select("SELECT name, subject, other_names, comment FROM requests WHERE id = ?",
                                        values);
            case EntryKind::Crl:
                return database->select("SELECT crls.name, names.text, comment FROM crls"
                                        " JOIN names ON names.id = issuer_name WHERE crls.id = ?",
                                        values);
            case EntryKind::Certificate:
                break;
            }
            return database->select("SELECT name, subject, other_names, serial, comment FROM certificates WHERE id = ?",
                                    values);
        }();
        if (!rows.next())
            return;
        const int columns = kind == EntryKind::Certificate ? 5
                            : kind == EntryKind::Request   ? 4
                            : kind == EntryKind::Crl       ? 3
                                                           : 2;
        QStringList parts;
        for (int column = 0; column < columns; ++column)
            parts << rows.text(column);
        text = parts.join(u'\n');
    }
    removeSearchText(kind, id);
    addSearchText(kind, id, text);
}

} // namespace certwright::store
