#pragma once

#include "core/inspect/scan_report.h"

#include <QAbstractTableModel>
#include <QString>

#include <cstdint>
#include <set>
#include <vector>

namespace certwright::ui {

/// The matrix of a scan: a row for each cipher suite that the server takes, a column for each version of the protocol,
/// newest first.
class ScanModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, OpensslName, Bits, FirstVersion };

    using QAbstractTableModel::QAbstractTableModel;

    /// `isComplete`: what was not found is not offered. Else it is not known.
    void setReport(const inspect::ScanReport& report, bool isComplete);
    void clear() { setReport({}, false); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        std::uint32_t id = 0; ///< three octets for SSL 2.0
        bool isSsl2 = false;
        QString number, name, opensslName, bits;
        std::set<tls::ProtocolVersion> versions;

        bool operator==(const Row&) const = default;
    };

    static std::vector<Row> rowsOf(const inspect::ScanReport& report);
    QVariant versionData(const Row& row, tls::ProtocolVersion version, int role) const;

    std::vector<Row> m_rows;
    bool m_isComplete = false;
};

} // namespace certwright::ui
