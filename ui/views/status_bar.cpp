#include "ui/views/status_bar.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/views/elided_label.h"
#include "ui/views/link_button.h"
#include "ui/widgets/secret_clipboard.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include <algorithm>

namespace certwright::ui {

// Long because it sets up one thing after the other.
StatusBar::StatusBar(service::JobRunner& jobs, QWidget* parent)
    : QStatusBar(parent)
    , m_jobs(jobs)
    , m_lock(new QToolButton(this))
    , m_selection(new QLabel(this))
    , m_jobText(new ElidedLabel({}, this))
    , m_jobBar(new QProgressBar(this))
    , m_jobCancel(new LinkButton(tr("Cancel"), this))
    , m_toast(new ElidedLabel({}, this))
    , m_toastAction(new LinkButton(this))
    , m_clipboard(new QLabel(this)) {
    setSizeGripEnabled(false);
    setContentsMargins(4, 1, 8, 0);
    for (QLabel* label : {m_selection, m_clipboard})
        label->setTextFormat(Qt::PlainText);
    m_lock->setObjectName(QStringLiteral("lockState"));
    m_lock->setAutoRaise(true);
    m_lock->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_lock->setFocusPolicy(Qt::TabFocus);
    m_jobBar->setObjectName(QStringLiteral("jobProgress"));
    m_jobBar->setAccessibleName(tr("Progress"));
    m_jobBar->setTextVisible(false);
    m_jobBar->setFixedSize(120, 9);
    m_jobText->setObjectName(QStringLiteral("jobText"));
    m_jobCancel->setObjectName(QStringLiteral("jobCancel"));
    m_jobCancel->setAccessibleName(tr("Cancel the running job"));
    for (ElidedLabel* label : {m_jobText, m_toast})
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_toast->setObjectName(QStringLiteral("toast"));
    m_toastAction->setObjectName(QStringLiteral("toastAction"));
    m_selection->setObjectName(QStringLiteral("selection"));
    m_selection->setContentsMargins(8, 0, 8, 0);
    addWidget(m_lock);
    addWidget(m_selection);
    addPermanentWidget(m_toast);
    addPermanentWidget(m_toastAction);
    addPermanentWidget(m_jobText);
    addPermanentWidget(m_jobBar);
    addPermanentWidget(m_jobCancel);
    addPermanentWidget(m_clipboard);
    m_clipboard->hide();
    hideToast();
    showJobs();

    connect(m_lock, &QToolButton::clicked, this, &StatusBar::lockToggled);
    m_toastTimer.setSingleShot(true);
    m_toastTimer.setInterval(ToastMs);
    connect(&m_toastTimer, &QTimer::timeout, this, [this] {
        // Not from under the hand: it stays while its action has the focus or the pointer.
        if (m_toastAction->hasFocus() || m_toastAction->underMouse())
            m_toastTimer.start();
        else
            hideToast();
    });
    connect(m_toastAction, &QPushButton::clicked, this, [this] {
        const std::function<void()> run = std::move(m_toastRun);
        hideToast();
        if (run)
            run();
    });
    connect(&m_jobs, &service::JobRunner::started, this, [this](service::JobId id, const QString& label) {
        m_running[id].label = label;
        showJobs();
    });
    connect(&m_jobs, &service::JobRunner::progressed, this, [this](service::JobId id, quint64 done, quint64 total) {
        const auto found = m_running.find(id);
        if (found == m_running.end())
            return;
        found->second.done = done;
        found->second.total = total;
        showJobs();
    });
    connect(&m_jobs, &service::JobRunner::finished, this, [this](service::JobId id) {
        if (m_running.erase(id) > 0)
            showJobs();
    });
    connect(m_jobCancel, &QPushButton::clicked, this, [this] {
        if (!m_running.empty())
            m_jobs.cancel(m_running.rbegin()->first);
    });
    connect(&SecretClipboard::instance(), &SecretClipboard::countdown, this, [this](int seconds, const QString& what) {
        m_clipboard->setVisible(seconds > 0);
        m_clipboard->setText(tr("%1 on the clipboard, cleared in %2 s").arg(what).arg(seconds));
    });
    setLock(Lock::NoStore, {}, {});
}

void StatusBar::setLock(Lock state, const QString& name, const QString& path) {
    const QString storeName = QString(name).replace(QLatin1Char('&'), QLatin1String("&&"));
    switch (state) {
    case Lock::NoStore:
        m_lock->setIcon(icon(QStringLiteral("stop")));
        m_lock->setText(tr("No store open"));
        break;
    case Lock::Locked:
    case Lock::ReadOnly:
        m_lock->setIcon(icon(QStringLiteral("lock")));
        m_lock->setText(state == Lock::Locked ? tr("Locked \u00B7 %1").arg(storeName)
                                              : tr("Read-only \u00B7 %1").arg(storeName));
        break;
    case Lock::Unlocked:
        m_lock->setIcon(icon(QStringLiteral("unlock")));
        m_lock->setText(tr("Unlocked \u00B7 %1").arg(storeName));
        break;
    }
    m_lock->setEnabled(state != Lock::NoStore);
    m_lock->setToolTip(toolTipText(path));
    m_lock->setAccessibleDescription(path);
    QAccessibleEvent event(m_lock, QAccessible::NameChanged);
    QAccessible::updateAccessibility(&event);
}

void StatusBar::setSelection(const QString& text) {
    m_selection->setText(text);
}

void StatusBar::showJobs() {
    const bool isAny = !m_running.empty();
    m_jobText->setVisible(isAny);
    m_jobBar->setVisible(isAny);
    m_jobCancel->setVisible(isAny);
    if (!isAny)
        return;
    const Job& job = m_running.rbegin()->second;
    const QString label =
        m_running.size() == 1 ? job.label : tr("%1 (and %2 more)").arg(job.label).arg(m_running.size() - 1);
    m_jobBar->setRange(0, job.total == 0 ? 0 : 1000);
    if (job.total > 0) {
        m_jobBar->setValue(int(std::min<quint64>(1000, job.done * 1000 / job.total)));
        m_jobText->setText(tr("%1, %2 %").arg(label).arg(job.done * 100 / job.total));
    } else {
        m_jobText->setText(label);
    }
}

void StatusBar::showToast(const QString& text, const QString& actionText, std::function<void()> action) {
    m_toast->setText(text);
    m_toast->show();
    m_toastAction->setText(actionText);
    m_toastAction->setVisible(!actionText.isEmpty());
    m_toastRun = std::move(action);
    m_toastTimer.start();
    QAccessibleEvent event(m_toast, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void StatusBar::hideToast() {
    m_toastTimer.stop();
    m_toast->hide();
    m_toast->setText({});
    m_toastAction->hide();
    m_toastRun = {};
}

QString StatusBar::toastText() const {
    return m_toast->text();
}

QPushButton* StatusBar::toastAction() const {
    return m_toastAction;
}

} // namespace certwright::ui
