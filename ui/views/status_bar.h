#pragma once

#include "core/service/job_runner.h"

#include <QStatusBar>
#include <QTimer>

#include <functional>
#include <map>

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace certwright::ui {

class ElidedLabel;
class LinkButton;

/// The line at the bottom of the main window: whether the store is locked, what is selected, the jobs that run with
/// their progress and a Cancel, a message with one action, and how long a secret stays on the clipboard.
class StatusBar : public QStatusBar {
    Q_OBJECT
public:
    /// Time that a message stays.
    static constexpr int ToastMs = 6000;

    /// `jobs` must outlive the bar.
    explicit StatusBar(service::JobRunner& jobs, QWidget* parent = nullptr);

    enum class Lock { NoStore, Locked, Unlocked, ReadOnly };
    void setLock(Lock state, const QString& name, const QString& path);
    void setSelection(const QString& text);
    void showToast(const QString& text, const QString& actionText, std::function<void()> action);
    QString toastText() const;
    QPushButton* toastAction() const;
    QToolButton* lockButton() const noexcept { return m_lock; }

Q_SIGNALS:
    /// The lock was clicked.
    void lockToggled();

private:
    struct Job {
        QString label;
        quint64 done = 0;
        quint64 total = 0;
    };
    void showJobs();
    void hideToast();

    service::JobRunner& m_jobs;
    QToolButton* m_lock;
    QLabel* m_selection;
    ElidedLabel* m_jobText;
    QProgressBar* m_jobBar;
    LinkButton* m_jobCancel;
    ElidedLabel* m_toast; ///< cut rather than making the window wider
    LinkButton* m_toastAction;
    QLabel* m_clipboard;
    QTimer m_toastTimer;
    std::function<void()> m_toastRun;
    std::map<service::JobId, Job> m_running;
};

} // namespace certwright::ui
