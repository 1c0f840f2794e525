#pragma once

class QHeaderView;
class QLabel;
class QString;
class QTableView;
class QTreeView;
class QWidget;

namespace certwright::ui {

/// Gives a widget's text the colour of secondary text, and follows the theme from then on.
void showAsSecondary(QWidget* widget);

/// A label of plain text in the secondary colour.
QLabel* makeSecondaryLabel(const QString& text, QWidget* parent);

/// A label for text out of a file or from a peer: plain, selectable, wrapped.
QLabel* makeValueLabel(QWidget* parent);

/// The look that tables of a form have: no grid, whole rows, no row numbers, headings at the leading edge; `padding` is
/// what a row is higher than its text. Tab leaves the table.
void styleTable(QTableView* table, int padding = 8);
/// The same for a tree or a tree used as a list of several columns.
void styleTree(QTreeView* tree);

} // namespace certwright::ui
