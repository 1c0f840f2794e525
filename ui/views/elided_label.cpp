#include "ui/views/elided_label.h"

#include "ui/convert.h"
#include "ui/theme.h"

#include <QPainter>
#include <QStyle>

namespace certwright::ui {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent)
    : QFrame(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setText(text);
}

void ElidedLabel::setText(const QString& text) {
    m_text = text;
    setAccessibleName(text);
    setToolTip(toolTipText(text));
    updateGeometry();
    update();
}

void ElidedLabel::setSecondary(bool isSecondary) {
    m_isSecondary = isSecondary;
    update();
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(m_text) + 2, fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {std::min(sizeHint().width(), fontMetrics().averageCharWidth() * 8), fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(m_isSecondary ? Theme::instance().color(ColorRole::Secondary)
                                 : palette().color(QPalette::WindowText));
    painter.drawText(
        rect(), int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter)) | Qt::TextSingleLine,
        painter.fontMetrics().elidedText(m_text, Qt::ElideMiddle, width()));
}

} // namespace certwright::ui
