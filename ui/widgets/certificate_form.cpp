#include "ui/widgets/certificate_form.h"

#include "core/crypto/key_generator.h"
#include "ui/convert.h"
#include "ui/widgets/alt_name_edit.h"
#include "ui/widgets/extension_fields.h"
#include "ui/widgets/form_section.h"
#include "ui/widgets/key_source_fields.h"
#include "ui/widgets/purpose_picker.h"
#include "ui/widgets/subject_fields.h"
#include "ui/widgets/validity_fields.h"

#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

/// The kind of key that a profile proposes. Its text is one of our own table, so it can be read.
crypto::KeySpec presetKey(const pki::Profile& profile) {
    if (profile.keyType == "ec:secp384r1")
        return {"EC", 0, "secp384r1"};
    if (profile.keyType == "ec:prime256v1")
        return {"EC", 0, "prime256v1"};
    return crypto::KeySpec::parse(profile.keyType);
}

QString lifetimeText(const pki::IssuePlan& plan) {
    const auto seconds = (plan.notAfter - plan.notBefore).count() + 1;
    const qint64 days = seconds / 86400;
    if (days >= 730)
        return CertificateForm::tr("%1 years").arg((days + 182) / 365);
    return CertificateForm::tr("%1 days").arg(days);
}

} // namespace

