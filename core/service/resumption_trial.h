#pragma once

#include "core/net/tls_connection.h"
#include "core/service/inspecting.h"
#include "core/tls/session.h"

#include <QObject>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace certwright::service {

/// Finds out by further connections how a server lets sessions be resumed: TLS 1.2 and below by ticket and by id, TLS
/// 1.3 by the key of a ticket. Lives on the network thread; deleting it cancels without a signal.
class ResumptionTrial : public QObject {
    Q_OBJECT

public:
    /// `session` is that of a connection of `request` in `version` that has ended, if it had one to resume by.
    ResumptionTrial(ConnectionRequest request, tls::ProtocolVersion version, std::optional<tls::Session> session,
                    QObject* parent = nullptr);

    /// @throws Error as Context::forClient()
    void start();
    /// finished() follows: what was not tried is missing.
    void cancel();
    const std::vector<ResumptionAttempt>& attempts() const noexcept { return m_attempts; }

Q_SIGNALS:
    void finished();

private:
    struct Step {
        ResumptionAttempt::Method method;
        bool getsSession = false; ///< a fresh connection that only gets what the next step resumes by
    };

    void next();
    void connectWith(const Step& step);
    void onConnected(const Step& step);

    ConnectionRequest m_request;
    std::optional<tls::Session> m_session;
    std::shared_ptr<const tls::Context> m_withTickets;
    std::shared_ptr<const tls::Context> m_withoutTickets;
    net::TlsConnection* m_connection = nullptr;
    std::deque<Step> m_steps;
    std::vector<ResumptionAttempt> m_attempts;
};

} // namespace certwright::service
