#pragma once

#include "core/service/scanning.h"

#include <QObject>

#include <memory>

namespace certwright::service {

class NetworkThread;
class ScanTask;

/// Scans TLS servers, for the window and for the command line. Lives on its caller's thread (the GUI thread); all work
/// is done on the network thread. Its signals are queued to the caller's thread. Destroying it cancels without a
/// signal.
class Scanner : public QObject {
    Q_OBJECT

public:
    explicit Scanner(QObject* parent = nullptr);
    ~Scanner() override;

    /// Begins; one that still runs is cancelled first and says nothing more.
    void start(ScanRequest request);
    /// Servers that are being scanned still get their scanned(), with an error of kind Cancelled; then finished().
    void cancel();
    bool isRunning() const noexcept { return m_task != nullptr; }

Q_SIGNALS:
    /// What is known until now, of each server at most each 100 ms.
    void progressed(const certwright::service::ScanResultPtr& result);
    /// One server is done.
    void scanned(const certwright::service::ScanResultPtr& result);
    /// Exactly once for each start() that was not replaced by another.
    void finished();

private:
    void release();

    std::shared_ptr<NetworkThread> m_thread;
    ScanTask* m_task = nullptr; ///< lives on the network thread
};

} // namespace certwright::service
