#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace certwright::base {

/// How far a job is. `total` is 0 while it is unknown.
struct Progress {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

/// What a job gets from its caller: a way to be stopped and a way to tell how far it is. Copied into the job; report()
/// is called on the job's thread and passes on at most ten times a second.
class JobControl {
public:
    JobControl() = default;
    JobControl(std::stop_token stop, std::function<void(Progress)> progress);

    bool isStopped() const noexcept { return m_stop.stop_requested(); }
    /// @throws Error Cancelled when the job was told to stop
    void throwIfStopped() const;
    /// Tells how far the job is; calls in quick succession are dropped, but the last one (done == total) never is.
    void report(std::uint64_t done, std::uint64_t total) const;
    const std::stop_token& stopToken() const noexcept { return m_stop; }

private:
    std::stop_token m_stop;
    std::function<void(Progress)> m_progress;
    mutable std::int64_t m_lastReport = 0;
};

} // namespace certwright::base
