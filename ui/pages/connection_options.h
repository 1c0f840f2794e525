#pragma once

#include "core/service/inspecting.h"
#include "core/store/rows.h"

#include <QString>
#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace certwright::ui {

class Prompts;

/// How connections are to be made: what is offered, what the chain is checked against, how long it may take. What is
/// left empty is the library's choice.
class ConnectionOptions : public QWidget {
    Q_OBJECT
public:
    explicit ConnectionOptions(Prompts& prompts, QWidget* parent = nullptr);

    /// Puts everything into `request`; the roots of the store are for the caller to add. @throws Error BadInput for a
    /// proxy that is none
    void apply(service::ConnectionRequest& request) const;
    /// What the open store has to show to a server that asks: certificates with their private keys. What was chosen
    /// stays chosen while it is among them.
    void setClientCertificates(const std::vector<store::CertificateRow>& rows);
    /// The chosen one; 0 for none.
    store::RowId clientCertificate() const;
    /// The port for an address without one: that of the protocol that begins in plain text, else 443.
    std::uint16_t defaultPort() const;
    /// Whether the roots of the open store count.
    bool isStoreTrusted() const;
    /// What chains are checked against, in words. `store` is the name of the open one, empty when there is none.
    QString trustText(const QString& store) const;
    /// What differs from the usual, in words; empty when nothing does.
    QString summary() const;
    void setTimeout(std::chrono::milliseconds timeout);
    void reset();

Q_SIGNALS:
    void edited();

private:
    QWidget* buildFirstColumn();
    QWidget* buildSecondColumn();
    QLineEdit* addLine(QFormLayout& form, const QString& name, const QString& label, const QString& hint);
    QComboBox* addChoice(QFormLayout& form, const QString& name, const QString& label, const QStringList& texts);
    void chooseTrustFile();

    Prompts& m_prompts;
    QLineEdit* m_serverName = nullptr;
    QLineEdit* m_alpn = nullptr;
    QComboBox* m_minimum = nullptr;
    QComboBox* m_maximum = nullptr;
    QComboBox* m_family = nullptr;
    QComboBox* m_client = nullptr;
    QComboBox* m_startTls = nullptr;
    QLineEdit* m_proxy = nullptr;
    QSpinBox* m_timeout = nullptr;
    QLineEdit* m_ciphers = nullptr;
    QLineEdit* m_suites = nullptr;
    QLineEdit* m_groups = nullptr;
    QComboBox* m_level = nullptr;
    QCheckBox* m_systemTrust = nullptr;
    QCheckBox* m_storeTrust = nullptr;
    QLineEdit* m_trustFile = nullptr;
    QPushButton* m_chooseTrustFile = nullptr;
    QPushButton* m_reset = nullptr;
    std::chrono::milliseconds m_exactTimeout{}; ///< set by a program, finer than the field; 0: the field's
};

} // namespace certwright::ui
