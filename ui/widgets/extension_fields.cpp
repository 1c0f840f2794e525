#include "ui/widgets/extension_fields.h"

#include "core/base/error.h"
#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/plan_preview.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int oidRole = Qt::UserRole;

/// Types offered for own extensions, with an example of each value in OpenSSL's syntax.
constexpr std::pair<const char*, const char*> offeredTypes[] = {
    {"crlDistributionPoints", "URI:http://crl.example.org/ca.crl"},
    {"authorityInfoAccess", "OCSP;URI:http://ocsp.example.org"},
    {"certificatePolicies", "2.23.140.1.2.1"},
    {"nameConstraints", "permitted;DNS:example.org"},
    {"keyUsage", "digitalSignature"},
    {"extendedKeyUsage", "serverAuth,clientAuth"},
    {"basicConstraints", "CA:TRUE,pathlen:1"},
    {"tlsfeature", "status_request"},
    {"ms-ntds-sec-ext", "S-1-5-21-1004336348-1177238915-682003330-1104"},
    {"ms-cert-templ", "1.3.6.1.4.1.311.21.8.1.2:100.4"},
    {"nsComment", "made for tests"},
};

QString originText(pki::Origin origin) {
    switch (origin) {
    case pki::Origin::Profile:
        return ExtensionFields::tr("preset");
    case pki::Origin::User:
        return ExtensionFields::tr("own");
    case pki::Origin::Request:
        return ExtensionFields::tr("request");
    case pki::Origin::Automatic:
        break;
    }
    return ExtensionFields::tr("always");
}

} // namespace

ExtensionFields::ExtensionFields(QWidget* parent)
    : QWidget(parent)
    , m_list(new QTreeWidget(this))
    , m_type(new QComboBox(this))
    , m_value(new QLineEdit(this))
    , m_critical(new QCheckBox(tr("cr&itical"), this))
    , m_message(new FieldMessage(this)) {
    m_list->setObjectName(QStringLiteral("extensions"));
    m_list->setAccessibleName(tr("Extensions"));
    m_list->setColumnCount(3);
    m_list->setHeaderLabels({tr("Extension"), tr("Value"), tr("From")});
    m_list->setRootIsDecorated(false);
    styleTree(m_list);
    setFocusProxy(m_list);
    const int unit = fontMetrics().averageCharWidth();
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_list->header()->resizeSection(0, unit * 27);
    m_list->header()->resizeSection(2, unit * 10);
    m_list->setMinimumHeight(fontMetrics().height() * 10);
    m_type->setObjectName(QStringLiteral("extensionType"));
    m_type->setAccessibleName(tr("Type of the extension to add"));
    m_type->setEditable(true);
    for (const auto& [type, example] : offeredTypes)
        m_type->addItem(QString::fromLatin1(type), QString::fromLatin1(example));
    m_value->setObjectName(QStringLiteral("extensionValue"));
    m_value->setAccessibleName(tr("Value of the extension to add"));
    m_critical->setObjectName(QStringLiteral("extensionCritical"));
    m_message->setObjectName(QStringLiteral("extensionMessage"));
    auto* add = new QPushButton(icon(QStringLiteral("plus")), tr("&Add"), this);
    add->setObjectName(QStringLiteral("addExtension"));
    add->setAutoDefault(false);

    auto* row = new QHBoxLayout;
    row->addWidget(m_type);
    row->addWidget(m_value, 1);
    row->addWidget(m_critical);
    row->addWidget(add);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(m_list);
    column->addLayout(row);
    column->addWidget(m_message);

    const auto showExample = [this] {
        const int index = m_type->findText(m_type->currentText());
        m_value->setPlaceholderText(index < 0 ? tr("DER:04:02:… or ASN1:UTF8String:…")
                                              : m_type->itemData(index).toString());
    };
    showExample();
    connect(m_type, &QComboBox::currentTextChanged, this, showExample);
    connect(add, &QPushButton::clicked, this, &ExtensionFields::addOwn);
    connect(m_list, &QTreeWidget::itemChanged, this,
            [this](QTreeWidgetItem* item) { itemToggled(m_list->indexOfTopLevelItem(item)); });
}

