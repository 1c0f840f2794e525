#include "ui/widgets/segment_button.h"

#include "ui/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyle>

namespace certwright::ui {

namespace {

constexpr double radius = 3;

/// A rectangle with round corners at the left, at the right, at both or at none.
QPainterPath outline(const QRectF& rect, bool isLeftRound, bool isRightRound) {
    QPainterPath path;
    path.setFillRule(Qt::WindingFill); // the parts overlap; the other rule would cut that out
    path.addRoundedRect(rect, radius, radius);
    if (!isLeftRound)
        path.addRect(QRectF(rect.left(), rect.top(), rect.width() / 2, rect.height()));
    if (!isRightRound)
        path.addRect(QRectF(rect.center().x(), rect.top(), rect.width() / 2, rect.height()));
    return path.simplified();
}

} // namespace

SegmentButton::SegmentButton(const QString& text, QWidget* parent)
    : QAbstractButton(parent) {
    setText(text);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void SegmentButton::setPlace(Place place) {
    m_place = place;
    update();
}

void SegmentButton::setCard(bool isCard) {
    m_isCard = isCard;
    setSizePolicy(isCard ? QSizePolicy::Expanding : QSizePolicy::Minimum, QSizePolicy::Fixed);
    updateGeometry();
}

QSize SegmentButton::sizeHint() const {
    const QString shown = QString(text()).remove(QLatin1Char('&'));
    const int unit = fontMetrics().height();
    int width = fontMetrics().horizontalAdvance(shown) + (m_isCard ? unit : unit * 5 / 4);
    if (!icon().isNull())
        width += unit + unit / 2;
    return {width, m_isCard ? unit * 2 + 2 : unit + 12};
}

void SegmentButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::instance();
    const bool isLeftToRight = layoutDirection() == Qt::LeftToRight;
    const bool isStart = m_place == Place::Alone || m_place == Place::First;
    const bool isEnd = m_place == Place::Alone || m_place == Place::Last;
    QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const QPainterPath path = outline(frame, isLeftToRight ? isStart : isEnd, isLeftToRight ? isEnd : isStart);

    QColor fill = palette().color(QPalette::Button);
    QColor border = theme.color(ColorRole::ButtonBorder);
    if (!isEnabled()) {
        fill = palette().color(QPalette::Window);
        border = theme.color(ColorRole::Line);
    } else if (isChecked()) {
        fill = palette().color(QPalette::Active, QPalette::Highlight);
        border = theme.color(ColorRole::FocusLine);
    } else if (underMouse()) {
        fill = palette().color(QPalette::AlternateBase);
    }
    painter.fillPath(path, fill);
    painter.setPen(QPen(border, 1));
    painter.drawPath(path);
    if (hasFocus()) {
        painter.setPen(QPen(theme.color(ColorRole::FocusLine), 2));
        painter.drawPath(outline(frame.adjusted(0.5, 0.5, -0.5, -0.5), true, true));
    }

    const int unit = fontMetrics().height();
    QRect content = rect().adjusted(unit / 2, 0, -unit / 2, 0);
    if (!icon().isNull()) {
        const int size = unit + 1;
        const QRect spot(content.left(), (height() - size) / 2, size, size);
        icon().paint(&painter, style()->visualRect(layoutDirection(), content, spot), Qt::AlignCenter,
                     isEnabled() ? QIcon::Normal : QIcon::Disabled);
        const int shift = size + unit / 2;
        content = isLeftToRight ? content.adjusted(shift, 0, 0, 0) : content.adjusted(0, 0, -shift, 0);
    }
    const auto group = isEnabled() ? QPalette::Active : QPalette::Disabled;
    painter.setPen(palette().color(group, isChecked() ? QPalette::HighlightedText : QPalette::ButtonText));
    const int alignment = m_isCard ? int(Qt::AlignVCenter) | int(Qt::AlignLeading) : int(Qt::AlignCenter);
    painter.drawText(content, alignment | int(Qt::TextShowMnemonic),
                     fontMetrics().elidedText(text(), Qt::ElideRight, content.width() + 2, Qt::TextShowMnemonic));
}

void SegmentButton::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void SegmentButton::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

} // namespace certwright::ui
