#pragma once

#include "core/base/error.h"

#include <QDialog>

class QPlainTextEdit;
class QPushButton;

namespace certwright::ui {

/// An error in words: what failed, why probably, what to do; OpenSSL's stack under Details; all of it copied by Copy.
class ErrorDialog : public QDialog {
    Q_OBJECT
public:
    ErrorDialog(const QString& title, const base::Error& error, QWidget* parent = nullptr);

private:
    void toggleDetails();

    QPlainTextEdit* m_details;
    QPushButton* m_toggle;
};

} // namespace certwright::ui
