#include "ui/widgets/field_message.h"

#include "ui/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace certwright::ui {

namespace {

State stateOf(FieldMessage::Severity severity) {
    switch (severity) {
    case FieldMessage::Severity::Error:
        return State::Error;
    case FieldMessage::Severity::Warning:
        return State::Warning;
    case FieldMessage::Severity::Info:
        break;
    }
    return State::Info;
}

} // namespace

FieldMessage::FieldMessage(QWidget* parent)
    : QWidget(parent)
    , m_mark(new QLabel(this))
    , m_text(new QLabel(this))
    , m_fix(new QPushButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setObjectName(QStringLiteral("text"));
    m_fix->setObjectName(QStringLiteral("fix"));
    m_fix->setAutoDefault(false);
    layout->addWidget(m_mark, 0, Qt::AlignVCenter);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_fix, 0, Qt::AlignVCenter);
    m_fix->hide();
    hide();
    connect(m_fix, &QPushButton::clicked, this, [this] {
        // The message and its button may be replaced by what the repair changes, so the function is held here.
        const std::function<void()> apply = m_apply;
        if (apply)
            apply();
    });
    connect(&Theme::instance(), &Theme::changed, this, &FieldMessage::recolour);
}

void FieldMessage::setMessage(Severity severity, const QString& text) {
    const bool isNews = text != m_text->text();
    m_severity = severity;
    m_text->setText(text);
    m_apply = {};
    m_fix->hide();
    setVisible(!text.isEmpty());
    recolour();
    if (isNews && !text.isEmpty()) {
        QAccessibleEvent event(this, QAccessible::Alert);
        setAccessibleName(text);
        QAccessible::updateAccessibility(&event);
    }
}

void FieldMessage::setFix(const QString& text, std::function<void()> fix) {
    m_fix->setText(text);
    m_apply = std::move(fix);
    m_fix->setVisible(!text.isEmpty());
}

QString FieldMessage::text() const {
    return m_text->text();
}

bool FieldMessage::isError() const {
    return m_severity == Severity::Error && !m_text->text().isEmpty();
}

void FieldMessage::recolour() {
    const State state = stateOf(m_severity);
    const int size = fontMetrics().height() - 2;
    m_mark->setPixmap(stateIcon(state).pixmap(QSize(size, size), devicePixelRatioF()));
    m_mark->setFixedSize(size, size); // a long text would have it make room
    QPalette colours = palette();
    if (m_severity != Severity::Info)
        colours.setColor(QPalette::WindowText, Theme::instance().color(state));
    m_text->setPalette(colours);
}

} // namespace certwright::ui
