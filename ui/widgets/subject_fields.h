#pragma once

#include "core/x509/name.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace certwright::ui {

class Chip;
class FieldMessage;

/// The subject of a certificate by its three usual attributes, common name, organization and country; any other name by
/// "Edit name...". The common name can come from the first alternative name until somebody types one.
class SubjectFields : public QWidget {
    Q_OBJECT
public:
    explicit SubjectFields(QWidget* parent = nullptr);

    /// What the fields hold; without the common name while that comes from the names. Nothing while hasProblem().
    x509::Name subject() const;
    void setSubject(const x509::Name& subject);
    void setOrganization(const QString& organization, const QString& country);
    QString organization() const;
    QString country() const;

    /// Whether the common name may come from the first alternative name (the profile says so).
    void setCommonNameFromNames(bool mayCome);
    /// Whether it does: it may, and nobody typed one.
    bool takesCommonNameFromNames() const;
    /// What it is then, for showing.
    void showCommonName(const QString& commonName);

    /// Whether somebody entered a common name or edited the whole name.
    bool isTyped() const noexcept { return m_isTyped; }
    bool hasProblem() const;
    /// A problem found elsewhere, shown when the fields have none of their own.
    void setHint(const QString& text, bool isError);
    void focusProblem();
    QLineEdit* commonName() const noexcept { return m_commonName; }

Q_SIGNALS:
    void edited();
    /// "Edit name..." was pressed.
    void editorWanted();

private:
    bool isSimple(const x509::Name& name) const;
    void showSimple(bool isSimple);
    void fieldEdited();
    void showMessage();

    QWidget* m_simple;
    QLineEdit* m_commonName;
    Chip* m_fromNames;
    QLineEdit* m_organization;
    QLineEdit* m_country;
    QPushButton* m_edit;
    QWidget* m_full;
    QLabel* m_fullText;
    FieldMessage* m_message;
    std::optional<x509::Name> m_fullName; ///< set while the three fields cannot hold the name
    bool m_mayComeFromNames = false;
    bool m_isTyped = false;
    QString m_hint;
    bool m_isHintError = false;
};

} // namespace certwright::ui
