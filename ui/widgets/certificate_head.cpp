#include "ui/widgets/certificate_head.h"

#include "ui/widgets/field_message.h"
#include "ui/widgets/issuer_combo.h"
#include "ui/widgets/segmented_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace certwright::ui {

CertificateHead::CertificateHead(Settings& settings, QWidget* parent)
    : QWidget(parent)
    , m_products(new SegmentedBar(tr("What is made"), this))
    , m_issuerLabel(new QLabel(tr("Si&gned by"), this))
    , m_issuers(new IssuerCombo(settings, this))
    , m_name(new QLineEdit(this))
    , m_nameMessage(new FieldMessage(this)) {
    m_products->addSegment(tr("Issued by a CA"), QStringLiteral("issuedByCa"));
    m_products->addSegment(tr("Self-signed"), QStringLiteral("selfSigned"));
    m_products->addSegment(tr("Request (CSR)"), QStringLiteral("request"));
    m_issuerLabel->setBuddy(m_issuers);
    m_name->setObjectName(QStringLiteral("storeName"));
    m_name->setMaxLength(200);
    m_name->setMinimumWidth(fontMetrics().averageCharWidth() * 18);
    m_issuers->setMinimumContentsLength(18); // it takes what room there is; a small screen has little
    m_nameMessage->setObjectName(QStringLiteral("storeNameMessage"));
    auto* nameLabel = new QLabel(tr("&Name in the store"), this);
    nameLabel->setBuddy(m_name);

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_products);
    row->addSpacing(4);
    row->addWidget(m_issuerLabel);
    row->addWidget(m_issuers, 2);
    row->addStretch(1);
    row->addWidget(nameLabel);
    row->addWidget(m_name, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_nameMessage);

    connect(m_products, &SegmentedBar::chosen, this,
            [this](int index) { Q_EMIT productChosen(static_cast<pki::Product>(index)); });
    connect(m_issuers, &QComboBox::activated, this, &CertificateHead::edited);
    connect(m_name, &QLineEdit::textEdited, this, &CertificateHead::edited);
}

pki::Product CertificateHead::product() const {
    return static_cast<pki::Product>(m_products->current());
}

void CertificateHead::setProduct(pki::Product product) {
    m_products->setCurrent(static_cast<int>(product));
    const bool isIssued = product == pki::Product::IssuedCertificate;
    m_issuerLabel->setVisible(isIssued);
    m_issuers->setVisible(isIssued);
}

void CertificateHead::setIssuers(std::vector<store::CertificateRow> issuers, store::RowId wanted) {
    m_issuers->setIssuers(std::move(issuers), wanted);
    m_products->setSegmentEnabled(0, m_issuers->hasIssuers());
}

const store::CertificateRow* CertificateHead::issuer() const {
    return product() == pki::Product::IssuedCertificate ? m_issuers->issuer() : nullptr;
}

void CertificateHead::rememberIssuer() {
    if (product() == pki::Product::IssuedCertificate)
        m_issuers->rememberChoice();
}

void CertificateHead::focusIssuer() {
    m_issuers->setFocus(Qt::OtherFocusReason);
}

QString CertificateHead::name() const {
    return m_name->text().trimmed();
}

void CertificateHead::showProposedName(const QString& name) {
    m_name->setPlaceholderText(name);
}

void CertificateHead::setNameError(const QString& text) {
    m_nameMessage->setError(text);
}

void CertificateHead::focusName() {
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

} // namespace certwright::ui
