#pragma once

class QWidget;

namespace certwright::ui {

/// Makes Tab go through everything inside `root` as it is laid out: row by row, what is hidden now included. Qt's own
/// order is that in which the widgets were made. A widget that passes its focus on to a part of itself keeps the order
/// of its parts. Call it once all is laid out.
void tabInReadingOrder(QWidget& root);

} // namespace certwright::ui
