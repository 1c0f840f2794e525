#pragma once

#include <QPushButton>

namespace certwright::ui {

/// A button that looks like a link: for navigation, and for the one action of a toast or a job.
class LinkButton : public QPushButton {
    Q_OBJECT
public:
    explicit LinkButton(QWidget* parent = nullptr);
    explicit LinkButton(const QString& text, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace certwright::ui
