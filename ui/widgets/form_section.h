#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace certwright::ui {

/// A part of a long form that can be closed; its heading says what is in it also then: "4 Validity  200 days".
class FormSection : public QWidget {
    Q_OBJECT
public:
    explicit FormSection(const QString& title, QWidget* parent = nullptr);

    /// What stands behind the title. Plain text.
    void setSummary(const QString& text);
    QString summary() const;
    /// Where the content goes.
    QVBoxLayout* content() const noexcept { return m_content; }
    bool isExpanded() const;
    void setExpanded(bool isExpanded);
    /// Whether a faint line closes it off below (true at first).
    void setLineBelow(bool hasLine);
    /// A widget at the end of the heading's line.
    void setHeadingWidget(QWidget* widget);

private:
    QToolButton* m_toggle;
    QLabel* m_summary;
    QWidget* m_body;
    QVBoxLayout* m_content;
    QWidget* m_line;
    QHBoxLayout* m_heading;
};

} // namespace certwright::ui
