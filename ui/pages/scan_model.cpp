#include "ui/pages/scan_model.h"

#include "core/inspect/ssl2.h"
#include "core/tls/cipher_suite.h"
#include "ui/convert.h"
#include "ui/theme.h"

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::ui {

namespace {

using tls::ProtocolVersion;

constexpr std::array Versions{ProtocolVersion::Tls13, ProtocolVersion::Tls12, ProtocolVersion::Tls11,
                              ProtocolVersion::Tls10, ProtocolVersion::Ssl3,  ProtocolVersion::Ssl2};

QString bitsText(const tls::CipherSuite& suite) {
    if (suite.strengthBits > 0)
        return QString::number(suite.strengthBits);
    return suite.encryption == "NULL" ? ScanModel::tr("none", "encryption") : ScanModel::tr("unknown");
}

} // namespace

std::vector<ScanModel::Row> ScanModel::rowsOf(const inspect::ScanReport& report) {
    std::vector<Row> rows;
    for (auto version = report.suites.rbegin(); version != report.suites.rend(); ++version) {
        for (const std::uint16_t id : version->second) {
            auto row = std::find_if(rows.begin(), rows.end(), [id](const Row& known) { return known.id == id; });
            if (row == rows.end()) {
                const tls::CipherSuite suite = tls::registeredSuite(id);
                const QString number = toQString(tls::cipherSuiteId(id));
                rows.push_back({id,
                                false,
                                number,
                                suite.ianaName.empty() ? number : toQString(suite.ianaName),
                                toQString(suite.opensslName),
                                bitsText(suite),
                                {}});
                row = std::prev(rows.end());
            }
            row->versions.insert(version->first);
        }
    }
    for (const std::uint32_t id : report.ssl2Kinds) {
        const inspect::Ssl2CipherKind* kind = inspect::findSsl2CipherKind(id);
        const QString number = QStringLiteral("0x%1").arg(id, 6, 16, QLatin1Char('0'));
        rows.push_back({id,
                        true,
                        number,
                        kind != nullptr ? toQString(kind->name) : number,
                        kind != nullptr ? toQString(kind->opensslName) : QString(),
                        kind != nullptr ? QString::number(kind->strengthBits) : tr("unknown"),
                        {ProtocolVersion::Ssl2}});
    }
    return rows;
}

void ScanModel::setReport(const inspect::ScanReport& report, bool isComplete) {
    std::vector<Row> rows = rowsOf(report);
    if (rows == m_rows && isComplete == m_isComplete)
        return; // the selection stays
    beginResetModel();
    m_rows = std::move(rows);
    m_isComplete = isComplete;
    endResetModel();
}

int ScanModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ScanModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstVersion + static_cast<int>(Versions.size());
}

QVariant ScanModel::versionData(const Row& row, ProtocolVersion version, int role) const {
    const bool isOffered = row.versions.contains(version);
    switch (role) {
    case Qt::DisplayRole:
        return isOffered ? QStringLiteral("✓") : m_isComplete ? QStringLiteral("–") : QStringLiteral("…");
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole: {
        const QString name = toQString(tls::toString(version));
        return isOffered      ? tr("%1: offered").arg(name)
               : m_isComplete ? tr("%1: not offered").arg(name)
                              : tr("%1: not known").arg(name);
    }
    case Qt::ForegroundRole:
        return isOffered ? Theme::instance().color(State::Valid) : Theme::instance().color(ColorRole::Secondary);
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignCenter);
    default:
        return {};
    }
}

QVariant ScanModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (index.column() >= FirstVersion)
        return versionData(row, Versions.at(static_cast<std::size_t>(index.column() - FirstVersion)), role);
    if (role == Qt::ToolTipRole)
        return toolTipText(row.number);
    if (role == Qt::TextAlignmentRole && index.column() == Bits)
        return QVariant(Qt::AlignTrailing | Qt::AlignVCenter);
    if (role == Qt::AccessibleTextRole && index.column() == OpensslName && row.opensslName.isEmpty())
        return tr("unknown to OpenSSL");
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name:
        return row.name;
    case OpensslName:
        return row.opensslName;
    default:
        return row.bits;
    }
}

QVariant ScanModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section >= FirstVersion)
        return QVariant(Qt::AlignCenter);
    if (role == Qt::TextAlignmentRole && section == Bits)
        return QVariant(Qt::AlignTrailing | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Cipher suite");
    case OpensslName:
        return tr("OpenSSL's name");
    case Bits:
        return tr("Bits");
    default:
        return toQString(tls::toString(Versions.at(static_cast<std::size_t>(section - FirstVersion))));
    }
}

} // namespace certwright::ui
