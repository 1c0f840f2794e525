#include "ui/widgets/subject_fields.h"

#include "core/base/error.h"
#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace certwright::ui {

namespace {

constexpr char commonNameOid[] = "2.5.4.3", organizationOid[] = "2.5.4.10", countryOid[] = "2.5.4.6";

QString problemOf(const QString& commonName, const QString& organization, const QString& country) {
    if (!country.isEmpty() && (country.size() != 2 || !country.at(0).isLetter() || !country.at(1).isLetter()))
        return SubjectFields::tr("Country must be two letters (ISO 3166), e.g. DE.");
    if (commonName.toUcs4().size() > 64)
        return SubjectFields::tr("The common name is longer than 64 characters (ub-common-name).");
    if (organization.toUcs4().size() > 64)
        return SubjectFields::tr("The organization is longer than 64 characters (ub-organization-name).");
    return {};
}

} // namespace

// Long because it lays out one form.
SubjectFields::SubjectFields(QWidget* parent)
    : QWidget(parent)
    , m_simple(new QWidget(this))
    , m_commonName(new QLineEdit(m_simple))
    , m_fromNames(new Chip(tr("from first name"), m_simple))
    , m_organization(new QLineEdit(m_simple))
    , m_country(new QLineEdit(m_simple))
    , m_edit(new QPushButton(tr("&Edit name…"), this))
    , m_full(new QWidget(this))
    , m_fullText(makeValueLabel(m_full))
    , m_message(new FieldMessage(this)) {
    m_commonName->setObjectName(QStringLiteral("commonName"));
    m_organization->setObjectName(QStringLiteral("organization"));
    m_country->setObjectName(QStringLiteral("country"));
    m_edit->setObjectName(QStringLiteral("editName"));
    m_edit->setAutoDefault(false);
    m_fromNames->setObjectName(QStringLiteral("fromFirstName"));
    m_fromNames->setField(tr("Common name"));
    m_message->setObjectName(QStringLiteral("subjectMessage"));
    m_country->setMaxLength(2);
    m_country->setFixedWidth(m_country->fontMetrics().averageCharWidth() * 8);
    m_fromNames->hide();

    auto* commonNameLabel = new QLabel(tr("Co&mmon name"), m_simple);
    commonNameLabel->setBuddy(m_commonName);
    auto* organizationLabel = new QLabel(tr("&Organization (O)"), m_simple);
    organizationLabel->setBuddy(m_organization);
    auto* countryLabel = new QLabel(tr("Co&untry"), m_simple);
    countryLabel->setBuddy(m_country);
    auto* grid = new QGridLayout(m_simple);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(8);
    grid->addWidget(commonNameLabel, 0, 0);
    auto* first = new QHBoxLayout;
    first->addWidget(m_commonName, 1);
    first->addWidget(m_fromNames);
    grid->addLayout(first, 0, 1);
    grid->addWidget(organizationLabel, 1, 0);
    auto* second = new QHBoxLayout;
    second->addWidget(m_organization, 1);
    second->addWidget(countryLabel);
    second->addWidget(m_country);
    grid->addLayout(second, 1, 1);
    grid->setColumnMinimumWidth(0, fontMetrics().averageCharWidth() * 17);

    auto* fullRow = new QHBoxLayout(m_full);
    fullRow->setContentsMargins(0, 0, 0, 0);
    fullRow->addWidget(makeSecondaryLabel(tr("Subject"), m_full), 0, Qt::AlignTop);
    fullRow->addWidget(m_fullText, 1);
    m_fullText->setObjectName(QStringLiteral("fullSubject"));

    auto* row = new QHBoxLayout;
    row->addWidget(m_simple, 1);
    row->addWidget(m_full, 1);
    row->addWidget(m_edit, 0, Qt::AlignBottom);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_message);
    showSimple(true);

    connect(m_commonName, &QLineEdit::textEdited, this, [this] {
        m_isTyped = true;
        fieldEdited();
    });
    connect(m_organization, &QLineEdit::textEdited, this, &SubjectFields::fieldEdited);
    connect(m_country, &QLineEdit::textEdited, this, &SubjectFields::fieldEdited);
    connect(m_fromNames, &QToolButton::clicked, this, [this] {
        m_isTyped = true;
        m_commonName->setFocus(Qt::OtherFocusReason);
        m_commonName->selectAll();
        fieldEdited();
    });
    connect(m_edit, &QPushButton::clicked, this, &SubjectFields::editorWanted);
}

