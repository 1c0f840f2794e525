#include "ui/widgets/segmented_bar.h"

#include "ui/widgets/segment_button.h"

#include <QHBoxLayout>

namespace certwright::ui {

SegmentedBar::SegmentedBar(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this)) {
    setAccessibleName(name);
    m_row->setContentsMargins(0, 0, 0, 0);
    // One pixel of overlap, so that two borders look like one.
    m_row->setSpacing(-1);
    m_group.setExclusive(true);
    connect(&m_group, &QButtonGroup::idClicked, this, &SegmentedBar::chosen);
}

int SegmentedBar::addSegment(const QString& text, const QString& objectName) {
    const int index = static_cast<int>(m_group.buttons().size());
    auto* button = new SegmentButton(text, this);
    button->setObjectName(objectName);
    m_group.addButton(button, index);
    m_row->addWidget(button);
    for (int i = 0; i <= index; ++i) {
        using Place = SegmentButton::Place;
        auto* segment = static_cast<SegmentButton*>(m_group.button(i));
        segment->setPlace(index == 0 ? Place::Alone : i == 0 ? Place::First : i == index ? Place::Last : Place::Middle);
    }
    return index;
}

void SegmentedBar::setCurrent(int index) {
    if (index >= 0) {
        m_group.button(index)->setChecked(true);
        return;
    }
    m_group.setExclusive(false);
    for (QAbstractButton* button : m_group.buttons())
        button->setChecked(false);
    m_group.setExclusive(true);
}

void SegmentedBar::setSegmentEnabled(int index, bool isEnabled) {
    m_group.button(index)->setEnabled(isEnabled);
}

} // namespace certwright::ui
