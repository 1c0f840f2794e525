#pragma once

#include <QAbstractButton>

namespace certwright::ui {

/// One button of a SegmentedBar, or a card of a choice: flat, with the colours of the selection when it is chosen.
class SegmentButton : public QAbstractButton {
    Q_OBJECT
public:
    /// Where it stands in its row, which decides the corners that are round.
    enum class Place { Alone, First, Middle, Last };

    explicit SegmentButton(const QString& text, QWidget* parent = nullptr);

    void setPlace(Place place);
    /// Text and icon at the leading edge, as cards have them, instead of centred.
    void setCard(bool isCard);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    Place m_place = Place::Alone;
    bool m_isCard = false;
};

} // namespace certwright::ui
