#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>

namespace certwright::net {

/// How many connections several scans may have open together, and how fast they may open new ones. Lives on the thread
/// of those who use it.
class ConnectionLimit : public QObject {
    Q_OBJECT

public:
    struct Options {
        int maximum = 8;                       ///< open at a time
        std::chrono::milliseconds interval{0}; ///< at least between two openings
    };

    explicit ConnectionLimit(Options options, QObject* parent = nullptr);

    /// True when a connection may be opened now; it counts until release(). Otherwise available() comes later.
    bool tryTake();
    void release();
    int taken() const noexcept { return m_taken; }
    /// The most that were open at a time.
    int highest() const noexcept { return m_highest; }

Q_SIGNALS:
    /// Another try may succeed. Comes from the event loop.
    void available();

private:
    void announce();

    Options m_options;
    int m_taken = 0;
    int m_highest = 0;
    QElapsedTimer m_sinceLast;
    QTimer m_timer;
};

} // namespace certwright::net
