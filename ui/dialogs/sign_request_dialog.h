#pragma once

#include "core/store/rows.h"
#include "core/x509/request.h"

#include <QDialog>
#include <QString>

#include <memory>

namespace certwright::ui {

struct UiContext;

/// Signs a request with a CA of the store. Checks come first (proof of possession, key), then field by field what was
/// asked for beside what will be issued; alternative names are taken from the request and each can be left out, but
/// nothing disappears unseen. Open it with open(); it deletes itself when closed.
class SignRequestDialog : public QDialog {
    Q_OBJECT
public:
    /// A request of the store.
    SignRequestDialog(UiContext& context, store::RowId requestId, QWidget* parent = nullptr);
    /// A request out of a file; `name` is what it is called.
    SignRequestDialog(UiContext& context, const x509::Request& request, const QString& name, QWidget* parent = nullptr);
    ~SignRequestDialog() override;

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// Once, after the certificate is in the store, just before the dialog closes.
    void created(certwright::store::EntryKind kind, certwright::store::RowId id);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace certwright::ui
