#pragma once

#include "ui/theme.h"

#include <QByteArray>
#include <QDateTime>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

namespace certwright::ui {

/// A store that was open before.
struct RecentStore {
    QString path;
    QDateTime lastOpened; ///< UTC
    bool isPinned = false;
};

/// What the program remembers between runs. Never a secret, nor the content of a store. GUI thread only.
class Settings {
public:
    /// The user's settings.
    Settings();
    /// In this file, for tests and for portable use.
    explicit Settings(const QString& path);

    /// What a new installation has.
    static constexpr std::chrono::seconds DefaultAutoLock{600};
    static constexpr int DefaultWarningDays = 30;
    /// The idle times that are offered; zero: never.
    static constexpr std::array AutoLockChoices{std::chrono::seconds(60), std::chrono::seconds(300), DefaultAutoLock,
                                                std::chrono::seconds(1800), std::chrono::seconds(0)};
    static QString autoLockText(std::chrono::seconds time);

    ThemeMode themeMode() const;
    void setThemeMode(ThemeMode mode);
    /// Idle time after which an unlocked store is locked; zero: never.
    std::chrono::seconds autoLock() const;
    void setAutoLock(std::chrono::seconds time);
    /// Days before the end from which a certificate is shown as expiring.
    int expiryWarningDays() const;
    void setExpiryWarningDays(int days);

    /// Pinned first, then the last used; at most ten that are not pinned.
    std::vector<RecentStore> recentStores() const;
    void addRecentStore(const QString& path, const QDateTime& when);
    void removeRecentStore(const QString& path);
    void setRecentStorePinned(const QString& path, bool isPinned);
    /// Forgets those that are not pinned.
    void clearRecentStores();

    /// Folder that the last question of this kind ended in ("import", "export"...).
    QString lastDirectory(const QString& purpose) const;
    void setLastDirectory(const QString& purpose, const QString& directory);

    /// For geometry, column states and the last choices of a dialog ("newKey/algorithm").
    QVariant value(const QString& key, const QVariant& fallback = {}) const;
    void setValue(const QString& key, const QVariant& value);

private:
    void storeRecent(const std::vector<RecentStore>& stores);
    std::unique_ptr<QSettings> m_settings;
};

} // namespace certwright::ui
