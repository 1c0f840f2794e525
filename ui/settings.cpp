#include "ui/settings.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr qsizetype recentLimit = 10;

QString canonical(const QString& path) {
    const QFileInfo info(path);
    const QString found = info.canonicalFilePath();
    return found.isEmpty() ? QDir::cleanPath(info.absoluteFilePath()) : found;
}

} // namespace

Settings::Settings()
    : m_settings(std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("certwright"),
                                             QStringLiteral("certwright"))) {}

Settings::Settings(const QString& path)
    : m_settings(std::make_unique<QSettings>(path, QSettings::IniFormat)) {}

ThemeMode Settings::themeMode() const {
    const QString text = value(QStringLiteral("appearance/theme")).toString();
    if (text == QLatin1String("light"))
        return ThemeMode::Light;
    if (text == QLatin1String("dark"))
        return ThemeMode::Dark;
    return ThemeMode::System;
}

void Settings::setThemeMode(ThemeMode mode) {
    setValue(QStringLiteral("appearance/theme"), mode == ThemeMode::Light  ? QStringLiteral("light")
                                                 : mode == ThemeMode::Dark ? QStringLiteral("dark")
                                                                           : QStringLiteral("system"));
}

QString Settings::autoLockText(std::chrono::seconds time) {
    const qint64 seconds = time.count();
    if (seconds == 0)
        return QCoreApplication::translate("Settings", "Never");
    if (seconds == 60)
        return QCoreApplication::translate("Settings", "After 1 minute");
    return seconds % 60 == 0 ? QCoreApplication::translate("Settings", "After %1 minutes").arg(seconds / 60)
                             : QCoreApplication::translate("Settings", "After %1 seconds").arg(seconds);
}

std::chrono::seconds Settings::autoLock() const {
    return std::chrono::seconds(std::clamp(
        value(QStringLiteral("security/autoLockSeconds"), qint64(DefaultAutoLock.count())).toInt(), 0, 86400));
}

void Settings::setAutoLock(std::chrono::seconds time) {
    setValue(QStringLiteral("security/autoLockSeconds"), qint64(time.count()));
}

int Settings::expiryWarningDays() const {
    return std::clamp(value(QStringLiteral("expiry/warningDays"), DefaultWarningDays).toInt(), 1, 3650);
}

void Settings::setExpiryWarningDays(int days) {
    setValue(QStringLiteral("expiry/warningDays"), days);
}

std::vector<RecentStore> Settings::recentStores() const {
    std::vector<RecentStore> stores;
    const int count = m_settings->beginReadArray(QStringLiteral("recentStores"));
    for (int i = 0; i < count; ++i) {
        m_settings->setArrayIndex(i);
        RecentStore store;
        store.path = m_settings->value(QStringLiteral("path")).toString();
        store.lastOpened =
            QDateTime::fromString(m_settings->value(QStringLiteral("lastOpened")).toString(), Qt::ISODate);
        store.isPinned = m_settings->value(QStringLiteral("pinned")).toBool();
        if (!store.path.isEmpty())
            stores.push_back(std::move(store));
    }
    m_settings->endArray();
    return stores;
}

void Settings::storeRecent(const std::vector<RecentStore>& unsorted) {
    std::vector<RecentStore> stores = unsorted;
    std::stable_sort(stores.begin(), stores.end(), [](const RecentStore& a, const RecentStore& b) {
        if (a.isPinned != b.isPinned)
            return a.isPinned;
        return a.lastOpened > b.lastOpened;
    });
    qsizetype unpinned = 0;
    std::erase_if(stores,
                  [&unpinned](const RecentStore& store) { return !store.isPinned && ++unpinned > recentLimit; });

    m_settings->remove(QStringLiteral("recentStores"));
    m_settings->beginWriteArray(QStringLiteral("recentStores"));
    int index = 0;
    for (const RecentStore& store : stores) {
        m_settings->setArrayIndex(index++);
        m_settings->setValue(QStringLiteral("path"), store.path);
        m_settings->setValue(QStringLiteral("lastOpened"), store.lastOpened.toUTC().toString(Qt::ISODate));
        m_settings->setValue(QStringLiteral("pinned"), store.isPinned);
    }
    m_settings->endArray();
}

void Settings::addRecentStore(const QString& path, const QDateTime& when) {
    const QString full = canonical(path);
    std::vector<RecentStore> stores = recentStores();
    const auto found =
        std::find_if(stores.begin(), stores.end(), [&full](const RecentStore& store) { return store.path == full; });
    if (found != stores.end())
        found->lastOpened = when;
    else
        stores.push_back(RecentStore{full, when, false});
    storeRecent(stores);
}

void Settings::removeRecentStore(const QString& path) {
    std::vector<RecentStore> stores = recentStores();
    const QString full = canonical(path);
    std::erase_if(stores, [&](const RecentStore& store) { return store.path == path || store.path == full; });
    storeRecent(stores);
}

void Settings::setRecentStorePinned(const QString& path, bool isPinned) {
    std::vector<RecentStore> stores = recentStores();
    for (RecentStore& store : stores) {
        if (store.path == path)
            store.isPinned = isPinned;
    }
    storeRecent(stores);
}

void Settings::clearRecentStores() {
    std::vector<RecentStore> stores = recentStores();
    std::erase_if(stores, [](const RecentStore& store) { return !store.isPinned; });
    storeRecent(stores);
}

QString Settings::lastDirectory(const QString& purpose) const {
    const QString remembered = value(QStringLiteral("directories/") + purpose).toString();
    return !remembered.isEmpty() && QFileInfo(remembered).isDir() ? remembered : QDir::homePath();
}

void Settings::setLastDirectory(const QString& purpose, const QString& directory) {
    setValue(QStringLiteral("directories/") + purpose, directory);
}

QVariant Settings::value(const QString& key, const QVariant& fallback) const {
    return m_settings->value(key, fallback);
}

void Settings::setValue(const QString& key, const QVariant& value) {
    m_settings->setValue(key, value);
}

} // namespace certwright::ui