x509::Name SubjectFields::subject() const {
    if (m_fullName)
        return *m_fullName;
    x509::Name name;
    if (hasProblem())
        return name;
    const auto add = [&name](const char* type, const QLineEdit& field) {
        const QString value = field.text().trimmed();
        if (!value.isEmpty())
            name.append(type, toStdString(value));
    };
    try {
        add(countryOid, *m_country);
        add(organizationOid, *m_organization);
        if (!takesCommonNameFromNames())
            add(commonNameOid, *m_commonName);
    } catch (const base::Error&) {
        // Characters that no string type can hold; what could be added is shown, and the plan complains of the rest.
    }
    return name;
}

bool SubjectFields::isSimple(const x509::Name& name) const {
    // The fields write country, organization, common name, each at most once; anything else stays as it is.
    std::string order;
    for (const x509::Rdn& rdn : name.rdns()) {
        if (rdn.size() != 1)
            return false;
        const std::string& oid = rdn.front().oid;
        if (oid == countryOid)
            order += 'C';
        else if (oid == organizationOid)
            order += 'O';
        else if (oid == commonNameOid)
            order += 'N';
        else
            return false;
        const bool isUsual = oid == countryOid ? rdn.front().type == x509::StringType::Printable
                                               : rdn.front().type == x509::StringType::Utf8;
        if (!isUsual && rdn.front().type != x509::StringType::Automatic)
            return false;
    }
    return order.empty() || order == "CON" || order == "CO" || order == "ON" || order == "CN" || order == "N" ||
           order == "O" || order == "C";
}

void SubjectFields::setSubject(const x509::Name& subject) {
    m_isTyped = true;
    if (isSimple(subject)) {
        m_fullName.reset();
        m_commonName->setText(toQString(subject.first(commonNameOid).value_or(std::string())));
        m_organization->setText(toQString(subject.first(organizationOid).value_or(std::string())));
        m_country->setText(toQString(subject.first(countryOid).value_or(std::string())));
    } else {
        m_fullName = subject;
        m_fullText->setText(printable(subject.toRfc2253()));
    }
    showSimple(!m_fullName);
    fieldEdited();
}

void SubjectFields::setOrganization(const QString& organization, const QString& country) {
    m_organization->setText(organization);
    m_country->setText(country);
}

QString SubjectFields::organization() const {
    return m_organization->text().trimmed();
}

QString SubjectFields::country() const {
    return m_country->text().trimmed();
}

void SubjectFields::setCommonNameFromNames(bool mayCome) {
    if (m_mayComeFromNames && !mayCome && !m_isTyped)
        m_commonName->clear();
    m_mayComeFromNames = mayCome;
    m_fromNames->setVisible(takesCommonNameFromNames() && !m_commonName->text().isEmpty());
}

bool SubjectFields::takesCommonNameFromNames() const {
    return m_mayComeFromNames && !m_isTyped && !m_fullName;
}

void SubjectFields::showCommonName(const QString& commonName) {
    if (!takesCommonNameFromNames())
        return;
    if (m_commonName->text() != commonName)
        m_commonName->setText(commonName);
    m_fromNames->setVisible(!commonName.isEmpty());
}

bool SubjectFields::hasProblem() const {
    return !m_fullName && !problemOf(m_commonName->text(), m_organization->text(), m_country->text()).isEmpty();
}

void SubjectFields::setHint(const QString& text, bool isError) {
    m_hint = text;
    m_isHintError = isError;
    showMessage();
}

void SubjectFields::focusProblem() {
    QLineEdit* wrong = m_commonName;
    if (!problemOf({}, {}, m_country->text()).isEmpty())
        wrong = m_country;
    else if (!problemOf({}, m_organization->text(), {}).isEmpty())
        wrong = m_organization;
    if (m_fullName)
        m_edit->setFocus(Qt::OtherFocusReason);
    else
        wrong->setFocus(Qt::OtherFocusReason);
}

void SubjectFields::showSimple(bool isSimple) {
    m_simple->setVisible(isSimple);
    m_full->setVisible(!isSimple);
}

void SubjectFields::fieldEdited() {
    if (!takesCommonNameFromNames())
        m_fromNames->hide();
    showMessage();
    Q_EMIT edited();
}

void SubjectFields::showMessage() {
    const QString own =
        m_fullName ? QString() : problemOf(m_commonName->text(), m_organization->text(), m_country->text());
    if (!own.isEmpty())
        m_message->setError(own);
    else
        m_message->setMessage(m_isHintError ? FieldMessage::Severity::Error : FieldMessage::Severity::Warning, m_hint);
}

} // namespace certwright::ui
