#pragma once

#include "core/base/outcome.h"
#include "core/pki/problem.h"
#include "core/service/issuing.h"
#include "core/service/job_runner.h"
#include "core/store/rows.h"

#include <QDialog>
#include <QTimer>

#include <optional>
#include <vector>

class QButtonGroup;
class QCheckBox;
class QLabel;
class QLineEdit;

namespace certwright::ui {

class FieldMessage;
class InlineBanner;
class JobFooter;
class KeyKindChooser;
struct UiContext;

/// Makes a new private key in the open store: a name and a purpose, or under Advanced any kind of key that the linked
/// OpenSSL can make. The key is made on a worker; Stop stops it. Open it with open(); it deletes itself when closed.
class NewKeyDialog : public QDialog {
    Q_OBJECT
public:
    explicit NewKeyDialog(UiContext& context, QWidget* parent = nullptr);
    ~NewKeyDialog() override;

    /// What would be made now.
    service::NewKey choice() const;

public Q_SLOTS:
    void accept() override;
    /// Stops what runs; else closes.
    void reject() override;

Q_SIGNALS:
    /// Once, after the key is in the store, just before the dialog closes.
    void created(certwright::store::EntryKind kind, certwright::store::RowId id);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void buildForm();
    QWidget* buildPurposes();
    void showPurpose();
    void proposeName();
    void choosePurpose(int index);
    void scheduleCheck();
    void check();
    void checked(const base::Outcome<std::vector<pki::Problem>>& problems);
    void showProblems(const std::vector<pki::Problem>& problems);
    void generate();
    void keep(const crypto::PrivateKey& key, const QString& name);
    void finish(const base::Outcome<store::RowId>& outcome);
    void setBusy(bool isBusy);

    UiContext& m_context;
    InlineBanner* m_banner;
    QLineEdit* m_name;
    FieldMessage* m_nameMessage;
    QButtonGroup* m_purposes;
    QCheckBox* m_advanced;
    KeyKindChooser* m_kind;
    FieldMessage* m_keyMessage;
    QLabel* m_estimate;
    QWidget* m_form;
    JobFooter* m_footer;
    QTimer m_delay{this};
    std::optional<service::JobId> m_check; ///< while it runs
    bool m_isAcceptingWhenChecked = false;
    std::optional<service::JobId> m_job;
};

} // namespace certwright::ui
