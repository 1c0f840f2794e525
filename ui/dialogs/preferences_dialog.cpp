#include "ui/dialogs/preferences_dialog.h"

#include "ui/widgets/label_style.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

namespace certwright::ui {

PreferencesDialog::PreferencesDialog(const Settings& settings, QWidget* parent)
    : QDialog(parent)
    , m_theme(new QComboBox(this))
    , m_autoLock(new QComboBox(this))
    , m_warningDays(new QSpinBox(this)) {
    setObjectName(QStringLiteral("preferencesDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preferences"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(buildPage());
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* save = buttons->addButton(tr("&Save"), QDialogButtonBox::AcceptRole);
    save->setObjectName(QStringLiteral("accept"));
    save->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    QPushButton* restore = buttons->addButton(tr("&Restore defaults"), QDialogButtonBox::ResetRole);
    restore->setObjectName(QStringLiteral("restoreDefaults"));
    restore->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::accepted, this, &PreferencesDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(restore, &QPushButton::clicked, this, [this] { setChoices({}); });
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(scroll, 1);
    layout->addWidget(buttons);
    setChoices({settings.themeMode(), settings.autoLock(), settings.expiryWarningDays()});
    resize(fontMetrics().averageCharWidth() * 76, sizeHint().height());
}

QWidget* PreferencesDialog::buildPage() {
    auto* page = new QWidget;
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    int row = 0;
    const auto add = [&](QWidget* field, const QString& name, const QString& text, const QString& note) {
        field->setObjectName(name);
        field->setAccessibleName(QString(text).remove(QLatin1Char('&')).remove(QLatin1Char(':')));
        field->setAccessibleDescription(note);
        auto* label = new QLabel(text, page);
        label->setBuddy(field);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row++, 1, Qt::AlignLeft);
        QLabel* hint = makeSecondaryLabel(note, page);
        hint->setWordWrap(true);
        grid->addWidget(hint, row++, 1);
        grid->setRowMinimumHeight(row++, 4);
    };
    m_theme->addItem(tr("As the system"), int(ThemeMode::System));
    m_theme->addItem(tr("Light"), int(ThemeMode::Light));
    m_theme->addItem(tr("Dark"), int(ThemeMode::Dark));
    add(m_theme, QStringLiteral("theme"), tr("&Theme:"), tr("Colours of all windows."));
    for (const std::chrono::seconds time : Settings::AutoLockChoices)
        m_autoLock->addItem(Settings::autoLockText(time), int(time.count()));
    add(m_autoLock, QStringLiteral("autoLock"), tr("&Lock when idle:"),
        tr("After so long without a key or the mouse the store forgets its passphrase. Lists stay visible."));
    m_warningDays->setRange(1, 3650);
    m_warningDays->setSuffix(tr(" days before"));
    add(m_warningDays, QStringLiteral("warningDays"), tr("&Warn of expiry:"),
        tr("From then on a certificate counts as expiring, in lists, filters and in what is written above them."));
    grid->setRowStretch(row, 1);
    return page;
}

PreferencesDialog::Choices PreferencesDialog::choices() const {
    return {ThemeMode(m_theme->currentData().toInt()), std::chrono::seconds(m_autoLock->currentData().toInt()),
            m_warningDays->value()};
}

void PreferencesDialog::setChoices(const Choices& choices) {
    m_theme->setCurrentIndex(m_theme->findData(int(choices.theme)));
    const int seconds = int(choices.autoLock.count());
    // A time that was written into the settings by hand is offered, too.
    if (m_autoLock->findData(seconds) < 0)
        m_autoLock->insertItem(0, Settings::autoLockText(choices.autoLock), seconds);
    m_autoLock->setCurrentIndex(m_autoLock->findData(seconds));
    m_warningDays->setValue(choices.warningDays);
}

void PreferencesDialog::accept() {
    Q_EMIT changed(choices());
    QDialog::accept();
}

} // namespace certwright::ui
