#pragma once

#include <QDialog>
#include <QList>

class QAction;

namespace certwright::ui {

/// The keyboard shortcuts of the main window.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    explicit ShortcutsDialog(const QList<QAction*>& actions, QWidget* parent = nullptr);
};

} // namespace certwright::ui
