#pragma once

#include <QPushButton>

namespace certwright::ui {

/// A wide button with an icon, a bold title and a line that says what comes of it.
class CommandButton : public QPushButton {
    Q_OBJECT
public:
    CommandButton(const QString& title, const QString& description, const QString& iconName, QWidget* parent = nullptr);

    /// The one that is tinted.
    void setProminent(bool isProminent);
    /// Smaller, without a border until touched: for rows of a list.
    void setCompact(bool isCompact);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int margin() const { return m_isCompact ? 12 : 16; }

    QString m_description;
    bool m_isProminent = false;
    bool m_isCompact = false;
};

} // namespace certwright::ui
