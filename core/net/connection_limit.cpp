#include "core/net/connection_limit.h"

#include <algorithm>

namespace certwright::net {

ConnectionLimit::ConnectionLimit(Options options, QObject* parent)
    : QObject(parent)
    , m_options(options)
    , m_timer(this) {
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &ConnectionLimit::available);
}

bool ConnectionLimit::tryTake() {
    if (m_taken >= m_options.maximum)
        return false; // release() will announce
    if (m_sinceLast.isValid() && m_sinceLast.elapsed() < m_options.interval.count()) {
        announce();
        return false;
    }
    m_sinceLast.start();
    ++m_taken;
    m_highest = std::max(m_highest, m_taken);
    return true;
}

void ConnectionLimit::release() {
    --m_taken;
    announce();
}

void ConnectionLimit::announce() {
    if (m_timer.isActive())
        return;
    const qint64 passed = m_sinceLast.isValid() ? m_sinceLast.elapsed() : m_options.interval.count();
    m_timer.start(std::chrono::milliseconds(std::max<qint64>(m_options.interval.count() - passed, 0)));
}

} // namespace certwright::net
