#pragma once

#include "core/base/secret.h"
#include "ui/prompts.h"

#include <QDialog>

namespace certwright::ui {

class PassphraseEdit;

/// Asks for a passphrase and says what for; a new one with confirmation and strength.
class PassphraseDialog : public QDialog {
    Q_OBJECT
public:
    explicit PassphraseDialog(const PassphraseRequest& request, QWidget* parent = nullptr);

    /// After it was accepted; once.
    base::Secret takePassphrase();

public Q_SLOTS:
    void accept() override;

private:
    PassphraseEdit* m_passphrase;
};

} // namespace certwright::ui
