#include "core/service/scan_task.h"

#include <utility>

namespace certwright::service {

namespace {

constexpr qint64 ReportInterval = 100; // ms

} // namespace

ScanTask::ScanTask(ScanRequest request)
    : m_request(std::move(request))
    , m_limit({m_request.maximumConnections, m_request.interval}, this) {}

ScanTask::~ScanTask() {
    for (auto& [index, running] : m_running)
        delete running.runner; // before the limit that they use
}

void ScanTask::start() {
    startNext();
}

void ScanTask::cancel() {
    m_isCancelled = true;
    for (auto& [index, running] : m_running)
        running.runner->cancel(); // finished() comes later, from the event loop
    if (m_running.empty())
        Q_EMIT finished();
}

void ScanTask::startNext() {
    while (!m_isCancelled && m_next < m_request.targets.size() &&
           m_running.size() < static_cast<std::size_t>(m_request.jobs)) {
        const std::size_t index = m_next++;
        auto* const runner = new net::ScanRunner(m_request.targets[index], &m_limit, this);
        Running& running = m_running[index];
        running.runner = runner;
        running.sinceReport.start();
        connect(runner, &net::ScanRunner::progressed, this, [this, index] { onProgress(index); });
        connect(runner, &net::ScanRunner::finished, this, [this, index] { onOver(index); });
        runner->start();
    }
    if (m_running.empty() && (m_isCancelled || m_next == m_request.targets.size()))
        Q_EMIT finished();
}

void ScanTask::onProgress(std::size_t index) {
    const auto found = m_running.find(index);
    if (found == m_running.end() || found->second.sinceReport.elapsed() < ReportInterval)
        return;
    found->second.sinceReport.restart();
    Q_EMIT progressed(resultOf(index, *found->second.runner, false));
}

void ScanTask::onOver(std::size_t index) {
    const auto found = m_running.find(index);
    if (found == m_running.end())
        return;
    net::ScanRunner* const runner = found->second.runner;
    m_running.erase(found);
    Q_EMIT scanned(resultOf(index, *runner, true));
    runner->deleteLater();
    startNext();
}

ScanResultPtr ScanTask::resultOf(std::size_t index, const net::ScanRunner& runner, bool isOver) const {
    ScanResult result;
    result.index = index;
    result.target = runner.options().endpoint.toText();
    if (runner.address())
        result.address = runner.address()->toText();
    result.report = runner.report();
    result.failure = runner.failure();
    result.isOver = isOver;
    return std::make_shared<const ScanResult>(std::move(result));
}

} // namespace certwright::service
