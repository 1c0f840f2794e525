#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace certwright::ui {

class FieldMessage;
class InlineBanner;
class PassphraseEdit;
class StoreController;
struct UiContext;

/// Makes a new store: where it lies and its passphrase, with what that protects and what happens when it is forgotten.
/// Open it with open(); it deletes itself when closed.
class CreateStoreDialog : public QDialog {
    Q_OBJECT
public:
    /// Both must outlive the dialog.
    CreateStoreDialog(UiContext& context, StoreController& controller, QWidget* parent = nullptr);

    QLineEdit* pathField() const noexcept { return m_path; }
    PassphraseEdit* passphraseEdit() const noexcept { return m_passphrase; }

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    /// The store was made and is open.
    void created(const QString& path);

private:
    QWidget* buildForm();
    QString pathProblem() const;
    void browse();
    void setBusy(bool isBusy);
    QString fullPath() const;

    UiContext& m_context;
    StoreController& m_controller;
    InlineBanner* m_banner;
    QLineEdit* m_path;
    FieldMessage* m_pathMessage;
    PassphraseEdit* m_passphrase;
    QWidget* m_form = nullptr;
    QLabel* m_busy;
    QPushButton* m_create;
};

} // namespace certwright::ui
