#include "ui/models/entry_model.h"

#include "ui/convert.h"
#include "ui/theme.h"

#include <QIcon>
#include <QLocale>

namespace certwright::ui {

namespace {

std::vector<ListColumnInfo> columnsOf(store::EntryKind kind) {
    const QString name = EntryModel::tr("Name");
    const QString key = EntryModel::tr("Key");
    const QString comment = EntryModel::tr("Comment");
    const QString subject = EntryModel::tr("Subject");
    const QString issuer = EntryModel::tr("Issuer");
    const QString otherNames = EntryModel::tr("Other names");
    const QString fingerprint = EntryModel::tr("SHA-256 fingerprint");
    // Widths by what is usual in them, in whatever font there is.
    const QString host = QStringLiteral("www.department.example.test");
    const QString hex = QStringLiteral("7A 09 F3 2D AE 7B A7 97 33 A3 F4 D3 2E B0");
    const QString fullName = QStringLiteral("CN=www.example.test,O=Example Ltd,C=DE mm");
    const QString status = stateText(State::Unknown) + QStringLiteral(" mmm");
    const QString date = QStringLiteral("2026-12-14 in 100 days m");
    const QString day = QStringLiteral("2026-12-14 mm");
    const QString number = QStringLiteral("1000000 mm");
    const QString keySample = QStringLiteral("RSA 3072 mm");
    switch (kind) {
    case store::EntryKind::Certificate:
        return {{ListColumn::Name, name, true, host},
                {ListColumn::Status, EntryModel::tr("Status"), true, status},
                {ListColumn::Expires, EntryModel::tr("Expires"), true, date},
                {ListColumn::OtherNames, otherNames, true, QStringLiteral("mail.test +2")},
                {ListColumn::Key, key, true, keySample},
                {ListColumn::Issuer, issuer, false, fullName},
                {ListColumn::Subject, subject, false, fullName},
                {ListColumn::Serial, EntryModel::tr("Serial number"), false, hex},
                {ListColumn::ValidFrom, EntryModel::tr("Valid from"), false, day},
                {ListColumn::Fingerprint, fingerprint, false, hex},
                {ListColumn::Profile, EntryModel::tr("Purpose profile"), false, QStringLiteral("intermediate-ca mm")},
                {ListColumn::Comment, comment, false, host}};
    case store::EntryKind::Key:
        return {{ListColumn::Name, name, true, host},
                {ListColumn::Key, EntryModel::tr("Type"), true, keySample},
                {ListColumn::Uses, EntryModel::tr("Used by"), true, EntryModel::tr("%1 entries").arg(1000)},
                {ListColumn::Fingerprint, EntryModel::tr("SHA-256 of the public key"), true, hex},
                {ListColumn::Comment, comment, false, host}};
    case store::EntryKind::Request:
        return {{ListColumn::Name, name, true, host},
                {ListColumn::Subject, subject, true, QStringLiteral("CN=www.example.test,O=Example Ltd")},
                {ListColumn::OtherNames, otherNames, true, host},
                {ListColumn::Key, key, true, keySample},
                {ListColumn::Fingerprint, fingerprint, false, hex},
                {ListColumn::Comment, comment, false, host}};
    case store::EntryKind::Crl:
        return {{ListColumn::Name, name, true, host},
                {ListColumn::Status, EntryModel::tr("Status"), true, status},
                {ListColumn::Expires, EntryModel::tr("Next update"), true, date},
                {ListColumn::RevokedCount, EntryModel::tr("Revoked"), true, number},
                {ListColumn::Serial, EntryModel::tr("Number"), true, number},
                {ListColumn::Issuer, issuer, false, fullName},
                {ListColumn::ValidFrom, EntryModel::tr("Issued"), false, day},
                {ListColumn::Fingerprint, fingerprint, false, hex},
                {ListColumn::Comment, comment, false, host}};
    }
    return {};
}

/// The other names without the one that the row shows already.
QStringList otherNamesOf(const ListRow& row) {
    QStringList names = row.text(ListText::OtherNames).split(QStringLiteral(", "), Qt::SkipEmptyParts);
    names.removeAll(row.text(ListText::Name));
    return names;
}

} // namespace

EntryModel::EntryModel(store::EntryKind kind, service::JobRunner& jobs, const base::Clock& clock, QObject* parent)
    : QAbstractItemModel(parent)
    , m_kind(kind)
    , m_jobs(jobs)
    , m_clock(clock)
    , m_columns(columnsOf(kind))
    , m_shown(std::make_shared<ListArrangement>()) {}

int EntryModel::indexOf(ListColumn column) const {
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        if (m_columns[i].column == column)
            return int(i);
    }
    return -1;
}

