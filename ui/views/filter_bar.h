#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace certwright::ui {

/// The line above a list: text to search for, how many rows are shown, and tree or flat.
class FilterBar : public QWidget {
    Q_OBJECT
public:
    /// Time after the last key press until filterChanged().
    static constexpr int DelayMs = 50;

    explicit FilterBar(QWidget* parent = nullptr);

    QLineEdit* field() const noexcept { return m_field; }
    /// Without a signal.
    void setText(const QString& text);
    void setCounts(qint64 shown, qint64 all);
    void setTreeAvailable(bool isAvailable);
    /// Without a signal.
    void setTree(bool isTree);
    /// A ready-made filter that is on, with a button to end it; empty: none.
    void setPreset(const QString& title);

Q_SIGNALS:
    void filterChanged(const QString& text);
    void treeChosen(bool isTree);
    void presetEnded();
    /// The Down key: on to the list.
    void listWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QLineEdit* m_field;
    QLabel* m_counts;
    QPushButton* m_preset;
    QToolButton* m_tree;
    QToolButton* m_flat;
    QTimer m_delay;
};

} // namespace certwright::ui
