#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace certwright::ui {

/// What stands in the place of a list that has nothing to show: why, and what to do about it.
class EmptyPage : public QWidget {
    Q_OBJECT
public:
    EmptyPage(const QString& iconName, const QString& title, const QString& text, QWidget* parent = nullptr);

    /// A button under the text; the first one is tinted.
    QPushButton* addButton(const QString& name, const QString& text);
    void setText(const QString& text);
    /// Where nothing can be done about it, the buttons go.
    void setButtonsShown(bool areShown);

private:
    QLabel* m_text;
    QHBoxLayout* m_buttons;
};

} // namespace certwright::ui
