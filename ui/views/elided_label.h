#pragma once

#include <QFrame>
#include <QString>

namespace certwright::ui {

/// A line of plain text that is cut in the middle where it does not fit; the whole stands in its tool tip and its
/// accessible name.
class ElidedLabel : public QFrame {
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

    void setText(const QString& text);
    QString text() const { return m_text; }
    /// In the secondary colour.
    void setSecondary(bool isSecondary);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
    bool m_isSecondary = false;
};

} // namespace certwright::ui
