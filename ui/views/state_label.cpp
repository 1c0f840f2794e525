#include "ui/views/state_label.h"

#include <QHBoxLayout>
#include <QLabel>

namespace certwright::ui {

StateLabel::StateLabel(QWidget* parent)
    : QWidget(parent)
    , m_mark(new QLabel(this))
    , m_text(new QLabel(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_mark, 0, Qt::AlignTop);
    layout->addWidget(m_text, 1);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    connect(&Theme::instance(), &Theme::changed, this, &StateLabel::recolour);
}

void StateLabel::setState(State state, const QString& text) {
    m_state = state;
    m_text->setText(text);
    setAccessibleName(text);
    recolour();
}

void StateLabel::setBold(bool isBold) {
    QFont bold = m_text->font();
    bold.setBold(isBold);
    m_text->setFont(bold);
}

QString StateLabel::text() const {
    return m_text->text();
}

void StateLabel::recolour() {
    const int size = m_text->fontMetrics().height() - 2;
    m_mark->setPixmap(stateIcon(m_state).pixmap(QSize(size, size), devicePixelRatioF()));
    m_mark->setFixedHeight(m_text->fontMetrics().height());
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, Theme::instance().color(m_state));
    m_text->setPalette(colours);
}

} // namespace certwright::ui