void EntryModel::setRows(ListRows rows) {
    m_rows = std::move(rows);
    startArranging();
}

void EntryModel::setMatches(std::shared_ptr<const std::vector<store::RowId>> ids) {
    m_options.matches = std::move(ids);
    startArranging();
}

void EntryModel::setPreset(ListPreset preset) {
    if (m_options.preset == preset)
        return;
    m_options.preset = preset;
    startArranging();
}

void EntryModel::setTree(bool isTree) {
    if (m_options.isTree == isTree)
        return;
    m_options.isTree = isTree;
    startArranging();
}

void EntryModel::setWarningDays(int days) {
    m_options.warningDays = days;
    startArranging();
}

void EntryModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= int(m_columns.size()))
        return;
    m_options.sortColumn = m_columns[std::size_t(column)].column;
    m_options.sortOrder = order;
    startArranging();
}

void EntryModel::refresh() {
    startArranging();
}

void EntryModel::startArranging() {
    if (m_isArranging) {
        m_isOutdated = true;
        return;
    }
    m_isArranging = true;
    m_isOutdated = false;
    m_options.now = m_clock.now();
    using Result = std::shared_ptr<const ListArrangement>;
    m_jobs.run<Result>(
        {}, this,
        [rows = m_rows, kind = m_kind, options = m_options](const base::JobControl& control) {
            return arrange(rows, kind, options, control);
        },
        [this](base::Outcome<Result> outcome) {
            m_isArranging = false;
            if (outcome)
                show(std::move(*outcome));
            if (m_isOutdated)
                startArranging();
            if (outcome)
                Q_EMIT arranged();
        });
}

void EntryModel::show(std::shared_ptr<const ListArrangement> list) {
    // Most of the time a minute that passed, or the same rows read again, change nothing but "in 20 days".
    if (m_shown->shows(*list)) {
        m_shown = std::move(list);
        if (m_shown->rootCount > 0)
            Q_EMIT dataChanged(index(0, 0), index(int(m_shown->rootCount) - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_shown = std::move(list);
    endResetModel();
}

const ListArrangement::Node* EntryModel::nodeAt(const QModelIndex& index) const {
    if (!index.isValid() || index.model() != this || index.internalId() >= m_shown->nodes.size())
        return nullptr;
    return &m_shown->nodes[index.internalId()];
}

const ListRow* EntryModel::rowAt(const QModelIndex& index) const {
    const ListArrangement::Node* node = nodeAt(index);
    return node == nullptr ? nullptr : &m_shown->rows.at(node->row);
}

store::RowId EntryModel::idAt(const QModelIndex& index) const {
    const ListRow* row = rowAt(index);
    return row == nullptr ? 0 : row->id;
}

QModelIndex EntryModel::indexOfId(store::RowId id) const {
    const std::uint32_t node = m_shown->nodeOf(id);
    if (node == ListArrangement::None)
        return {};
    return createIndex(int(m_shown->nodes[node].position), 0, quintptr(node));
}

QModelIndex EntryModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent))
        return {};
    const ListArrangement::Node* node = nodeAt(parent);
    const quintptr first = node == nullptr ? 0 : node->firstChild;
    return createIndex(row, column, first + quintptr(row));
}

QModelIndex EntryModel::parent(const QModelIndex& index) const {
    const ListArrangement::Node* node = nodeAt(index);
    if (node == nullptr || node->parent == ListArrangement::None)
        return {};
    return createIndex(int(m_shown->nodes[node->parent].position), 0, quintptr(node->parent));
}

int EntryModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid())
        return int(m_shown->rootCount);
    const ListArrangement::Node* node = nodeAt(parent);
    return node == nullptr || parent.column() != 0 ? 0 : int(node->childCount);
}

int EntryModel::columnCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : int(m_columns.size());
}

