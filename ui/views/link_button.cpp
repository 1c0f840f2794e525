#include "ui/views/link_button.h"

#include "ui/theme.h"

#include <QPainter>
#include <QStyleOptionFocusRect>

namespace certwright::ui {

LinkButton::LinkButton(QWidget* parent)
    : LinkButton(QString(), parent) {}

LinkButton::LinkButton(const QString& text, QWidget* parent)
    : QPushButton(text, parent) {
    setFlat(true);
    setAutoDefault(false);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

QSize LinkButton::sizeHint() const {
    return {fontMetrics().size(Qt::TextShowMnemonic, text()).width() + 2, fontMetrics().height() + 2};
}

QSize LinkButton::minimumSizeHint() const {
    return {std::min(sizeHint().width(), fontMetrics().averageCharWidth() * 6), sizeHint().height()};
}

void LinkButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QFont underlined = font();
    underlined.setUnderline(isEnabled());
    painter.setFont(underlined);
    painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::Link));
    // At the edge, in line with the texts above and below it.
    const QRect inner = rect().adjusted(0, 0, -2, 0);
    const QString shown = painter.fontMetrics().elidedText(text(), Qt::ElideRight, inner.width(), Qt::TextShowMnemonic);
    painter.drawText(inner,
                     int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter)) |
                         Qt::TextSingleLine | Qt::TextHideMnemonic,
                     shown);
    if (hasFocus()) {
        QStyleOptionFocusRect option;
        option.initFrom(this);
        style()->drawPrimitive(QStyle::PE_FrameFocusRect, &option, &painter, this);
    }
}

} // namespace certwright::ui
