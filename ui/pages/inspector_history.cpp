#include "ui/pages/inspector_history.h"

#include "ui/settings.h"

namespace certwright::ui {

namespace {

QString recentKey() {
    return QStringLiteral("inspector/recent");
}

QString pinnedKey() {
    return QStringLiteral("inspector/pinned");
}

} // namespace

QStringList InspectorHistory::pinned() const {
    return m_settings.value(pinnedKey()).toStringList();
}

QStringList InspectorHistory::recent() const {
    QStringList targets = m_settings.value(recentKey()).toStringList();
    for (const QString& target : pinned())
        targets.removeAll(target);
    return targets.mid(0, Limit);
}

void InspectorHistory::add(const QString& target) {
    QStringList targets = m_settings.value(recentKey()).toStringList();
    targets.removeAll(target);
    targets.prepend(target);
    // Pinned ones may stand among them, and are not counted.
    m_settings.setValue(recentKey(), targets.mid(0, Limit + pinned().size()));
}

void InspectorHistory::setPinned(const QString& target, bool isPinned) {
    QStringList targets = pinned();
    targets.removeAll(target);
    if (isPinned)
        targets.append(target);
    m_settings.setValue(pinnedKey(), targets);
}

void InspectorHistory::clear() {
    m_settings.setValue(recentKey(), QStringList());
}

} // namespace certwright::ui
