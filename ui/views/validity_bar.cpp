#include "ui/views/validity_bar.h"

#include "ui/convert.h"

#include <QPainter>
#include <QStyle>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int barHeight = 8;

} // namespace

ValidityBar::ValidityBar(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ValidityBar::setValidity(base::Time from, base::Time until, base::Time now, State state) {
    const double whole = double((until - from).count());
    const double passed = double((now - from).count());
    m_percent = whole <= 0 ? 100 : std::clamp(int(passed * 100 / whole), 0, 100);
    m_state = state;
    m_from = dateText(from);
    m_until = dateText(until);
    m_share = tr("%1 % elapsed").arg(m_percent);
    setAccessibleName(tr("Valid from %1 to %2, %3").arg(m_from, m_until, m_share));
    update();
}

QSize ValidityBar::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 34, barHeight + 4 + fontMetrics().height()};
}

QSize ValidityBar::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 22, sizeHint().height()};
}

void ValidityBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme& theme = Theme::instance();
    const QRect frame(0, 0, width() - 1, barHeight - 1);
    painter.setPen(theme.color(ColorRole::ButtonBorder));
    painter.setBrush(palette().brush(QPalette::Base));
    painter.drawRect(frame);
    const QRect filled(1, 1, (width() - 2) * m_percent / 100, barHeight - 2);
    painter.fillRect(QStyle::visualRect(layoutDirection(), frame, filled), theme.color(m_state));
    const QRect line(0, barHeight + 4, width(), fontMetrics().height());
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(line, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft)), m_from);
    painter.drawText(line, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignRight)), m_until);
    const int dates = fontMetrics().horizontalAdvance(m_from) + fontMetrics().horizontalAdvance(m_until);
    if (dates + fontMetrics().horizontalAdvance(m_share) + 16 <= width()) {
        painter.setPen(theme.color(ColorRole::Secondary));
        painter.drawText(line, Qt::AlignHCenter, m_share);
    }
}

} // namespace certwright::ui
