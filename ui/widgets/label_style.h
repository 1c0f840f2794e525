#pragma once

class QLabel;
class QWidget;
class QString;

namespace certwright::ui {

/// Gives a widget's text the colour of secondary text, and follows the theme from then on.
void showAsSecondary(QWidget* widget);

/// A label of plain text in the secondary colour.
QLabel* makeSecondaryLabel(const QString& text, QWidget* parent);

/// A label for text out of a file or from a peer: plain, selectable, wrapped.
QLabel* makeValueLabel(QWidget* parent);

} // namespace certwright::ui
