#include "ui/widgets/inline_banner.h"

#include "ui/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace certwright::ui {

namespace {

State stateOf(InlineBanner::Severity severity) {
    switch (severity) {
    case InlineBanner::Severity::Error:
        return State::Error;
    case InlineBanner::Severity::Warning:
        return State::Warning;
    case InlineBanner::Severity::Success:
        return State::Valid;
    case InlineBanner::Severity::Info:
        break;
    }
    return State::Info;
}

QLabel* makeLabel(QWidget* parent, const QString& name) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

InlineBanner::InlineBanner(QWidget* parent)
    : QFrame(parent)
    , m_mark(new QLabel(this))
    , m_text(makeLabel(this, QStringLiteral("text")))
    , m_detail(makeLabel(this, QStringLiteral("detail")))
    , m_action(new QPushButton(this))
    , m_close(new QToolButton(this)) {
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_text);
    texts->addWidget(m_detail);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->setSpacing(8);
    layout->addWidget(m_mark, 0, Qt::AlignTop);
    layout->addLayout(texts, 1);
    layout->addWidget(m_action, 0, Qt::AlignTop);
    layout->addWidget(m_close, 0, Qt::AlignTop);
    m_action->setObjectName(QStringLiteral("action"));
    m_action->setAutoDefault(false);
    m_close->setObjectName(QStringLiteral("close"));
    m_close->setAutoRaise(true);
    m_close->setIcon(icon(QStringLiteral("x")));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(tr("Close this message"));
    setClosable(false);
    hide();
    connect(m_action, &QPushButton::clicked, this, [this] {
        // The action may show another message in this banner, which drops the function being run.
        const std::function<void()> run = m_run;
        if (run)
            run();
    });
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    connect(&Theme::instance(), &Theme::changed, this, &InlineBanner::recolour);
}

void InlineBanner::showMessage(Severity severity, const QString& text, const QString& detail) {
    m_severity = severity;
    m_text->setText(text);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    // Beside one line all stand in its middle, beside two at the first.
    for (QWidget* widget :
         {static_cast<QWidget*>(m_mark), static_cast<QWidget*>(m_action), static_cast<QWidget*>(m_close)})
        layout()->setAlignment(widget, detail.isEmpty() ? Qt::AlignVCenter : Qt::AlignTop);
    setAction({}, {});
    recolour();
    show();
    setAccessibleName(detail.isEmpty() ? text : text + QLatin1Char('\n') + detail);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void InlineBanner::setAction(const QString& text, std::function<void()> action) {
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty());
    m_run = std::move(action);
}

void InlineBanner::setClosable(bool isClosable) {
    m_close->setVisible(isClosable);
}

QString InlineBanner::text() const {
    return m_text->text();
}

QString InlineBanner::detail() const {
    return m_detail->text();
}

void InlineBanner::recolour() {
    const int size = fontMetrics().height();
    m_mark->setPixmap(stateIcon(stateOf(m_severity)).pixmap(QSize(size, size), devicePixelRatioF()));
    update();
}

void InlineBanner::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme& theme = Theme::instance();
    const bool isLoud = m_severity == Severity::Warning || m_severity == Severity::Error;
    const QColor background = isLoud ? theme.color(ColorRole::WarningStrip) : palette().color(QPalette::AlternateBase);
    painter.fillRect(rect(), background);
    painter.setPen(theme.color(ColorRole::Line));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    if (m_severity == Severity::Error)
        painter.fillRect(style()->visualRect(layoutDirection(), rect(), QRect(0, 0, 3, height())),
                         theme.color(ColorRole::Bad));
}

} // namespace certwright::ui
