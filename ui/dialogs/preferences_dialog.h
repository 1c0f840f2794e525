#pragma once

#include "ui/settings.h"

#include <QDialog>

#include <chrono>

class QComboBox;
class QSpinBox;

namespace certwright::ui {

/// The settings of the program on one page. Nothing is changed before Save: then changed() says what was chosen, and
/// whoever opened it puts it in force. Open it with open(); it deletes itself when closed.
class PreferencesDialog : public QDialog {
    Q_OBJECT
public:
    /// What can be chosen, with what a new installation has.
    struct Choices {
        ThemeMode theme = ThemeMode::System;
        std::chrono::seconds autoLock = Settings::DefaultAutoLock; ///< zero: never
        int warningDays = Settings::DefaultWarningDays;
    };

    explicit PreferencesDialog(const Settings& settings, QWidget* parent = nullptr);

    Choices choices() const;
    void setChoices(const Choices& choices);

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    void changed(const certwright::ui::PreferencesDialog::Choices& choices);

private:
    QWidget* buildPage();

    QComboBox* m_theme;
    QComboBox* m_autoLock;
    QSpinBox* m_warningDays;
};

} // namespace certwright::ui
