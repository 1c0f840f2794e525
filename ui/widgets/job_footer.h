#pragma once

#include "core/base/progress.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace certwright::ui {

/// The lower edge of a dialog: progress or a note, the primary button (the default one, a verb) and Cancel. While a job
/// runs the primary button is off and Cancel says Stop.
class JobFooter : public QWidget {
    Q_OBJECT
public:
    /// `primary` is the verb with its mnemonic.
    explicit JobFooter(const QString& primary, QWidget* parent = nullptr);

    void setPrimaryText(const QString& text);
    /// What stands left of the buttons while nothing runs.
    void setNote(const QString& text);
    /// Shows `text`, a busy bar, and after two seconds how long it has been.
    void setBusy(const QString& text);
    void setProgress(base::Progress progress);
    void setIdle();
    bool isBusy() const noexcept { return m_isBusy; }
    /// A button at the left end.
    void addButton(QPushButton* button);

    QPushButton* primaryButton() const noexcept { return m_primary; }
    QPushButton* cancelButton() const noexcept { return m_cancel; }

Q_SIGNALS:
    void accepted();
    /// Cancel, or Stop while a job runs.
    void rejected();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showTime();

    QHBoxLayout* m_left;
    QProgressBar* m_bar;
    QLabel* m_text;
    QPushButton* m_primary;
    QPushButton* m_cancel;
    QString m_note;
    QString m_busyText;
    QTimer m_second;
    QElapsedTimer m_since;
    bool m_isBusy = false;
};

} // namespace certwright::ui
