#include "ui/dialogs/text_dialog.h"

#include "ui/widgets/field_message.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace certwright::ui {

TextDialog::TextDialog(const TextRequest& request, QWidget* parent)
    : QDialog(parent)
    , m_validate(request.validate)
    , m_field(new QLineEdit(request.value, this))
    , m_message(new FieldMessage(this)) {
    setObjectName(QStringLiteral("textDialog"));
    setWindowTitle(request.title);
    auto* label = new QLabel(request.label, this);
    label->setBuddy(m_field);
    m_field->setObjectName(QStringLiteral("text"));
    m_field->setAccessibleName(QString(request.label).remove(QLatin1Char('&')).remove(QLatin1Char(':')));
    m_field->selectAll();
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* accept =
        buttons->addButton(request.accept.isEmpty() ? tr("C&ontinue") : request.accept, QDialogButtonBox::AcceptRole);
    accept->setObjectName(QStringLiteral("accept"));
    accept->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &TextDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_field, &QLineEdit::textChanged, this, [this] { m_message->setError(problem()); });
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(label);
    layout->addWidget(m_field);
    layout->addWidget(m_message);
    layout->addStretch(1);
    layout->addWidget(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 60);
}

QString TextDialog::text() const {
    return m_field->text().trimmed();
}

QString TextDialog::problem() const {
    return m_validate ? m_validate(text()) : QString();
}

void TextDialog::accept() {
    const QString wrong = problem();
    m_message->setError(wrong);
    if (wrong.isEmpty())
        QDialog::accept();
    else
        m_field->setFocus();
}

} // namespace certwright::ui
