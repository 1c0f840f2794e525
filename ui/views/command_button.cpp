#include "ui/views/command_button.h"

#include "ui/theme.h"

#include <QPainter>
#include <QStyleOptionButton>

namespace certwright::ui {

CommandButton::CommandButton(const QString& title, const QString& description, const QString& iconName, QWidget* parent)
    : QPushButton(title, parent)
    , m_description(description) {
    setIcon(ui::icon(iconName));
    setAccessibleDescription(description);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void CommandButton::setProminent(bool isProminent) {
    m_isProminent = isProminent;
    update();
}

void CommandButton::setCompact(bool isCompact) {
    m_isCompact = isCompact;
    setFlat(isCompact);
    updateGeometry();
}

QSize CommandButton::sizeHint() const {
    QFont bold = font();
    bold.setBold(true);
    const int title = QFontMetrics(bold).size(Qt::TextShowMnemonic, text()).width();
    const int description = fontMetrics().horizontalAdvance(m_description);
    return {std::max(title, description) + 2 * margin() + 40,
            2 * fontMetrics().height() + (m_isCompact ? 8 : 2 * margin() - 8)};
}

QSize CommandButton::minimumSizeHint() const {
    return {std::min(sizeHint().width(), fontMetrics().averageCharWidth() * 20), sizeHint().height()};
}

void CommandButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    option.features.setFlag(QStyleOptionButton::DefaultButton, m_isProminent);
    style()->drawPrimitive(QStyle::PE_PanelButtonCommand, &option, &painter, this);

    const int iconSize = m_isCompact ? 16 : 24;
    const QRect iconBox(margin(), (height() - iconSize) / 2, iconSize, iconSize);
    icon().paint(&painter, QStyle::visualRect(layoutDirection(), rect(), iconBox), Qt::AlignCenter,
                 isEnabled() ? QIcon::Normal : QIcon::Disabled);
    const int start = margin() + iconSize + (m_isCompact ? 8 : 12);
    const int lineHeight = fontMetrics().height();
    const int top = (height() - 2 * lineHeight) / 2;
    const QRect titleBox(start, top, width() - start - 8, lineHeight);
    const QRect textBox(start, top + lineHeight, width() - start - 8, lineHeight);
    const int alignment = int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter));

    QFont titleFont = font();
    titleFont.setBold(!m_isCompact);
    painter.setFont(titleFont);
    painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::ButtonText));
    painter.drawText(QStyle::visualRect(layoutDirection(), rect(), titleBox),
                     alignment | Qt::TextSingleLine | (m_isCompact ? 0 : int(Qt::TextShowMnemonic)),
                     QFontMetrics(titleFont).elidedText(text(), Qt::ElideMiddle, titleBox.width(),
                                                        m_isCompact ? 0 : int(Qt::TextShowMnemonic)));
    painter.setFont(font());
    if (isEnabled())
        painter.setPen(Theme::instance().color(ColorRole::Secondary));
    painter.drawText(QStyle::visualRect(layoutDirection(), rect(), textBox), alignment | Qt::TextSingleLine,
                     fontMetrics().elidedText(m_description, Qt::ElideMiddle, textBox.width()));
}

} // namespace certwright::ui
