#include "ui/widgets/plan_preview.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QHeaderView>

namespace certwright::ui {

namespace {

constexpr std::size_t shownNames = 3;

QString summaryOf(const std::vector<x509::GeneralName>& names) {
    if (names.empty())
        return {};
    const QString first =
        QStringLiteral("%1:%2").arg(toQString(x509::toString(names.front().type)), printable(names.front().value));
    return names.size() == 1
               ? first
               : PlanPreview::tr("%1 +%2", "first name, number of others").arg(first).arg(names.size() - 1);
}

QString signatureText(const pki::IssuePlan& plan) {
    if (plan.signatureAlgorithm.empty())
        return PlanPreview::tr("by the CA's key");
    return toQString(plan.signatureAlgorithm);
}

} // namespace

QString extensionTitle(const std::string& oid, const std::string& shortName) {
    namespace oids = x509::oids;
    static const std::pair<std::string_view, const char*> titles[] = {
        {oids::SubjectKeyIdentifier, QT_TRANSLATE_NOOP("PlanPreview", "Subject key ID")},
        {oids::KeyUsage, QT_TRANSLATE_NOOP("PlanPreview", "Key usage")},
        {oids::SubjectAltName, QT_TRANSLATE_NOOP("PlanPreview", "Subject alt. names")},
        {oids::BasicConstraints, QT_TRANSLATE_NOOP("PlanPreview", "Basic constraints")},
        {oids::NameConstraints, QT_TRANSLATE_NOOP("PlanPreview", "Name constraints")},
        {oids::CrlDistributionPoints, QT_TRANSLATE_NOOP("PlanPreview", "CRL distribution")},
        {oids::CertificatePolicies, QT_TRANSLATE_NOOP("PlanPreview", "Certificate policies")},
        {oids::AuthorityKeyIdentifier, QT_TRANSLATE_NOOP("PlanPreview", "Authority key ID")},
        {oids::ExtendedKeyUsage, QT_TRANSLATE_NOOP("PlanPreview", "Extended key usage")},
        {oids::AuthorityInfoAccess, QT_TRANSLATE_NOOP("PlanPreview", "Authority info access")},
        {oids::OcspNoCheck, QT_TRANSLATE_NOOP("PlanPreview", "No OCSP check")},
    };
    for (const auto& [known, title] : titles) {
        if (known == oid)
            return PlanPreview::tr(title);
    }
    return printable(shortName);
}

PlanPreview::PlanPreview(QWidget* parent)
    : QTreeWidget(parent) {
    setObjectName(QStringLiteral("preview"));
    setAccessibleName(tr("Preview"));
    setColumnCount(2);
    setHeaderLabels({tr("Field"), tr("As it will be issued")});
    styleTree(this);
    setRootIsDecorated(true);
    setIndentation(14);
    setTextElideMode(Qt::ElideRight);
    setSelectionMode(QAbstractItemView::SingleSelection);
    header()->resizeSection(0, fontMetrics().averageCharWidth() * 26);
    header()->setStretchLastSection(true);
}

QTreeWidgetItem* PlanPreview::addRow(QTreeWidgetItem* parent, const QString& field, const QString& value,
                                     bool isSecondary) {
    auto* item = new QTreeWidgetItem({field, value});
    item->setToolTip(1, value);
    if (isSecondary)
        item->setForeground(1, Theme::instance().color(ColorRole::Secondary));
    if (parent != nullptr)
        parent->addChild(item);
    else
        addTopLevelItem(item);
    return item;
}

void PlanPreview::show(const pki::IssuePlan& plan, bool isKeyNew) {
    const bool isRequest = plan.product == pki::Product::Request;
    headerItem()->setText(1, isRequest ? tr("As it will be requested") : tr("As it will be issued"));
    clear();
    addRow(nullptr, tr("Subject"), plan.subject.isEmpty() ? tr("(empty)") : printable(plan.subject.toRfc2253()),
           plan.subject.isEmpty());
    if (!isRequest) {
        const bool hasIssuer = !plan.issuer.isEmpty();
        addRow(nullptr, tr("Issuer"),
               hasIssuer                                             ? printable(plan.issuer.toRfc2253())
               : plan.product == pki::Product::SelfSignedCertificate ? tr("itself")
                                                                     : tr("(none chosen)"),
               !hasIssuer);
        addRow(nullptr, tr("Serial number"),
               plan.serial ? groupedHex(toQString(plan.serial->toHex())) : tr("random, 128 bits"), !plan.serial);
        addRow(nullptr, tr("Valid from"), dateTimeText(plan.notBefore));
        addRow(nullptr, tr("Valid until"), dateTimeText(plan.notAfter));
    }
    const QString key = keyText(plan.keyFacts);
    addRow(nullptr, tr("Public key"), isKeyNew ? tr("%1 (new)", "kind of key").arg(key) : key);
    addRow(nullptr, tr("Signature"), signatureText(plan), plan.signatureAlgorithm.empty());
    addExtensions(plan);
}

void PlanPreview::addExtensions(const pki::IssuePlan& plan) {
    QTreeWidgetItem* parent = addRow(nullptr, tr("Extensions"),
                                     plan.extensions.empty() ? tr("none") : QString::number(plan.extensions.size()));
    for (const pki::PlannedExtension& extension : plan.extensions) {
        const bool isNames = extension.oid == x509::oids::SubjectAltName && !plan.names.empty();
        QString value = isNames ? summaryOf(plan.names) : printable(extension.text());
        if (extension.isCritical)
            value = tr("critical · %1", "a critical extension and its value").arg(value);
        QTreeWidgetItem* row = addRow(parent, extensionTitle(extension.oid, extension.shortName()), value,
                                      !extension.extension.has_value());
        if (!isNames || plan.names.size() == 1)
            continue;
        for (const x509::GeneralName& name : plan.names)
            addRow(row, toQString(x509::toString(name.type)), printable(name.value));
        row->setExpanded(plan.names.size() <= shownNames);
    }
    parent->setExpanded(true);
}

QString PlanPreview::value(const QString& field) const {
    const auto found = findItems(field, Qt::MatchExactly | Qt::MatchRecursive, 0);
    return found.isEmpty() ? QString() : found.front()->text(1);
}

} // namespace certwright::ui
