#pragma once

#include "core/service/issuing.h"
#include "core/service/job_runner.h"
#include "core/store/rows.h"

#include <QDialog>

#include <optional>

class QButtonGroup;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace certwright::ui {

class FieldMessage;
class InlineBanner;
class JobFooter;
struct UiContext;

/// Makes a new private key in the open store: a name and a purpose, or under Advanced any kind of key that the linked
/// OpenSSL can make. The key is made on a worker; Cancel stops it. Open it with open(); it deletes itself when closed.
class NewKeyDialog : public QDialog {
    Q_OBJECT
public:
    explicit NewKeyDialog(UiContext& context, QWidget* parent = nullptr);
    ~NewKeyDialog() override;

    /// What would be made now.
    service::NewKey choice() const;

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// Once, after the key is in the store, just before the dialog closes.
    void created(certwright::store::EntryKind kind, certwright::store::RowId id);

private:
    void buildForm();
    QWidget* buildPurposes();
    QWidget* buildAdvanced();
    void fillParameters();
    void choosePurpose(int index);
    void check();
    void showProblems(const std::vector<pki::Problem>& problems);
    void generate();
    void setBusy(bool isBusy);
    void finish(base::Outcome<store::RowId> outcome);

    UiContext& m_context;
    InlineBanner* m_banner;
    QLineEdit* m_name;
    FieldMessage* m_nameMessage;
    QButtonGroup* m_purposes;
    QCheckBox* m_advanced;
    QWidget* m_advancedPart = nullptr;
    QComboBox* m_algorithm;
    QLabel* m_parameterLabel;
    QComboBox* m_parameter;
    FieldMessage* m_keyMessage;
    QLabel* m_estimate;
    QWidget* m_form;
    JobFooter* m_footer;
    std::optional<service::JobId> m_check;
    std::optional<service::JobId> m_job;
    bool m_hasError = false;
};

} // namespace certwright::ui
