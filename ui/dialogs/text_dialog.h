#pragma once

#include "ui/prompts.h"

#include <QDialog>

class QLineEdit;

namespace certwright::ui {

class FieldMessage;

/// Asks for one line of text, with what is wrong with it said while typing.
class TextDialog : public QDialog {
    Q_OBJECT
public:
    explicit TextDialog(const TextRequest& request, QWidget* parent = nullptr);

    QString text() const;

public Q_SLOTS:
    void accept() override;

private:
    QString problem() const;

    std::function<QString(const QString&)> m_validate;
    QLineEdit* m_field;
    FieldMessage* m_message;
};

} // namespace certwright::ui
