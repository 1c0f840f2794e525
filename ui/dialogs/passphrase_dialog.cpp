#include "ui/dialogs/passphrase_dialog.h"

#include "ui/widgets/passphrase_edit.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace certwright::ui {

PassphraseDialog::PassphraseDialog(const PassphraseRequest& request, QWidget* parent)
    : QDialog(parent)
    , m_passphrase(
          new PassphraseEdit(request.isNew ? PassphraseEdit::Mode::Create : PassphraseEdit::Mode::Enter, this)) {
    setObjectName(QStringLiteral("passphraseDialog"));
    setWindowTitle(request.title);
    auto* reason = new QLabel(request.reason, this);
    reason->setTextFormat(Qt::PlainText);
    reason->setWordWrap(true);
    reason->setVisible(!request.reason.isEmpty());
    auto* label = new QLabel(tr("&Passphrase:"), this);
    label->setBuddy(m_passphrase->field());
    m_passphrase->setFieldName(tr("Passphrase"));
    if (!request.problem.isEmpty())
        m_passphrase->setError(request.problem);

    auto* buttons = new QDialogButtonBox(this);
    QPushButton* accept =
        buttons->addButton(request.accept.isEmpty() ? tr("C&ontinue") : request.accept, QDialogButtonBox::AcceptRole);
    accept->setObjectName(QStringLiteral("accept"));
    accept->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &PassphraseDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(reason);
    layout->addWidget(label);
    layout->addWidget(m_passphrase);
    layout->addStretch(1);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    m_passphrase->field()->setFocus();
}

void PassphraseDialog::accept() {
    if (m_passphrase->validate())
        QDialog::accept();
}

base::Secret PassphraseDialog::takePassphrase() {
    return m_passphrase->takeSecret();
}

} // namespace certwright::ui
