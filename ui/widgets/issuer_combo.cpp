#include "ui/widgets/issuer_combo.h"

#include "ui/convert.h"
#include "ui/settings.h"
#include "ui/theme.h"

#include <QSignalBlocker>

namespace certwright::ui {

namespace {

const QString lastIssuerKey = QStringLiteral("newCertificate/issuer");

} // namespace

IssuerCombo::IssuerCombo(Settings& settings, QWidget* parent)
    : QComboBox(parent)
    , m_settings(settings) {
    setObjectName(QStringLiteral("issuer"));
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(28);
    // A long name is cut; a tool tip takes markup for markup, and a name is none.
    connect(this, &QComboBox::currentTextChanged, this, [this](const QString& text) { setToolTip(toolTipText(text)); });
}

void IssuerCombo::setIssuers(std::vector<store::CertificateRow> issuers, store::RowId wanted) {
    m_issuers = std::move(issuers);
    const QString last = m_settings.value(lastIssuerKey).toString();
    int chosen = m_issuers.empty() ? -1 : 0;
    {
        const QSignalBlocker blocker(this);
        clear();
        for (const store::CertificateRow& row : m_issuers) {
            if (row.id == wanted || (wanted == 0 && row.sha256 == last))
                chosen = count();
            const QString until = row.notAfter ? tr(" · until %1").arg(dateText(*row.notAfter)) : QString();
            addItem(icon(row.isSelfSigned ? QStringLiteral("ca") : QStringLiteral("subca")),
                    printable(row.name) + until, QVariant::fromValue(row.id));
        }
        setCurrentIndex(chosen);
    }
    setToolTip(toolTipText(currentText()));
}

const store::CertificateRow* IssuerCombo::issuer() const {
    const int index = currentIndex();
    return index < 0 || index >= static_cast<int>(m_issuers.size()) ? nullptr
                                                                    : &m_issuers[static_cast<std::size_t>(index)];
}

void IssuerCombo::rememberChoice() {
    if (const store::CertificateRow* chosen = issuer())
        m_settings.setValue(lastIssuerKey, chosen->sha256);
}

} // namespace certwright::ui
