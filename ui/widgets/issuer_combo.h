#pragma once

#include "core/store/rows.h"

#include <QComboBox>

#include <vector>

namespace certwright::ui {

class Settings;

/// The CAs of the store that can sign, to choose one of. The one that signed last is remembered by its fingerprint, for
/// numbers are another store's as well.
class IssuerCombo : public QComboBox {
    Q_OBJECT
public:
    /// `settings` must outlive it.
    explicit IssuerCombo(Settings& settings, QWidget* parent = nullptr);

    /// Chooses `wanted` (0: nobody's wish), else the one used last, else the first.
    void setIssuers(std::vector<store::CertificateRow> issuers, store::RowId wanted = 0);
    bool hasIssuers() const noexcept { return !m_issuers.empty(); }
    /// Null when there is none.
    const store::CertificateRow* issuer() const;
    /// The chosen one has signed.
    void rememberChoice();

private:
    Settings& m_settings;
    std::vector<store::CertificateRow> m_issuers;
};

} // namespace certwright::ui
