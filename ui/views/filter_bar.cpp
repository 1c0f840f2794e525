#include "ui/views/filter_bar.h"

#include "ui/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>

namespace certwright::ui {

namespace {

QToolButton* makeSwitch(QWidget* parent, const QString& name, const QString& text, const QString& iconName) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setIcon(icon(iconName));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

FilterBar::FilterBar(QWidget* parent)
    : QWidget(parent)
    , m_field(new QLineEdit(this))
    , m_counts(new QLabel(this))
    , m_preset(new QPushButton(this))
    , m_tree(makeSwitch(this, QStringLiteral("treeSwitch"), tr("Tree"), QStringLiteral("tree")))
    , m_flat(makeSwitch(this, QStringLiteral("flatSwitch"), tr("Flat"), QStringLiteral("flat"))) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 7, 8, 7);
    layout->setSpacing(8);
    layout->addWidget(m_preset);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_counts);
    auto* switches = new QHBoxLayout;
    switches->setSpacing(0);
    switches->addWidget(m_tree);
    switches->addWidget(m_flat);
    layout->addLayout(switches);

    m_field->setObjectName(QStringLiteral("filter"));
    m_field->setAccessibleName(tr("Filter"));
    m_field->setPlaceholderText(tr("Filter by name, subject, serial number or fingerprint"));
    m_field->setClearButtonEnabled(true);
    m_field->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_field->installEventFilter(this);
    m_preset->setObjectName(QStringLiteral("preset"));
    m_preset->setIcon(icon(QStringLiteral("x")));
    m_preset->setAutoDefault(false);
    m_preset->hide();
    m_counts->setTextFormat(Qt::PlainText);
    m_counts->setObjectName(QStringLiteral("counts"));

    m_delay.setSingleShot(true);
    m_delay.setInterval(DelayMs);
    connect(m_field, &QLineEdit::textChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(&m_delay, &QTimer::timeout, this, [this] { Q_EMIT filterChanged(m_field->text()); });
    connect(m_preset, &QPushButton::clicked, this, &FilterBar::presetEnded);
    auto* group = new QButtonGroup(this);
    group->addButton(m_tree);
    group->addButton(m_flat);
    setTree(true);
    connect(group, &QButtonGroup::buttonClicked, this,
            [this](QAbstractButton* button) { Q_EMIT treeChosen(button == m_tree); });
}

void FilterBar::setText(const QString& text) {
    m_field->setText(text);
    m_delay.stop();
}

void FilterBar::setCounts(qint64 shown, qint64 all) {
    if (shown == all)
        m_counts->setText(all == 1 ? tr("1 entry") : tr("%1 entries").arg(QLocale().toString(all)));
    else
        m_counts->setText(tr("%1 of %2 shown").arg(QLocale().toString(shown), QLocale().toString(all)));
}

void FilterBar::setTreeAvailable(bool isAvailable) {
    m_tree->setVisible(isAvailable);
    m_flat->setVisible(isAvailable);
}

void FilterBar::setTree(bool isTree) {
    (isTree ? m_tree : m_flat)->setChecked(true);
}

void FilterBar::setPreset(const QString& title) {
    m_preset->setVisible(!title.isEmpty());
    m_preset->setText(title);
    m_preset->setToolTip(tr("Show all certificates again"));
    m_preset->setAccessibleDescription(tr("Show all certificates again"));
}

bool FilterBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down) {
            Q_EMIT listWanted();
            return true;
        }
        if (key == Qt::Key_Escape && !m_field->text().isEmpty()) {
            m_field->clear();
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            m_delay.stop();
            Q_EMIT filterChanged(m_field->text());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace certwright::ui
