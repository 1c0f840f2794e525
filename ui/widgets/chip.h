#pragma once

#include <QToolButton>

namespace certwright::ui {

/// A small label with an x: says that a field was set by something else ("set by preset") and lets it go (UX rule R6).
/// Clicking it anywhere emits clicked(); whoever shows it then hides it.
class Chip : public QToolButton {
    Q_OBJECT
public:
    explicit Chip(const QString& text, QWidget* parent = nullptr);
    /// `what` completes the name for screen readers: "Validity: set by preset. Press to change it yourself."
    void setField(const QString& what);
};

} // namespace certwright::ui
