#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace certwright::ui {

/// A message inside the layout of a page or a dialog, above what it is about, never over it; takes no room while hidden
/// (UX rule R2). The text is plain.
class InlineBanner : public QFrame {
    Q_OBJECT
public:
    enum class Severity { Info, Warning, Error, Success };

    explicit InlineBanner(QWidget* parent = nullptr);

    /// Shows the banner. `detail` is a second line and may be empty. Drops the action set before.
    void showMessage(Severity severity, const QString& text, const QString& detail = {});
    /// A button with a verb; an empty text takes it away.
    void setAction(const QString& text, std::function<void()> action);
    /// Whether it can be closed by a small x at its end (false at first).
    void setClosable(bool isClosable);

    QString text() const;
    QString detail() const;
    Severity severity() const noexcept { return m_severity; }
    QPushButton* actionButton() const noexcept { return m_action; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void recolour();

    QLabel* m_mark;
    QLabel* m_text;
    QLabel* m_detail;
    QPushButton* m_action;
    QToolButton* m_close;
    std::function<void()> m_run;
    Severity m_severity = Severity::Info;
};

} // namespace certwright::ui
