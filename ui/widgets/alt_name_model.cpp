#include "ui/widgets/alt_name_model.h"

#include "core/base/error.h"
#include "ui/convert.h"
#include "ui/theme.h"

#include <QSet>

#include <algorithm>

namespace certwright::ui {

namespace {

bool isSeparator(QChar c) {
    return c.isSpace() || c == QLatin1Char(',') || c == QLatin1Char(';');
}

bool reachesToLineEnd(QStringView entry) {
    return entry.startsWith(QLatin1String("dirName:"), Qt::CaseInsensitive) ||
           entry.startsWith(QLatin1String("otherName:"), Qt::CaseInsensitive);
}

/// Start and length of each entry.
std::vector<std::pair<qsizetype, qsizetype>> split(const QString& text) {
    std::vector<std::pair<qsizetype, qsizetype>> parts;
    qsizetype at = 0;
    while (at < text.size()) {
        if (isSeparator(text[at])) {
            ++at;
            continue;
        }
        qsizetype end = at;
        if (reachesToLineEnd(QStringView(text).mid(at))) {
            while (end < text.size() && text[end] != QLatin1Char('\n'))
                ++end;
        } else {
            while (end < text.size() && !isSeparator(text[end]))
                ++end;
        }
        parts.emplace_back(at, end - at);
        at = end;
    }
    return parts;
}

AltNameModel::Entry recognise(const QString& text, qsizetype position) {
    AltNameModel::Entry entry{text, std::nullopt, {}, position};
    try {
        const auto names = x509::parseGeneralNames(toStdString(text));
        if (names.size() == 1)
            entry.name = names.front();
        else
            entry.problem = AltNameModel::tr("“%1” is not one name.").arg(printable(text));
    } catch (const base::Error& error) {
        entry.problem = printable(error.message());
    }
    if (entry.name && entry.name->type == x509::GeneralName::Type::Dns) {
        // An underscore is only remarked upon: such names are in use, and some clients take them.
        std::string host = entry.name->value;
        std::replace(host.begin(), host.end(), '_', 'a');
        if (!x509::dnsNameProblem(host).empty()) {
            entry.problem = printable(x509::dnsNameProblem(entry.name->value));
            entry.name.reset();
        }
    }
    if (entry.name)
        entry.problem = altNameRemark(*entry.name);
    return entry;
}

} // namespace

QString altNameTypeText(const x509::GeneralName& name) {
    using Type = x509::GeneralName::Type;
    switch (name.type) {
    case Type::Ip:
        return name.value.find(':') == std::string::npos ? QStringLiteral("IPv4") : QStringLiteral("IPv6");
    case Type::Email:
        return AltNameModel::tr("e-mail");
    case Type::DirectoryName:
        return AltNameModel::tr("directory");
    case Type::OtherName:
        return AltNameModel::tr("other");
    default:
        return toQString(x509::toString(name.type));
    }
}

QString altNameRemark(const x509::GeneralName& name) {
    using Type = x509::GeneralName::Type;
    if (name.type == Type::Dns && name.value.find('_') != std::string::npos)
        return AltNameModel::tr("“%1”: underscore is not allowed in host names.").arg(printable(name.value));
    if (name.type == Type::Ip)
        return AltNameModel::tr("%1 is an IP address: public CAs rarely sign these, private clients accept them.")
            .arg(printable(name.value));
    return {};
}

void AltNameModel::setText(const QString& text) {
    beginResetModel();
    m_entries.clear();
    QSet<QString> seen;
    for (const auto& [position, length] : split(text)) {
        Entry entry = recognise(text.mid(position, length), position);
        const QString key =
            entry.name ? toQString(x509::toString(entry.name->type)) + QLatin1Char(':') + toQString(entry.name->value)
                       : QLatin1Char('!') + entry.text;
        if (seen.contains(key))
            continue;
        seen.insert(key);
        m_entries.push_back(std::move(entry));
    }
    endResetModel();
}

std::vector<x509::GeneralName> AltNameModel::names() const {
    std::vector<x509::GeneralName> names;
    for (const Entry& entry : m_entries) {
        if (entry.name)
            names.push_back(*entry.name);
    }
    return names;
}

int AltNameModel::problemCount() const {
    return static_cast<int>(
        std::count_if(m_entries.begin(), m_entries.end(), [](const Entry& entry) { return !entry.name; }));
}

const AltNameModel::Entry* AltNameModel::firstProblem() const {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [](const Entry& entry) { return !entry.name; });
    return found == m_entries.end() ? nullptr : &*found;
}

int AltNameModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int AltNameModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AltNameModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Entry& entry = m_entries[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == Type)
            return entry.name ? altNameTypeText(*entry.name) : tr("?", "type of a name that is not recognised");
        return index.column() == Value ? QVariant(printable(entry.name ? toQString(entry.name->value) : entry.text))
                                       : QVariant();
    case Qt::DecorationRole:
        if (index.column() == Mark && !entry.problem.isEmpty())
            return stateIcon(entry.name ? State::Warning : State::Error);
        return {};
    case Qt::ForegroundRole:
        if (!entry.name)
            return Theme::instance().color(State::Error);
        return index.column() == Type ? QVariant(Theme::instance().color(ColorRole::Secondary)) : QVariant();
    case Qt::ToolTipRole:
        // An international name shows what it was before it became its A-label.
        return !entry.problem.isEmpty() ? entry.problem : printable(entry.text);
    case Qt::AccessibleTextRole:
        return index.column() == Mark ? QVariant(entry.problem) : QVariant();
    default:
        return {};
    }
}

QVariant AltNameModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Type ? tr("Type") : section == Value ? tr("Name") : tr("Remark");
}

} // namespace certwright::ui
