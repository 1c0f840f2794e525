#pragma once

#include "core/service/scanning.h"

#include <QElapsedTimer>
#include <QObject>

#include <cstddef>
#include <map>

namespace certwright::service {

/// The scans of one request on the network thread: what a Scanner starts. Deleting it there cancels without a signal.
class ScanTask : public QObject {
    Q_OBJECT

public:
    explicit ScanTask(ScanRequest request);
    ~ScanTask() override;

    void start();
    void cancel();

Q_SIGNALS:
    void progressed(const certwright::service::ScanResultPtr& result);
    void scanned(const certwright::service::ScanResultPtr& result);
    void finished();

private:
    struct Running {
        net::ScanRunner* runner = nullptr;
        QElapsedTimer sinceReport;
    };

    void startNext();
    void onProgress(std::size_t index);
    void onOver(std::size_t index);
    ScanResultPtr resultOf(std::size_t index, const net::ScanRunner& runner, bool isOver) const;

    ScanRequest m_request;
    net::ConnectionLimit m_limit;
    std::map<std::size_t, Running> m_running;
    std::size_t m_next = 0;
    bool m_isCancelled = false;
};

} // namespace certwright::service
