#include "ui/widgets/chip.h"

#include "ui/theme.h"

namespace certwright::ui {

Chip::Chip(const QString& text, QWidget* parent)
    : QToolButton(parent) {
    setText(text);
    setIcon(ui::icon(QStringLiteral("x")));
    const int size = fontMetrics().height() * 3 / 4;
    setIconSize(QSize(size, size));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    // The x belongs behind the text.
    setLayoutDirection(layoutDirection() == Qt::LeftToRight ? Qt::RightToLeft : Qt::LeftToRight);
    setFocusPolicy(Qt::TabFocus);
    setField(text);
}

void Chip::setField(const QString& what) {
    setAccessibleName(tr("%1: %2. Press to decide yourself.").arg(what, text()));
    setToolTip(tr("Press to decide yourself"));
}

} // namespace certwright::ui
