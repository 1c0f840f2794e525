#pragma once

#include "core/x509/name.h"

#include <QAbstractTableModel>

#include <optional>
#include <string>
#include <vector>

namespace certwright::ui {

/// The attributes of a distinguished name as rows that can be edited, in encoding order (RFC 5280 4.1.2.4). Rows may be
/// wrong while they are typed; each says what is wrong with it.
class NameModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Type, Value, Encoding, RdnNumber, ColumnCount };
    /// Roles beside Qt's: an OID or typed text of a Type, and whether a row belongs to the RDN of the row above it or
    /// of the one below.
    enum Role { TypeTextRole = Qt::UserRole, StringTypeRole, IsJoinedAboveRole, IsJoinedBelowRole };

    /// What is wrong with a row, and in which of its cells.
    struct Problem {
        int row = 0;
        Column column = Value;
        QString text;
        /// True when another string type mends it.
        bool isMendedByUtf8 = false;
    };

    explicit NameModel(QObject* parent = nullptr);

    void setName(const x509::Name& name);
    /// The name of the rows that have a value. @throws base::Error BadInput while a row has a problem
    x509::Name name() const;
    std::optional<Problem> problem(int row) const;
    /// The first row's problem; nothing when the whole name can be encoded.
    std::optional<Problem> firstProblem() const;

    /// Inserts a row of this type (OID) without a value; gives its row.
    int addRow(const std::string& oid, int before = -1);
    void removeRow(int row);
    /// Moves a row up or down by one; what joins it to its neighbours is dissolved. False at the ends.
    bool moveRow(int row, int by);
    /// Joins a row with the one above to a multi-valued RDN, or parts it again.
    void setJoined(int row, bool isJoined);
    bool isJoined(int row) const;
    void setStringType(int row, x509::StringType type);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    /// Any cell, the order or the grouping has changed.
    void edited();

private:
    struct Row {
        std::string oid; ///< dotted, or the text as typed while it is no known type
        std::string value;
        x509::StringType type = x509::StringType::Automatic;
        bool isJoined = false;
    };

    QVariant displayText(const Row& row, int index, int column) const;
    int rdnNumber(int row) const;
    void changed(int row);

    std::vector<Row> m_rows;
};

/// The attribute types that the editor offers, the usual ones first, as dotted OIDs.
const std::vector<std::string>& offeredAttributes();

/// "Organization (O)": a name for people with the short name; the OID where there is none.
QString attributeTitle(const std::string& oid);

} // namespace certwright::ui
