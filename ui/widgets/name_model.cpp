#include "ui/widgets/name_model.h"

#include "core/base/error.h"
#include "ui/convert.h"
#include "ui/theme.h"

#include <algorithm>
#include <array>

namespace certwright::ui {

namespace {

struct AttributeName {
    const char* oid;
    const char* title;
};

constexpr std::array<AttributeName, 22> knownAttributes{{
    {"2.5.4.3", QT_TRANSLATE_NOOP("NameModel", "Common name")},
    {"2.5.4.10", QT_TRANSLATE_NOOP("NameModel", "Organization")},
    {"2.5.4.11", QT_TRANSLATE_NOOP("NameModel", "Org. unit")},
    {"2.5.4.6", QT_TRANSLATE_NOOP("NameModel", "Country")},
    {"2.5.4.8", QT_TRANSLATE_NOOP("NameModel", "State or province")},
    {"2.5.4.7", QT_TRANSLATE_NOOP("NameModel", "Locality")},
    {"2.5.4.9", QT_TRANSLATE_NOOP("NameModel", "Street")},
    {"2.5.4.17", QT_TRANSLATE_NOOP("NameModel", "Postal code")},
    {"1.2.840.113549.1.9.1", QT_TRANSLATE_NOOP("NameModel", "E-mail")},
    {"0.9.2342.19200300.100.1.25", QT_TRANSLATE_NOOP("NameModel", "Domain component")},
    {"0.9.2342.19200300.100.1.1", QT_TRANSLATE_NOOP("NameModel", "User ID")},
    {"2.5.4.5", QT_TRANSLATE_NOOP("NameModel", "Serial number")},
    {"2.5.4.4", QT_TRANSLATE_NOOP("NameModel", "Surname")},
    {"2.5.4.42", QT_TRANSLATE_NOOP("NameModel", "Given name")},
    {"2.5.4.43", QT_TRANSLATE_NOOP("NameModel", "Initials")},
    {"2.5.4.12", QT_TRANSLATE_NOOP("NameModel", "Title")},
    {"2.5.4.65", QT_TRANSLATE_NOOP("NameModel", "Pseudonym")},
    {"2.5.4.44", QT_TRANSLATE_NOOP("NameModel", "Generation qualifier")},
    {"2.5.4.46", QT_TRANSLATE_NOOP("NameModel", "DN qualifier")},
    {"2.5.4.97", QT_TRANSLATE_NOOP("NameModel", "Organization ID")},
    {"2.5.4.15", QT_TRANSLATE_NOOP("NameModel", "Business category")},
    {"2.5.4.13", QT_TRANSLATE_NOOP("NameModel", "Description")},
}};

const AttributeName* knownAttribute(std::string_view oid) {
    const auto* found = std::find_if(knownAttributes.begin(), knownAttributes.end(),
                                     [oid](const AttributeName& known) { return oid == known.oid; });
    return found == knownAttributes.end() ? nullptr : found;
}

/// The OID of a typed type: an OID, a short or long name, or a title as the editor writes it; the text when it is none.
std::string oidOfTyped(const QString& typed) {
    const QString text = typed.trimmed();
    for (const AttributeName& known : knownAttributes) {
        const QString title = attributeTitle(known.oid);
        if (text.compare(title, Qt::CaseInsensitive) == 0 ||
            text.compare(NameModel::tr(known.title), Qt::CaseInsensitive) == 0)
            return known.oid;
    }
    try {
        x509::Name scratch;
        scratch.append(toStdString(text), "x");
        return scratch.rdns().front().front().oid;
    } catch (const base::Error&) {
        // Types with a rule for the value (country has two letters) refuse "x" though they are known.
    }
    try {
        x509::Name scratch;
        scratch.append(toStdString(text), "XX");
        return scratch.rdns().front().front().oid;
    } catch (const base::Error&) {
        return toStdString(text);
    }
}

bool isOidText(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

QString stringTypeText(x509::StringType type) {
    return type == x509::StringType::Automatic ? NameModel::tr("Automatic", "string type")
                                               : toQString(x509::toString(type));
}

/// The first character that the string type cannot hold; empty when all fit.
QString unfitCharacter(const QString& value, x509::StringType type) {
    static const QString printableExtra = QStringLiteral(" '()+,-./:=?");
    for (const QChar c : value) {
        bool fits = true;
        if (type == x509::StringType::Printable)
            fits = c.unicode() < 0x80 && (c.isLetterOrNumber() || printableExtra.contains(c));
        else if (type == x509::StringType::Ia5)
            fits = c.unicode() < 0x80;
        else if (type == x509::StringType::T61)
            fits = c.unicode() < 0x100;
        if (!fits)
            return c;
    }
    return {};
}

} // namespace

const std::vector<std::string>& offeredAttributes() {
    static const std::vector<std::string> offered = [] {
        std::vector<std::string> oids;
        for (const AttributeName& known : knownAttributes)
            oids.emplace_back(known.oid);
        return oids;
    }();
    return offered;
}

QString attributeTitle(const std::string& oid) {
    const QString shortName = toQString(x509::attributeShortName(oid));
    const AttributeName* known = knownAttribute(oid);
    if (known == nullptr)
        return shortName;
    return QStringLiteral("%1 (%2)").arg(NameModel::tr(known->title), shortName);
}

NameModel::NameModel(QObject* parent)
    : QAbstractTableModel(parent) {
    connect(this, &QAbstractItemModel::modelReset, this, &NameModel::edited);
}

void NameModel::setName(const x509::Name& name) {
    beginResetModel();
    m_rows.clear();
    for (const x509::Rdn& rdn : name.rdns()) {
        bool isJoined = false;
        for (const x509::NameAttribute& attribute : rdn) {
            m_rows.push_back({attribute.oid, attribute.value, attribute.type, isJoined});
            isJoined = true;
        }
    }
    endResetModel();
}

x509::Name NameModel::name() const {
    x509::Name name;
    bool hasRdn = false;
    bool isAfterGap = false;
    for (const Row& row : m_rows) {
        if (row.value.empty()) {
            // What is joined to a row without a value begins the RDN itself.
            isAfterGap = isAfterGap || !row.isJoined;
            continue;
        }
        name.append(row.oid, row.value, row.type, row.isJoined && hasRdn && !isAfterGap);
        hasRdn = true;
        isAfterGap = false;
    }
    return name;
}

std::optional<NameModel::Problem> NameModel::problem(int index) const {
    const Row& row = m_rows.at(static_cast<std::size_t>(index));
    const QString value = toQString(row.value);
    if (!isOidText(row.oid) || row.oid.find('.') == std::string::npos)
        return Problem{index, Type, tr("“%1” is no attribute type and no valid OID.").arg(printable(row.oid)), false};
    if (row.value.empty())
        return std::nullopt;
    if (row.oid == "2.5.4.6" && value.size() != 2)
        return Problem{index, Value, tr("Country must be two letters (ISO 3166), e.g. DE."), false};
    const std::size_t limit = x509::attributeLimit(row.oid);
    if (limit != 0 && static_cast<std::size_t>(value.toUcs4().size()) > limit)
        return Problem{index, Value,
                       tr("%1 is longer than %2 characters (RFC 5280).").arg(attributeTitle(row.oid)).arg(limit),
                       false};
    const QString unfit = unfitCharacter(value, row.type);
    if (!unfit.isEmpty())
        return Problem{index, Encoding,
                       tr("%1 cannot hold “%2” – use UTF8String.").arg(stringTypeText(row.type), printable(unfit)),
                       true};
    try {
        x509::Name scratch;
        scratch.append(row.oid, row.value, row.type);
    } catch (const base::Error& error) {
        return Problem{index, Value, printable(error.message()), false};
    }
    return std::nullopt;
}

std::optional<NameModel::Problem> NameModel::firstProblem() const {
    for (int row = 0; row < rowCount(); ++row) {
        if (const auto found = problem(row))
            return found;
    }
    return std::nullopt;
}

int NameModel::addRow(const std::string& oid, int before) {
    const int row = before < 0 || before > rowCount() ? rowCount() : before;
    beginInsertRows({}, row, row);
    m_rows.insert(m_rows.begin() + row, Row{oid, {}, x509::StringType::Automatic, false});
    endInsertRows();
    changed(row);
    return row;
}

void NameModel::removeRow(int row) {
    if (row < 0 || row >= rowCount())
        return;
    // What was joined to it stays joined to its own RDN's first attribute, which the next row becomes.
    const bool isFirstOfRdn = !m_rows[static_cast<std::size_t>(row)].isJoined;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    if (isFirstOfRdn && row < rowCount())
        m_rows[static_cast<std::size_t>(row)].isJoined = false;
    endRemoveRows();
    changed(std::min(row, rowCount() - 1));
}

bool NameModel::moveRow(int row, int by) {
    const int target = row + by;
    if ((by != 1 && by != -1) || row < 0 || row >= rowCount() || target < 0 || target >= rowCount())
        return false;
    beginMoveRows({}, row, row, {}, by > 0 ? target + 1 : target);
    auto& rows = m_rows;
    const int after = std::max(row, target) + 1;
    rows[static_cast<std::size_t>(row)].isJoined = rows[static_cast<std::size_t>(target)].isJoined = false;
    if (after < rowCount())
        rows[static_cast<std::size_t>(after)].isJoined = false;
    std::swap(rows[static_cast<std::size_t>(row)], rows[static_cast<std::size_t>(target)]);
    endMoveRows();
    changed(target);
    return true;
}

void NameModel::setJoined(int row, bool isJoined) {
    if (row <= 0 || row >= rowCount())
        return;
    m_rows[static_cast<std::size_t>(row)].isJoined = isJoined;
    changed(row);
}

bool NameModel::isJoined(int row) const {
    return row > 0 && row < rowCount() && m_rows[static_cast<std::size_t>(row)].isJoined;
}

void NameModel::setStringType(int row, x509::StringType type) {
    m_rows.at(static_cast<std::size_t>(row)).type = type;
    changed(row);
}

int NameModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int NameModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

int NameModel::rdnNumber(int row) const {
    int number = 0;
    for (int i = 0; i <= row; ++i)
        number += i == 0 || !m_rows[static_cast<std::size_t>(i)].isJoined ? 1 : 0;
    return number;
}

QVariant NameModel::displayText(const Row& row, int index, int column) const {
    switch (column) {
    case Type:
        return printable(attributeTitle(row.oid));
    case Value:
        return printable(row.value);
    case Encoding:
        return stringTypeText(row.type);
    case RdnNumber:
        return rdnNumber(index);
    default:
        return {};
    }
}

QVariant NameModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return displayText(row, index.row(), index.column());
    case Qt::EditRole:
        return index.column() == Value ? QVariant(toQString(row.value)) : displayText(row, index.row(), index.column());
    case TypeTextRole:
        return toQString(row.oid);
    case StringTypeRole:
        return static_cast<int>(row.type);
    case IsJoinedAboveRole:
        return isJoined(index.row());
    case IsJoinedBelowRole:
        return isJoined(index.row() + 1);
    case Qt::ToolTipRole:
        if (const auto found = problem(index.row()))
            return found->text;
        return index.column() == Type ? QVariant(toQString(row.oid)) : QVariant();
    case Qt::DecorationRole:
        if (const auto found = problem(index.row()); found && found->column == index.column())
            return stateIcon(State::Error);
        return {};
    case Qt::ForegroundRole:
        if (const auto found = problem(index.row()); found && found->column == index.column())
            return Theme::instance().color(State::Error);
        if (index.column() == RdnNumber || (index.column() == Encoding && row.type == x509::StringType::Automatic))
            return Theme::instance().color(ColorRole::Secondary);
        return {};
    default:
        return {};
    }
}

QVariant NameModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Type:
        return tr("Type");
    case Value:
        return tr("Value");
    case Encoding:
        return tr("String type");
    case RdnNumber:
        return tr("RDN");
    default:
        return {};
    }
}

bool NameModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case Type:
        row.oid = oidOfTyped(value.toString());
        break;
    case Value:
        row.value = toStdString(value.toString());
        break;
    case Encoding:
        row.type = static_cast<x509::StringType>(value.toInt());
        break;
    default:
        return false;
    }
    changed(index.row());
    return true;
}

Qt::ItemFlags NameModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (!index.isValid())
        return flags;
    return index.column() == RdnNumber ? flags : flags | Qt::ItemIsEditable;
}

void NameModel::changed(int row) {
    // A row's number and grouping depend on those above it.
    if (row >= 0 && row < rowCount())
        Q_EMIT dataChanged(this->index(row, 0), this->index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT edited();
}

} // namespace certwright::ui
