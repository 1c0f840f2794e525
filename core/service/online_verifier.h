#pragma once

#include "core/service/online_verifying.h"

#include <QMetaType>
#include <QObject>

#include <memory>

namespace certwright::service {

class NetworkThread;
class VerificationTask;

/// Verifies a certificate and fetches what is missing for it: issuers, revocation lists, the responder's word; for the
/// window and for the command line. Lives on its caller's thread (the GUI thread); all work is done on the network
/// thread. Its signal is queued to the caller's thread. Destroying it cancels without a signal.
class OnlineVerifier : public QObject {
    Q_OBJECT

public:
    explicit OnlineVerifier(QObject* parent = nullptr);
    ~OnlineVerifier() override;

    /// Begins; one that still runs is cancelled first and says nothing more. The trust store goes to the other thread.
    void start(OnlineRequest request);
    /// finished() follows with an error of kind Cancelled.
    void cancel();

Q_SIGNALS:
    /// Exactly once for each start() that was not replaced by another. An error is what TrustStore::verify() throws.
    void finished(const certwright::service::OnlineVerificationPtr& outcome);

private:
    void release();

    std::shared_ptr<NetworkThread> m_thread;
    VerificationTask* m_task = nullptr; ///< lives on the network thread
};

} // namespace certwright::service

Q_DECLARE_METATYPE(certwright::service::OnlineVerificationPtr)
