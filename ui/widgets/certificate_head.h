#pragma once

#include "core/pki/issue_plan.h"
#include "core/store/rows.h"

#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;

namespace certwright::ui {

class FieldMessage;
class IssuerCombo;
class SegmentedBar;
class Settings;

/// The upper edge of the page that makes certificates: what is made, by which CA, and its name in the store.
class CertificateHead : public QWidget {
    Q_OBJECT
public:
    explicit CertificateHead(Settings& settings, QWidget* parent = nullptr);

    pki::Product product() const;
    void setProduct(pki::Product product);
    /// Without a CA nothing can be issued by one.
    void setIssuers(std::vector<store::CertificateRow> issuers, store::RowId wanted);
    /// Null unless it is to be issued by a CA.
    const store::CertificateRow* issuer() const;
    void rememberIssuer();
    void focusIssuer();

    /// Empty: the certificate's own name.
    QString name() const;
    void showProposedName(const QString& name);
    void setNameError(const QString& text);
    void focusName();

Q_SIGNALS:
    void productChosen(certwright::pki::Product product);
    /// Issuer or name.
    void edited();

private:
    SegmentedBar* m_products;
    QLabel* m_issuerLabel;
    IssuerCombo* m_issuers;
    QLineEdit* m_name;
    FieldMessage* m_nameMessage;
};

} // namespace certwright::ui
