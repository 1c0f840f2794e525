#pragma once

#include "core/pki/issue_plan.h"

#include <QTreeWidget>

#include <vector>

namespace certwright::ui {

/// What a request asks for beside what will be issued, field by field. What can be taken from the request or left has a
/// tick; what is left out stays in the list, struck through.
class ComparisonView : public QTreeWidget {
    Q_OBJECT
public:
    enum Column { Field, Requested, Issued, Difference, ColumnCount };

    explicit ComparisonView(QWidget* parent = nullptr);

    /// Keeps the current row and the place that was scrolled to.
    void setFields(const std::vector<pki::RequestedField>& fields);

    static bool isAltName(const pki::RequestedField& field);

Q_SIGNALS:
    /// The user ticked a field, or took the tick away.
    void choiceChanged(const certwright::pki::RequestedField& field, bool isTaken);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fillRow(QTreeWidgetItem& item, const pki::RequestedField& field) const;
    void fitColumns();

    std::vector<pki::RequestedField> m_fields;
};

} // namespace certwright::ui
