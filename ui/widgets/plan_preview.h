#pragma once

#include "core/pki/issue_plan.h"

#include <QTreeWidget>

namespace certwright::ui {

/// A certificate or request as it will be made, field by field, extensions included.
class PlanPreview : public QTreeWidget {
    Q_OBJECT
public:
    explicit PlanPreview(QWidget* parent = nullptr);

    /// `isKeyNew` says that the key is still to be made.
    void show(const pki::IssuePlan& plan, bool isKeyNew);
    /// The value beside a field, for tests.
    QString value(const QString& field) const;

private:
    QTreeWidgetItem* addRow(QTreeWidgetItem* parent, const QString& field, const QString& value,
                            bool isSecondary = false);
    void addExtensions(const pki::IssuePlan& plan);
};

/// "Key usage" for "keyUsage" and the like; the name itself where there is no friendlier one.
QString extensionTitle(const std::string& oid, const std::string& shortName);

} // namespace certwright::ui
