#include "core/base/progress.h"

#include "core/base/error.h"

#include <chrono>
#include <utility>

namespace certwright::base {

JobControl::JobControl(std::stop_token stop, std::function<void(Progress)> progress)
    : m_stop(std::move(stop))
    , m_progress(std::move(progress)) {}

void JobControl::throwIfStopped() const {
    if (isStopped())
        throw Error(ErrorKind::Cancelled, "Cancelled");
}

void JobControl::report(std::uint64_t done, std::uint64_t total) const {
    if (!m_progress)
        return;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    const bool isLast = total != 0 && done >= total;
    if (!isLast && m_lastReport != 0 && now - m_lastReport < 100)
        return;
    m_lastReport = now;
    m_progress(Progress{done, total});
}

} // namespace certwright::base
