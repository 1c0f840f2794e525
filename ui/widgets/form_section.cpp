#include "ui/widgets/form_section.h"

#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

/// A horizontal line in the colour of the theme.
class FaintLine : public QWidget {
public:
    explicit FaintLine(QWidget* parent)
        : QWidget(parent) {
        setFixedHeight(1);
        setAutoFillBackground(true);
        const auto recolour = [this] {
            QPalette colours = palette();
            colours.setColor(QPalette::Window, Theme::instance().color(ColorRole::FaintLine));
            setPalette(colours);
        };
        recolour();
        connect(&Theme::instance(), &Theme::changed, this, recolour);
    }
};

} // namespace

FormSection::FormSection(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_toggle(new QToolButton(this))
    , m_summary(new QLabel(this))
    , m_body(new QWidget(this))
    , m_content(new QVBoxLayout(m_body))
    , m_line(new FaintLine(this))
    , m_heading(new QHBoxLayout) {
    m_toggle->setText(title);
    m_toggle->setObjectName(QStringLiteral("sectionToggle"));
    m_toggle->setCheckable(true);
    m_toggle->setChecked(true);
    m_toggle->setAutoRaise(true);
    m_toggle->setArrowType(Qt::DownArrow);
    m_toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_toggle->setFocusPolicy(Qt::TabFocus);
    QFont bold = font();
    bold.setBold(true);
    m_toggle->setFont(bold);
    m_summary->setObjectName(QStringLiteral("summary"));
    m_summary->setTextFormat(Qt::PlainText);
    // A long summary is cut rather than making the form wider.
    m_summary->setMinimumWidth(1);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    showAsSecondary(m_summary);

    m_heading->setContentsMargins(0, 0, 0, 0);
    m_heading->setSpacing(8);
    m_heading->addWidget(m_toggle);
    m_heading->addWidget(m_summary, 1);
    m_content->setContentsMargins(0, 0, 0, 0);
    m_content->setSpacing(8);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(m_heading);
    column->addWidget(m_body);
    column->addSpacing(2);
    column->addWidget(m_line);
    setSummary({});
    connect(m_toggle, &QToolButton::toggled, this, &FormSection::setExpanded);
}

void FormSection::setSummary(const QString& text) {
    m_summary->setText(text);
    m_toggle->setAccessibleName(text.isEmpty() ? m_toggle->text() : m_toggle->text() + QStringLiteral(": ") + text);
}

QString FormSection::summary() const {
    return m_summary->text();
}

bool FormSection::isExpanded() const {
    return m_toggle->isChecked();
}

void FormSection::setExpanded(bool isExpanded) {
    m_toggle->setChecked(isExpanded);
    m_toggle->setArrowType(isExpanded ? Qt::DownArrow : Qt::RightArrow);
    m_body->setVisible(isExpanded);
}

void FormSection::setLineBelow(bool hasLine) {
    m_line->setVisible(hasLine);
}

void FormSection::setHeadingWidget(QWidget* widget) {
    m_heading->addWidget(widget);
}

} // namespace certwright::ui
