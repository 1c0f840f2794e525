#pragma once

#include <QButtonGroup>
#include <QWidget>

class QAbstractButton;
class QHBoxLayout;

namespace certwright::ui {

/// A row of joined buttons of which at most one is chosen: "UTC | Local", "90 d | 200 d | 1 y". Left and Right move.
class SegmentedBar : public QWidget {
    Q_OBJECT
public:
    /// `name` says what is chosen, to screen readers.
    explicit SegmentedBar(const QString& name, QWidget* parent = nullptr);

    /// Gives its index. `objectName` is for tests.
    int addSegment(const QString& text, const QString& objectName);
    int current() const { return m_group.checkedId(); }
    /// -1: none is chosen. Emits nothing.
    void setCurrent(int index);
    void setSegmentEnabled(int index, bool isEnabled);
    QAbstractButton* segment(int index) const { return m_group.button(index); }

Q_SIGNALS:
    /// The user chose a segment.
    void chosen(int index);

private:
    QHBoxLayout* m_row;
    QButtonGroup m_group;
};

} // namespace certwright::ui
