#pragma once

#include <QString>
#include <QStringList>

namespace certwright::ui {

class Settings;

/// Servers that were looked at, as "host:port", kept in the settings: the last ones, and those that were pinned.
class InspectorHistory {
public:
    static constexpr qsizetype Limit = 15;

    explicit InspectorHistory(Settings& settings)
        : m_settings(settings) {}

    QStringList pinned() const;
    /// Without those that are pinned, the last one first.
    QStringList recent() const;
    void add(const QString& target);
    void setPinned(const QString& target, bool isPinned);
    bool isPinned(const QString& target) const { return pinned().contains(target); }
    /// Forgets those that are not pinned.
    void clear();

private:
    Settings& m_settings;
};

} // namespace certwright::ui
