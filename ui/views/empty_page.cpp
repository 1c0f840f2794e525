#include "ui/views/empty_page.h"

#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace certwright::ui {

EmptyPage::EmptyPage(const QString& iconName, const QString& title, const QString& text, QWidget* parent)
    : QWidget(parent)
    , m_text(new QLabel(text, this))
    , m_buttons(new QHBoxLayout) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* picture = new QLabel(this);
    picture->setAlignment(Qt::AlignCenter);
    const auto paint = [this, picture, iconName] {
        picture->setPixmap(icon(iconName).pixmap(QSize(48, 48), devicePixelRatioF(), QIcon::Disabled));
    };
    paint();
    connect(&Theme::instance(), &Theme::changed, picture, paint);
    auto* heading = new QLabel(title, this);
    heading->setTextFormat(Qt::PlainText);
    heading->setFont(Theme::instance().headingFont(18.0 / 13.0));
    heading->setAlignment(Qt::AlignCenter);
    heading->setObjectName(QStringLiteral("emptyTitle"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setObjectName(QStringLiteral("emptyText"));
    auto* layout = new QVBoxLayout(this);
    layout->addStretch(2);
    layout->addWidget(picture);
    layout->addWidget(heading);
    layout->addWidget(m_text);
    layout->addSpacing(8);
    m_buttons->addStretch(1);
    m_buttons->addStretch(1);
    layout->addLayout(m_buttons);
    layout->addStretch(3);
}

QPushButton* EmptyPage::addButton(const QString& name, const QString& text) {
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAutoDefault(false);
    button->setDefault(m_buttons->count() == 2);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    return button;
}

void EmptyPage::setText(const QString& text) {
    m_text->setText(text);
}

void EmptyPage::setButtonsShown(bool areShown) {
    for (int i = 0; i < m_buttons->count(); ++i) {
        if (QWidget* button = m_buttons->itemAt(i)->widget())
            button->setVisible(areShown);
    }
}

} // namespace certwright::ui
