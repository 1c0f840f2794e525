#pragma once

#include "core/pki/issue_plan.h"

#include <QWidget>

#include <string>
#include <vector>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QTreeWidget;

namespace certwright::ui {

class FieldMessage;

/// The extensions of a certificate: those of the purpose, each of which can be left out, and own ones, typed as
/// OpenSSL's configuration writes them.
class ExtensionFields : public QWidget {
    Q_OBJECT
public:
    explicit ExtensionFields(QWidget* parent = nullptr);

    void apply(pki::IssueChoices& choices) const;
    void show(const pki::IssuePlan& plan);
    void reset();
    /// "7, of which 1 added"
    QString summary(const pki::IssuePlan& plan) const;
    /// Puts a profile's extension back.
    void takeBack(const std::string& oid);

Q_SIGNALS:
    void edited();

private:
    void addOwn();
    void itemToggled(int row);

    QTreeWidget* m_list;
    QComboBox* m_type;
    QLineEdit* m_value;
    QCheckBox* m_critical;
    FieldMessage* m_message;
    std::vector<std::string> m_leftOut;
    std::vector<x509::Extension> m_own;
};

} // namespace certwright::ui
