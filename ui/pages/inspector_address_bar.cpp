#include "ui/pages/inspector_address_bar.h"

#include "ui/convert.h"
#include "ui/pages/inspector_history.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

/// A menu takes "&" for a mnemonic.
QString menuText(const QString& target) {
    return printable(target).replace(QLatin1Char('&'), QStringLiteral("&&"));
}

} // namespace

InspectorAddressBar::InspectorAddressBar(Settings& settings, QWidget* parent)
    : QWidget(parent)
    , m_settings(settings)
    , m_field(new QLineEdit(this))
    , m_history(new QToolButton(this))
    , m_menu(new QMenu(this))
    , m_options(new QPushButton(icon(QStringLiteral("sliders")), tr("O&ptions"), this))
    , m_go(new QPushButton(tr("&Inspect"), this))
    , m_stop(new QPushButton(tr("Cance&l"), this))
    , m_message(new FieldMessage(this))
    , m_summary(makeSecondaryLabel({}, this)) {
    m_field->setObjectName(QStringLiteral("address"));
    m_field->setPlaceholderText(tr("Host name, host:port or URL, e.g. www.example.test"));
    m_field->setClearButtonEnabled(true);
    m_field->setMaxLength(2000);
    auto* label = new QLabel(tr("&Server"), this);
    label->setBuddy(m_field);
    m_history->setObjectName(QStringLiteral("addressHistory"));
    m_history->setAccessibleName(tr("Servers looked at before"));
    m_history->setToolTip(m_history->accessibleName());
    m_history->setIcon(icon(QStringLiteral("clock")));
    m_history->setPopupMode(QToolButton::InstantPopup);
    m_history->setFocusPolicy(Qt::StrongFocus);
    m_menu->setObjectName(QStringLiteral("historyMenu"));
    m_history->setMenu(m_menu);
    m_options->setObjectName(QStringLiteral("inspectorOptions"));
    m_options->setCheckable(true);
    m_go->setObjectName(QStringLiteral("inspect"));
    m_go->setDefault(true);
    m_stop->setObjectName(QStringLiteral("cancelInspection"));
    m_message->setObjectName(QStringLiteral("addressMessage"));
    m_summary->setObjectName(QStringLiteral("optionsSummary"));
    m_summary->setWordWrap(true);
    m_summary->hide();

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(label);
    row->addWidget(m_field, 1);
    row->addWidget(m_history);
    row->addWidget(m_options);
    row->addWidget(m_go);
    row->addWidget(m_stop);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_summary);
    column->addWidget(m_message);

    connect(m_field, &QLineEdit::returnPressed, this, [this] { Q_EMIT startWanted(m_field->text()); });
    connect(m_field, &QLineEdit::textEdited, m_message, &FieldMessage::clear);
    connect(m_go, &QPushButton::clicked, this, [this] { Q_EMIT startWanted(m_field->text()); });
    connect(m_stop, &QPushButton::clicked, this, &InspectorAddressBar::cancelWanted);
    connect(m_options, &QPushButton::toggled, this, &InspectorAddressBar::optionsToggled);
    connect(m_menu, &QMenu::aboutToShow, this, &InspectorAddressBar::fillHistory);
    fillHistory();
    setRunning(false);
}

QString InspectorAddressBar::text() const {
    return m_field->text();
}

void InspectorAddressBar::setText(const QString& text) {
    if (m_field->text() != text)
        m_field->setText(text);
}

void InspectorAddressBar::focusField() {
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->selectAll();
}

void InspectorAddressBar::setRunning(bool isRunning) {
    m_stop->setEnabled(isRunning);
}

void InspectorAddressBar::setOptionsShown(bool areShown) {
    m_options->setChecked(areShown);
}

void InspectorAddressBar::setOptionsSummary(const QString& text) {
    m_summary->setText(text);
    m_summary->setVisible(!text.isEmpty());
}

void InspectorAddressBar::noteTarget(const QString& target) {
    m_target = target;
    InspectorHistory(m_settings).add(target);
}

void InspectorAddressBar::fillHistory() {
    m_menu->clear();
    InspectorHistory history(m_settings);
    const auto addTargets = [this](const QStringList& targets, const QString& iconName) {
        for (const QString& target : targets) {
            QAction* action = m_menu->addAction(iconName.isEmpty() ? QIcon() : icon(iconName), menuText(target));
            action->setObjectName(QStringLiteral("history-") + target);
            connect(action, &QAction::triggered, this, [this, target] { Q_EMIT startWanted(target); });
        }
    };
    addTargets(history.pinned(), QStringLiteral("pin"));
    if (!history.pinned().isEmpty())
        m_menu->addSeparator();
    addTargets(history.recent(), {});
    if (m_menu->isEmpty()) {
        m_menu->addAction(tr("No server was looked at yet"))->setEnabled(false);
        return;
    }
    m_menu->addSeparator();
    const QString shown = m_target.isEmpty() ? history.recent().value(0) : m_target;
    if (!shown.isEmpty()) {
        const bool isPinned = history.isPinned(shown);
        QAction* pin = m_menu->addAction((isPinned ? tr("&Unpin %1") : tr("&Pin %1")).arg(menuText(shown)));
        pin->setObjectName(QStringLiteral("pinTarget"));
        connect(pin, &QAction::triggered, this,
                [this, shown, isPinned] { InspectorHistory(m_settings).setPinned(shown, !isPinned); });
    }
    QAction* forget = m_menu->addAction(tr("&Clear the list"));
    forget->setObjectName(QStringLiteral("clearHistory"));
    connect(forget, &QAction::triggered, this, [this] { InspectorHistory(m_settings).clear(); });
}

} // namespace certwright::ui
