#pragma once

#include "core/base/clock.h"

#include <atomic>
#include <chrono>

namespace certwright::test {

/// A clock that stands still until a test moves it. Starts at 2026-11-24T12:00:00Z. now() may be called from any
/// thread.
class FakeClock final : public base::Clock {
public:
    FakeClock()
        : FakeClock(base::Time(std::chrono::seconds(1795521600))) {}
    explicit FakeClock(base::Time time)
        : m_seconds(time.time_since_epoch().count()) {}

    base::Time now() const override { return base::Time(std::chrono::seconds(m_seconds.load())); }
    void set(base::Time time) { m_seconds.store(time.time_since_epoch().count()); }
    void advance(std::chrono::seconds by) { m_seconds.fetch_add(by.count()); }

private:
    std::atomic<base::Time::rep> m_seconds;
};

} // namespace certwright::test
