#pragma once

#include "ui/theme.h"

#include <QWidget>

class QLabel;

namespace certwright::ui {

/// A state's mark with words in its colour ("Expires in 20 days"); follows the theme.
class StateLabel : public QWidget {
    Q_OBJECT
public:
    explicit StateLabel(QWidget* parent = nullptr);

    /// The text is plain.
    void setState(State state, const QString& text);
    void setBold(bool isBold);
    State state() const noexcept { return m_state; }
    QString text() const;

private:
    void recolour();

    QLabel* m_mark;
    QLabel* m_text;
    State m_state = State::Info;
};

} // namespace certwright::ui
