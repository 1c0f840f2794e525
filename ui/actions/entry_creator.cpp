#include "ui/actions/entry_creator.h"

#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/new_certificate_dialog.h"
#include "ui/dialogs/new_key_dialog.h"
#include "ui/dialogs/sign_request_dialog.h"
#include "ui/ui_context.h"

#include <QWidget>

namespace certwright::ui {

EntryCreator::EntryCreator(UiContext& context, QWidget* window)
    : QObject(window)
    , m_context(context)
    , m_window(window) {}

void EntryCreator::newCertificate(const QString& profile, const CreationStart& start) {
    NewCertificateDialog::Start choices;
    choices.profile = profile;
    choices.keyId = start.keyId;
    if (profile == QLatin1String("root-ca"))
        choices.product = pki::Product::SelfSignedCertificate;
    else
        choices.issuerId = start.issuerId;
    auto* dialog = new NewCertificateDialog(m_context, choices, m_window);
    connect(dialog, &NewCertificateDialog::created, this, &EntryCreator::created);
    dialog->open();
}

void EntryCreator::replacementFor(const x509::Certificate& certificate) {
    NewCertificateDialog::Start choices;
    choices.profile = QStringLiteral("tls-server");
    choices.like = certificate;
    auto* dialog = new NewCertificateDialog(m_context, choices, m_window);
    connect(dialog, &NewCertificateDialog::created, this, &EntryCreator::created);
    dialog->open();
}

void EntryCreator::newRequest(const CreationStart& start) {
    NewCertificateDialog::Start choices;
    choices.product = pki::Product::Request;
    choices.keyId = start.keyId;
    auto* dialog = new NewCertificateDialog(m_context, choices, m_window);
    connect(dialog, &NewCertificateDialog::created, this, &EntryCreator::created);
    dialog->open();
}

void EntryCreator::newKey() {
    auto* dialog = new NewKeyDialog(m_context, m_window);
    connect(dialog, &NewKeyDialog::created, this, &EntryCreator::created);
    dialog->open();
}

void EntryCreator::signRequest(store::RowId requestId) {
    auto* dialog = new SignRequestDialog(m_context, requestId, m_window);
    connect(dialog, &SignRequestDialog::created, this, &EntryCreator::created);
    dialog->open();
}

void EntryCreator::exportCertificates(const std::vector<store::RowId>& ids) {
    (new ExportDialog(m_context, ids, m_window))->open();
}

} // namespace certwright::ui