QString EntryModel::iconName(const ListRow& row) const {
    switch (m_kind) {
    case store::EntryKind::Key:
        return QStringLiteral("key");
    case store::EntryKind::Request:
        return QStringLiteral("req");
    case store::EntryKind::Crl:
        return QStringLiteral("crl");
    case store::EntryKind::Certificate:
        break;
    }
    if (row.isCa)
        return row.isSelfSigned ? QStringLiteral("ca") : QStringLiteral("subca");
    const QString profile = row.text(ListText::Profile);
    if (profile.contains(QLatin1String("client")))
        return QStringLiteral("user");
    if (profile.contains(QLatin1String("code")))
        return QStringLiteral("code");
    if (profile.contains(QLatin1String("mail")) || profile.contains(QLatin1String("smime")))
        return QStringLiteral("mail");
    if (profile.contains(QLatin1String("ocsp")))
        return QStringLiteral("ocsp");
    if (profile.contains(QLatin1String("vpn")))
        return QStringLiteral("vpn");
    return QStringLiteral("cert");
}

QVariant EntryModel::display(const ListRow& row, State state, ListColumn column) const {
    switch (column) {
    case ListColumn::Name:
        return row.text(ListText::Name);
    case ListColumn::Status:
        return m_kind == store::EntryKind::Crl && state == State::Expired ? tr("Out of date") : stateText(state);
    case ListColumn::Expires:
        return row.untilTime() ? dateText(*row.untilTime()) : QStringLiteral("\u2013");
    case ListColumn::ValidFrom:
        return row.fromTime() ? dateText(*row.fromTime()) : QStringLiteral("\u2013");
    case ListColumn::OtherNames: {
        const QStringList names = otherNamesOf(row);
        return names.isEmpty() ? QStringLiteral("\u2013") : names.first();
    }
    case ListColumn::Key:
        return row.text(ListText::Key);
    case ListColumn::Subject:
        return row.text(ListText::Subject);
    case ListColumn::Issuer:
        return row.text(ListText::Issuer);
    case ListColumn::Serial:
        return row.text(ListText::Serial);
    case ListColumn::Fingerprint:
        return groupedHex(row.text(ListText::Fingerprint));
    case ListColumn::Comment:
        return row.text(ListText::Comment);
    case ListColumn::Profile:
        return row.text(ListText::Profile);
    case ListColumn::Uses:
        return row.count == 0 ? tr("Nothing") : row.count == 1 ? tr("1 entry") : tr("%1 entries").arg(row.count);
    case ListColumn::RevokedCount:
        return QLocale().toString(row.count);
    }
    return {};
}

QString EntryModel::secondary(const ListRow& row, ListColumn column) const {
    if (column == ListColumn::Expires && row.untilTime())
        return relativeText(*row.untilTime(), m_shown->options.now);
    if (column == ListColumn::OtherNames) {
        const qsizetype count = otherNamesOf(row).size();
        return count > 1 ? QStringLiteral("+%1").arg(count - 1) : QString();
    }
    return {};
}

QVariant EntryModel::data(const QModelIndex& index, int role) const {
    const ListArrangement::Node* node = nodeAt(index);
    if (node == nullptr)
        return {};
    const ListRow& row = m_shown->rows.at(node->row);
    const State state = m_shown->states[node->row];
    const ListColumn column = m_columns[std::size_t(index.column())].column;
    switch (role) {
    case Qt::DisplayRole:
        return display(row, state, column);
    case Qt::AccessibleTextRole: {
        const QString more = secondary(row, column);
        const QString text = display(row, state, column).toString();
        return more.isEmpty() ? text : tr("%1, %2").arg(text, more);
    }
    case Qt::ToolTipRole:
        if (column == ListColumn::Expires && row.untilTime())
            return dateTimeText(*row.untilTime());
        if (column == ListColumn::OtherNames)
            return toolTipText(otherNamesOf(row).mid(0, 30).join(QLatin1Char('\n')));
        return {};
    case Qt::DecorationRole:
        if (column == ListColumn::Name)
            return icon(iconName(row));
        if (column == ListColumn::Status)
            return stateIcon(state);
        if (column == ListColumn::Key && row.keyId != 0 && m_kind != store::EntryKind::Key)
            return icon(QStringLiteral("key"));
        return {};
    case IdRole:
        return QVariant::fromValue(qlonglong(row.id));
    case SecondaryRole:
        return secondary(row, column);
    case StateRole:
        return column == ListColumn::Status ? QVariant(int(state)) : QVariant();
    case HasKeyRole:
        return row.keyId != 0;
    case ChildCountRole:
        return int(node->childCount);
    case IsMatchRole:
        return node->isMatch;
    default:
        return {};
    }
}

QVariant EntryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= int(m_columns.size()))
        return {};
    if (role == Qt::DisplayRole)
        return m_columns[std::size_t(section)].title;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

} // namespace certwright::ui