void ExtensionFields::apply(pki::IssueChoices& choices) const {
    choices.extensions = m_own;
    choices.leftOutExtensions = m_leftOut;
}

void ExtensionFields::show(const pki::IssuePlan& plan) {
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const pki::PlannedExtension& extension : plan.extensions) {
        const QString value = printable(extension.text());
        auto* item = new QTreeWidgetItem({extensionTitle(extension.oid, extension.shortName()),
                                          extension.isCritical ? tr("critical · %1").arg(value) : value,
                                          originText(extension.origin)});
        item->setData(0, oidRole, toQString(extension.oid));
        item->setCheckState(0, Qt::Checked);
        if (extension.origin == pki::Origin::Automatic)
            item->setFlags(item->flags() & ~Qt::ItemIsUserCheckable);
        item->setForeground(2, Theme::instance().color(ColorRole::Secondary));
        m_list->addTopLevelItem(item);
    }
    for (const std::string& oid : m_leftOut) {
        auto* item = new QTreeWidgetItem({extensionTitle(oid, oid), tr("left out"), originText(pki::Origin::Profile)});
        item->setData(0, oidRole, toQString(oid));
        item->setCheckState(0, Qt::Unchecked);
        QFont struck = item->font(0);
        struck.setStrikeOut(true);
        item->setFont(0, struck);
        item->setForeground(1, Theme::instance().color(ColorRole::Secondary));
        m_list->addTopLevelItem(item);
    }
}

void ExtensionFields::reset() {
    m_leftOut.clear();
    m_own.clear();
    m_message->clear();
}

QString ExtensionFields::summary(const pki::IssuePlan& plan) const {
    QString text = tr("%1 in all", "number of extensions").arg(plan.extensions.size());
    if (!m_own.empty())
        text += tr(", %1 added", "number of extensions").arg(m_own.size());
    if (!m_leftOut.empty())
        text += tr(", %1 left out", "number of extensions").arg(m_leftOut.size());
    return text;
}

void ExtensionFields::takeBack(const std::string& oid) {
    m_leftOut.erase(std::remove(m_leftOut.begin(), m_leftOut.end(), oid), m_leftOut.end());
    Q_EMIT edited();
}

void ExtensionFields::addOwn() {
    try {
        m_own.push_back(x509::Extension::fromText(toStdString(m_type->currentText().trimmed()), m_critical->isChecked(),
                                                  toStdString(m_value->text().trimmed())));
    } catch (const base::Error& error) {
        m_message->setError(printable(error.message()));
        m_value->setFocus(Qt::OtherFocusReason);
        return;
    }
    m_message->clear();
    m_value->clear();
    Q_EMIT edited();
}

void ExtensionFields::itemToggled(int row) {
    const QTreeWidgetItem* item = m_list->topLevelItem(row);
    if (item == nullptr)
        return;
    const std::string oid = toStdString(item->data(0, oidRole).toString());
    const auto isIt = [&oid](const x509::Extension& extension) { return extension.oid() == oid; };
    if (item->checkState(0) == Qt::Checked)
        m_leftOut.erase(std::remove(m_leftOut.begin(), m_leftOut.end(), oid), m_leftOut.end());
    else if (std::any_of(m_own.begin(), m_own.end(), isIt))
        m_own.erase(std::remove_if(m_own.begin(), m_own.end(), isIt), m_own.end());
    else
        m_leftOut.push_back(oid);
    // The list is filled anew when the plan is made, not from inside its own signal.
    QMetaObject::invokeMethod(this, &ExtensionFields::edited, Qt::QueuedConnection);
}

} // namespace certwright::ui
