#include "ui/dialogs/error_dialog.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

QLabel* makeText(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setVisible(!text.isEmpty());
    return label;
}

} // namespace

ErrorDialog::ErrorDialog(const QString& title, const base::Error& error, QWidget* parent)
    : QDialog(parent)
    , m_details(new QPlainTextEdit(this))
    , m_toggle(new QPushButton(tr("&Details"), this)) {
    setObjectName(QStringLiteral("errorDialog"));
    setWindowTitle(tr("Certwright"));
    const ErrorText text = errorText(error);
    auto* mark = new QLabel(this);
    mark->setPixmap(stateIcon(State::Error).pixmap(QSize(28, 28), devicePixelRatioF()));
    QLabel* heading = makeText(title, this);
    heading->setFont(Theme::instance().headingFont());
    heading->setObjectName(QStringLiteral("heading"));
    QLabel* reason = makeText(text.reason, this);
    reason->setObjectName(QStringLiteral("reason"));
    QLabel* advice = makeText(text.advice, this);
    advice->setObjectName(QStringLiteral("advice"));
    QLabel* about = makeText(error.context().empty() ? QString() : printable(error.context()), this);
    QPalette secondary = about->palette();
    secondary.setColor(QPalette::WindowText, Theme::instance().color(ColorRole::Secondary));
    about->setPalette(secondary);
    auto* texts = new QVBoxLayout;
    texts->addWidget(heading);
    texts->addWidget(reason);
    texts->addWidget(advice);
    texts->addWidget(about);
    texts->addStretch(1);
    auto* top = new QHBoxLayout;
    top->setSpacing(12);
    top->addWidget(mark, 0, Qt::AlignTop);
    top->addLayout(texts, 1);

    m_details->setPlainText(text.details);
    m_details->setReadOnly(true);
    m_details->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_details->setFont(Theme::instance().fixedFont());
    m_details->setAccessibleName(tr("Details"));
    m_details->setObjectName(QStringLiteral("details"));
    m_details->hide();
    m_toggle->setCheckable(true);
    m_toggle->setObjectName(QStringLiteral("toggleDetails"));
    m_toggle->setAutoDefault(false);
    auto* copy = new QPushButton(tr("C&opy"), this);
    copy->setObjectName(QStringLiteral("copy"));
    copy->setAutoDefault(false);
    auto* close = new QPushButton(tr("&Close"), this);
    close->setObjectName(QStringLiteral("close"));
    close->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_toggle);
    buttons->addWidget(copy);
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addLayout(top);
    layout->addWidget(m_details, 1);
    layout->addLayout(buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 70);
    close->setFocus();

    connect(m_toggle, &QPushButton::clicked, this, &ErrorDialog::toggleDetails);
    connect(copy, &QPushButton::clicked, this,
            [report = errorReport(title, error)] { QGuiApplication::clipboard()->setText(report); });
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
}

void ErrorDialog::toggleDetails() {
    m_details->setVisible(m_toggle->isChecked());
    if (!m_toggle->isChecked())
        resize(width(), minimumSizeHint().height());
    else
        resize(width(), sizeHint().height());
}

} // namespace certwright::ui
