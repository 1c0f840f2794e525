#include "ui/widgets/label_style.h"

#include "ui/theme.h"

#include <QLabel>

namespace certwright::ui {

void showAsSecondary(QWidget* widget) {
    const auto recolour = [widget] {
        QPalette colours = widget->palette();
        colours.setColor(QPalette::WindowText, Theme::instance().color(ColorRole::Secondary));
        widget->setPalette(colours);
    };
    recolour();
    QObject::connect(&Theme::instance(), &Theme::changed, widget, recolour);
}

QLabel* makeSecondaryLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    showAsSecondary(label);
    return label;
}

QLabel* makeValueLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setWordWrap(true);
    return label;
}

} // namespace certwright::ui