CertificateForm::CertificateForm(QWidget* parent)
    : QWidget(parent)
    , m_purpose(new PurposePicker(this))
    , m_names(new AltNameEdit(this))
    , m_subject(new SubjectFields(this))
    , m_key(new KeySourceFields(this))
    , m_validity(new ValidityFields(this))
    , m_extensions(new ExtensionFields(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(10);
    m_purposeSection = addSection(tr("1 Purpose"));
    m_purposeSection->content()->addWidget(m_purpose);
    m_namesSection = addSection(tr("2 Names"));
    m_namesSection->content()->addWidget(m_names);
    m_namesSection->content()->addWidget(m_subject);
    m_keySection = addSection(tr("3 Key"));
    m_keySection->content()->addWidget(m_key);
    m_validitySection = addSection(tr("4 Validity"));
    m_validitySection->content()->addWidget(m_validity);
    m_extensionsSection = addSection(tr("5 Extensions"));
    m_extensionsSection->content()->addWidget(m_extensions);
    m_extensionsSection->setLineBelow(false);
    m_extensionsSection->setExpanded(false);
    column->addStretch(1);

    connect(m_purpose, &PurposePicker::chosen, this, [this] {
        profileChosen();
        focusFirst();
    });
    connect(m_names, &AltNameEdit::edited, this, &CertificateForm::edited);
    connect(m_subject, &SubjectFields::edited, this, &CertificateForm::edited);
    connect(m_subject, &SubjectFields::editorWanted, this, &CertificateForm::nameEditorWanted);
    connect(m_key, &KeySourceFields::edited, this, &CertificateForm::edited);
    connect(m_validity, &ValidityFields::edited, this, &CertificateForm::edited);
    connect(m_extensions, &ExtensionFields::edited, this, &CertificateForm::edited);
    profileChosen();
}

FormSection* CertificateForm::addSection(const QString& title) {
    auto* section = new FormSection(title, this);
    layout()->addWidget(section);
    return section;
}

void CertificateForm::setProduct(pki::Product product) {
    m_product = product;
    const bool isSelfSigned = product == pki::Product::SelfSignedCertificate;
    m_purpose->setSelfSignedEnabled(isSelfSigned);
    if (!isSelfSigned && profile().isSelfSigned)
        m_purpose->setProfile("intermediate-ca");
    profileChosen();
}

const pki::Profile& CertificateForm::profile() const {
    return m_purpose->profile();
}

void CertificateForm::setProfile(const std::string& id) {
    m_purpose->setProfile(id);
    profileChosen();
}

void CertificateForm::profileChosen() {
    const pki::Profile& chosen = profile();
    m_purposeSection->setSummary(toQString(chosen.title) + QStringLiteral(" – ") + toQString(chosen.summary));
    m_subject->setCommonNameFromNames(chosen.takesCommonNameFromNames);
    m_key->setPreset(presetKey(chosen));
    updateVisibility();
    Q_EMIT edited();
}

void CertificateForm::updateVisibility() {
    // A CA has no alternative names, and a request no life of its own.
    m_names->setVisible(!profile().isCa.value_or(false));
    m_validitySection->setVisible(m_product != pki::Product::Request);
}

void CertificateForm::apply(pki::IssueChoices& choices) const {
    choices.profile = profile();
    choices.subject = m_subject->subject();
    choices.takesCommonNameFromNames = m_subject->takesCommonNameFromNames();
    if (m_names->isVisibleTo(this))
        choices.names = m_names->names();
    if (m_product != pki::Product::Request)
        m_validity->apply(choices);
    m_extensions->apply(choices);
}

void CertificateForm::show(const pki::IssuePlan& plan, const QString& issuerName, bool isTried) {
    m_subject->showCommonName(toQString(plan.subject.first("CN").value_or(std::string())));
    m_validity->show(plan, profile().lifetime);
    m_extensions->show(plan);
    m_extensionsSection->setSummary(m_extensions->summary(plan));
    m_keySection->setSummary(m_key->summary());
    m_namesSection->setSummary(plan.names.empty()       ? printable(plan.subject.displayName())
                               : plan.names.size() == 1 ? printable(plan.names.front().value)
                                                        : tr("%1 names", "alternative names").arg(plan.names.size()));
    const QString lifetime = lifetimeText(plan);
    const bool isInside = std::none_of(plan.problems.begin(), plan.problems.end(), [](const pki::Problem& problem) {
        return problem.field == pki::Field::NotAfter && problem.severity == pki::Severity::Error;
    });
    m_validitySection->setSummary(
        issuerName.isEmpty() || !isInside ? lifetime : tr("%1, inside the life of %2").arg(lifetime, issuerName));
    showHints(plan, isTried);
}

void CertificateForm::showHints(const pki::IssuePlan& plan, bool isTried) {
    struct Hint {
        QString text;
        bool isError = false;
    };
    Hint names, subject, key, validity;
    const pki::Problem* validityProblem = nullptr;
    for (const pki::Problem& problem : plan.problems) {
        const bool isError = problem.severity == pki::Severity::Error;
        if (problem.severity == pki::Severity::Notice && problem.field != pki::Field::Key)
            continue;
        Hint* hint = nullptr;
        if (problem.field == pki::Field::Names)
            hint = &names;
        else if (problem.field == pki::Field::Subject)
            hint = &subject;
        else if (problem.field == pki::Field::Key)
            hint = &key;
        else if (problem.field == pki::Field::NotAfter || problem.field == pki::Field::NotBefore)
            hint = &validity;
        // An empty form is not a mistake; it becomes one when it is to be used.
        const bool isMissing = problem.id.find("missing") != std::string::npos;
        if (hint == nullptr || !hint->text.isEmpty() || (isMissing && !isTried))
            continue;
        *hint = {printable(problem.message), isError};
        if (hint == &validity)
            validityProblem = &problem;
    }
    m_names->setHint(names.text, names.isError);
    m_subject->setHint(subject.text, subject.isError);
    m_key->setHint(key.text, key.isError);
    m_validity->setHint(validity.text, validity.isError);
    if (validityProblem != nullptr) {
        const ProblemList::Fix fix = fixFor(*validityProblem);
        if (fix.apply)
            m_validity->setFix(fix.text, fix.apply);
    }
}

ProblemList::Fix CertificateForm::fixFor(const pki::Problem& problem) {
    const QString text = printable(problem.fix);
    if (problem.time && problem.field == pki::Field::NotAfter)
        return {text, [this, end = *problem.time] { m_validity->setNotAfter(end); }};
    if (problem.id == "common-name-not-in-names")
        return {text, [this, name = toQString(problem.item)] {
                    const QString before = m_names->box()->toPlainText().trimmed();
                    m_names->setText(before.isEmpty() ? name : before + QLatin1Char('\n') + name);
                }};
    if (problem.id == "key-browsers")
        return {text, [this] { m_key->setKind({"EC", 0, "prime256v1"}); }};
    return {};
}

bool CertificateForm::hasProblem() const {
    return (m_names->isVisibleTo(this) && m_names->hasProblem()) || m_subject->hasProblem();
}

void CertificateForm::focusField(pki::Field field) {
    if (m_names->isVisibleTo(this) && (m_names->hasProblem() || field == pki::Field::Names)) {
        m_namesSection->setExpanded(true);
        m_names->focusProblem();
        return;
    }
    switch (field) {
    case pki::Field::Names:
    case pki::Field::Subject:
        m_namesSection->setExpanded(true);
        m_subject->focusProblem();
        break;
    case pki::Field::Key:
        m_keySection->setExpanded(true);
        m_key->focusChoice();
        break;
    case pki::Field::NotBefore:
    case pki::Field::NotAfter:
        m_validitySection->setExpanded(true);
        m_validity->focusEnd();
        break;
    case pki::Field::Extensions:
        m_extensionsSection->setExpanded(true);
        m_extensions->setFocus(Qt::OtherFocusReason);
        break;
    default:
        break;
    }
}

void CertificateForm::focusFirst() {
    m_namesSection->setExpanded(true);
    const bool isNamedByList = profile().names != pki::Profile::Names::Optional;
    if (isNamedByList && m_names->isVisibleTo(this))
        m_names->box()->setFocus(Qt::OtherFocusReason);
    else
        m_subject->commonName()->setFocus(Qt::OtherFocusReason);
}

void CertificateForm::resetToPreset() {
    m_key->reset();
    m_validity->reset();
    m_extensions->reset();
    profileChosen();
}

} // namespace certwright::ui
