#pragma once

#include "core/pki/issue_plan.h"
#include "core/service/job_runner.h"
#include "core/store/rows.h"
#include "core/x509/certificate.h"

#include <QDialog>
#include <QString>

#include <memory>
#include <optional>

namespace certwright::ui {

struct UiContext;

/// Makes a certificate under a CA of the store, a self-signed one, or a request, on one page: purpose, names, key,
/// validity and extensions on the left, what will come of it and every problem with it on the right, always up to date.
/// Open it with open(); it deletes itself when closed.
class NewCertificateDialog : public QDialog {
    Q_OBJECT
public:
    /// How the page opens. What is left out is chosen by what the store holds: under the CA used last when there is
    /// one, else a self-signed root.
    struct Start {
        std::optional<pki::Product> product;
        QString profile;           ///< id of a shipped profile, e.g. "root-ca"
        store::RowId issuerId = 0; ///< certificate of the CA
        store::RowId keyId = 0;    ///< an existing key to certify
        /// One that the new one is to stand in for: its subject, names and kind of key are taken, not the key itself.
        std::optional<x509::Certificate> like;
    };

    NewCertificateDialog(UiContext& context, const Start& start, QWidget* parent = nullptr);
    ~NewCertificateDialog() override;

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// Once, after it is in the store (a certificate, or a request), just before the dialog closes.
    void created(certwright::store::EntryKind kind, certwright::store::RowId id);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace certwright::ui
