#pragma once

#include <QWidget>

#include <functional>

class QLabel;
class QPushButton;

namespace certwright::ui {

/// The line under a field that says in words, with a mark, what is wrong with its content (UX rule R2). Takes no room
/// while there is nothing to say. The text is plain.
class FieldMessage : public QWidget {
    Q_OBJECT
public:
    enum class Severity { Info, Warning, Error };

    explicit FieldMessage(QWidget* parent = nullptr);

    /// An empty text hides the line. Each other text is announced to screen readers.
    void setMessage(Severity severity, const QString& text);
    void setError(const QString& text) { setMessage(Severity::Error, text); }
    void clear() { setMessage(Severity::Info, {}); }
    /// A button beside the text that mends it; an empty text takes it away. To be set after setMessage(), which drops
    /// it.
    void setFix(const QString& text, std::function<void()> fix);

    QString text() const;
    Severity severity() const noexcept { return m_severity; }
    bool isError() const;
    QPushButton* fixButton() const noexcept { return m_fix; }

private:
    void recolour();

    QLabel* m_mark;
    QLabel* m_text;
    QPushButton* m_fix;
    std::function<void()> m_apply;
    Severity m_severity = Severity::Info;
};

} // namespace certwright::ui
