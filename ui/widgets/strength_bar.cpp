#include "ui/widgets/strength_bar.h"

#include "ui/theme.h"

#include <QPainter>
#include <QStyle>

#include <cmath>

namespace certwright::ui {

namespace {

constexpr int segments = 5;

QColor colorOf(PassphraseStrength::Level level) {
    using Level = PassphraseStrength::Level;
    const Theme& theme = Theme::instance();
    switch (level) {
    case Level::VeryWeak:
    case Level::Weak:
        return theme.color(ColorRole::Bad);
    case Level::Fair:
        return theme.color(ColorRole::Warning);
    case Level::Good:
    case Level::Strong:
        break;
    }
    return theme.color(ColorRole::Valid);
}

QString wordOf(PassphraseStrength::Level level) {
    using Level = PassphraseStrength::Level;
    switch (level) {
    case Level::VeryWeak:
        return StrengthBar::tr("Very weak");
    case Level::Weak:
        return StrengthBar::tr("Weak");
    case Level::Fair:
        return StrengthBar::tr("Fair");
    case Level::Good:
        return StrengthBar::tr("Good");
    case Level::Strong:
        break;
    }
    return StrengthBar::tr("Strong");
}

} // namespace

StrengthBar::StrengthBar(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Strength of the passphrase"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void StrengthBar::setStrength(const PassphraseStrength& strength, bool isEmpty) {
    m_strength = strength;
    m_isEmpty = isEmpty;
    m_text = isEmpty ? QString()
                     : tr("%1, about %2 bits", "strength of a passphrase")
                           .arg(wordOf(strength.level))
                           .arg(static_cast<int>(std::lround(strength.bits)));
    setAccessibleDescription(m_text);
    update();
}

QSize StrengthBar::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 46, fontMetrics().height()};
}

QSize StrengthBar::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 34, fontMetrics().height()};
}

void StrengthBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int textWidth = fontMetrics().averageCharWidth() * 26;
    const int barWidth = std::max(width() - textWidth, width() / 4);
    const int gap = 3;
    const int thickness = std::max(4, fontMetrics().height() / 3);
    const double segmentWidth = double(barWidth - gap * (segments - 1)) / segments;
    const int lit = m_isEmpty ? 0 : static_cast<int>(m_strength.level) + 1;
    painter.setPen(Qt::NoPen);
    for (int i = 0; i < segments; ++i) {
        const QRectF segment(i * (segmentWidth + gap), (height() - thickness) / 2.0, segmentWidth, thickness);
        painter.setBrush(i < lit ? colorOf(m_strength.level) : Theme::instance().color(ColorRole::Line));
        const QRectF visual = style()->visualRect(layoutDirection(), rect(), segment.toRect());
        painter.drawRoundedRect(visual, 1.5, 1.5);
    }
    painter.setPen(palette().color(QPalette::WindowText));
    const QRect textRect(barWidth + fontMetrics().averageCharWidth(), 0, width() - barWidth, height());
    painter.drawText(style()->visualRect(layoutDirection(), rect(), textRect), Qt::AlignVCenter | Qt::AlignLeading,
                     m_text);
}

} // namespace certwright::ui
