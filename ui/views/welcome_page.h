#pragma once

#include <QScrollArea>

class QVBoxLayout;

namespace certwright::ui {

class CommandButton;
class Settings;

/// What the window shows while no store is open: what to begin with, and the stores that were open before. Asks no
/// passphrase.
class WelcomePage : public QScrollArea {
    Q_OBJECT
public:
    /// `settings` must outlive the page.
    explicit WelcomePage(Settings& settings, QWidget* parent = nullptr);

    /// Reads the recent stores again.
    void refreshRecent();

Q_SIGNALS:
    void createWanted();
    void openWanted();
    void fileWanted();
    void inspectWanted();
    void recentWanted(const QString& path);

private:
    QWidget* buildHead();
    QWidget* buildCommands();
    QWidget* buildRecent();
    void addRecentRow(const QString& path, const QString& when, bool isPinned);

    Settings& m_settings;
    QVBoxLayout* m_recent = nullptr;
    QWidget* m_recentPanel = nullptr;
};

} // namespace certwright::ui
