#include "ui/widgets/job_footer.h"

#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>

#include <limits>

namespace certwright::ui {

JobFooter::JobFooter(const QString& primary, QWidget* parent)
    : QWidget(parent)
    , m_left(new QHBoxLayout)
    , m_bar(new QProgressBar(this))
    , m_text(new QLabel(this))
    , m_primary(new QPushButton(primary, this))
    , m_cancel(new QPushButton(tr("Cancel"), this)) {
    m_primary->setObjectName(QStringLiteral("primary"));
    m_primary->setDefault(true);
    m_primary->setAutoDefault(true);
    m_cancel->setObjectName(QStringLiteral("cancel"));
    m_cancel->setAutoDefault(false);
    m_bar->setObjectName(QStringLiteral("progress"));
    m_bar->setAccessibleName(tr("Progress"));
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(fontMetrics().averageCharWidth() * 18);
    m_bar->setMaximumHeight(fontMetrics().height());
    m_bar->hide();
    m_text->setObjectName(QStringLiteral("note"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    showAsSecondary(m_text);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(8);
    row->addLayout(m_left);
    row->addWidget(m_bar);
    row->addWidget(m_text, 1);
    row->addWidget(m_primary);
    row->addWidget(m_cancel);

    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &JobFooter::showTime);
    connect(m_primary, &QPushButton::clicked, this, &JobFooter::accepted);
    connect(m_cancel, &QPushButton::clicked, this, &JobFooter::rejected);
}

void JobFooter::setPrimaryText(const QString& text) {
    m_primary->setText(text);
}

void JobFooter::setNote(const QString& text) {
    m_note = text;
    if (!m_isBusy)
        m_text->setText(text);
}

void JobFooter::setBusy(const QString& text) {
    m_isBusy = true;
    m_busyText = text;
    m_text->setText(text);
    m_bar->setRange(0, 0);
    m_bar->show();
    m_primary->setEnabled(false);
    m_cancel->setText(tr("Stop"));
    m_cancel->setFocus(Qt::OtherFocusReason);
    m_since.start();
    m_second.start();
}

void JobFooter::setProgress(base::Progress progress) {
    if (!m_isBusy || progress.total == 0 || progress.total > std::uint64_t{std::numeric_limits<int>::max()})
        return;
    m_bar->setRange(0, static_cast<int>(progress.total));
    m_bar->setValue(static_cast<int>(progress.done));
}

void JobFooter::setIdle() {
    m_isBusy = false;
    m_second.stop();
    m_bar->hide();
    m_text->setText(m_note);
    m_primary->setEnabled(true);
    m_cancel->setText(tr("Cancel"));
}

void JobFooter::addButton(QPushButton* button) {
    button->setAutoDefault(false);
    m_left->addWidget(button);
}

void JobFooter::showTime() {
    const qint64 seconds = m_since.elapsed() / 1000;
    if (seconds >= 2)
        m_text->setText(tr("%1 %2 s", "what runs, and for how many seconds").arg(m_busyText).arg(seconds));
}

void JobFooter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(Theme::instance().color(ColorRole::Line));
    painter.drawLine(0, 0, width(), 0);
}

} // namespace certwright::ui
