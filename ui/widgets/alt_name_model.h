#pragma once

#include "core/x509/general_name.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace certwright::ui {

/// The entries of a pasted list of subject alternative names, each with the type it was recognised as or with what is
/// wrong with it.
class AltNameModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Type, Value, Mark, ColumnCount };

    struct Entry {
        QString text; ///< as typed
        std::optional<x509::GeneralName> name;
        QString problem;        ///< an error when there is no name, else a warning; may be empty
        qsizetype position = 0; ///< of the text in the whole
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Takes a text apart at line ends, commas, semicolons and white space and recognises each entry; an entry that
    /// says "dirName:" or "otherName:" reaches to the end of its line. Repeated entries are merged.
    void setText(const QString& text);
    const std::vector<Entry>& entries() const noexcept { return m_entries; }
    std::vector<x509::GeneralName> names() const;
    /// Entries that are no name.
    int problemCount() const;
    const Entry* firstProblem() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<Entry> m_entries;
};

/// "DNS", "IPv4", "IPv6", "e-mail": how lists call the type of a name.
QString altNameTypeText(const x509::GeneralName& name);

/// What is noteworthy about a name that is valid (an underscore, an IP address); empty when nothing is.
QString altNameRemark(const x509::GeneralName& name);

} // namespace certwright::ui
