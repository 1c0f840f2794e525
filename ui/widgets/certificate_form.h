#pragma once

#include "core/pki/issue_plan.h"
#include "core/service/issuing.h"
#include "ui/widgets/problem_list.h"

#include <QWidget>

#include <string>
#include <vector>

namespace certwright::ui {

class AltNameEdit;
class ExtensionFields;
class FormSection;
class KeySourceFields;
class PurposePicker;
class SubjectFields;
class ValidityFields;

/// The form of a new certificate or request in five sections: purpose, names, key, validity, extensions. Knows nothing
/// of stores; what it holds is turned into a plan elsewhere, and the plan and its problems are shown in it.
class CertificateForm : public QWidget {
    Q_OBJECT
public:
    explicit CertificateForm(QWidget* parent = nullptr);

    void setProduct(pki::Product product);
    const pki::Profile& profile() const;
    /// As if the user had chosen its card.
    void setProfile(const std::string& id);
    /// Puts everything but the product into `choices`.
    void apply(pki::IssueChoices& choices) const;
    KeySourceFields& key() const noexcept { return *m_key; }
    SubjectFields& subject() const noexcept { return *m_subject; }
    AltNameEdit& names() const noexcept { return *m_names; }
    ValidityFields& validity() const noexcept { return *m_validity; }

    /// Shows what came of it beside the fields. Errors of fields that nobody has touched yet are left to the list of
    /// checks, until `isTried`.
    void show(const pki::IssuePlan& plan, const QString& issuerName, bool isTried);
    /// The repair that the form can do for a problem.
    ProblemList::Fix fixFor(const pki::Problem& problem);
    /// What is wrong in the form itself, so that no plan shows it: an entry that is no name, a country of three
    /// letters.
    bool hasProblem() const;
    /// Moves the focus to where a problem is mended.
    void focusField(pki::Field field);
    /// Moves it to what is to be typed first for this purpose.
    void focusFirst();
    /// Forgets what was chosen beside purpose and names.
    void resetToPreset();

Q_SIGNALS:
    void edited();
    /// "Edit name..." was pressed.
    void nameEditorWanted();

private:
    FormSection* addSection(const QString& title);
    void profileChosen();
    void updateVisibility();
    void showHints(const pki::IssuePlan& plan, bool isTried);

    PurposePicker* m_purpose;
    AltNameEdit* m_names;
    SubjectFields* m_subject;
    KeySourceFields* m_key;
    ValidityFields* m_validity;
    ExtensionFields* m_extensions;
    FormSection* m_purposeSection;
    FormSection* m_namesSection;
    FormSection* m_keySection;
    FormSection* m_validitySection;
    FormSection* m_extensionsSection;
    pki::Product m_product = pki::Product::IssuedCertificate;
};

} // namespace certwright::ui
