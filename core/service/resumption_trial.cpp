#include "core/service/resumption_trial.h"

#include "core/tls/engine.h"

#include <utility>

namespace certwright::service {

using Method = ResumptionAttempt::Method;

ResumptionTrial::ResumptionTrial(ConnectionRequest request, tls::ProtocolVersion version,
                                 std::optional<tls::Session> session, QObject* parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_session(std::move(session)) {
    if (version >= tls::ProtocolVersion::Tls13) {
        m_request.tls.presharedKey.reset(); // or the server might take that one instead
        m_steps = {{Method::Psk}};
        return;
    }
    m_steps = {{Method::Ticket}};
    // A server that gives tickets gives no id worth something as long as we take tickets.
    if (!m_session || m_session->hasTicket())
        m_steps.push_back({Method::Id, true});
    m_steps.push_back({Method::Id});
}

void ResumptionTrial::start() {
    // Nothing is judged here: the first connection was.
    m_withTickets = tls::Context::forClient(m_request.tls, x509::TrustStore());
    tls::ContextOptions options = m_request.tls;
    options.offersTickets = false;
    m_withoutTickets = tls::Context::forClient(options, x509::TrustStore());
    next();
}

void ResumptionTrial::cancel() {
    m_steps.clear();
    if (m_connection != nullptr)
        m_connection->cancel();
}

void ResumptionTrial::next() {
    while (!m_steps.empty()) {
        const Step step = m_steps.front();
        m_steps.pop_front();
        const bool isTicket = step.method == Method::Ticket;
        const bool canTry = m_session && (step.method == Method::Psk || m_session->hasTicket() == isTicket);
        if (step.getsSession || canTry)
            return connectWith(step);
        m_attempts.push_back({step.method, false, false, std::nullopt});
    }
    Q_EMIT finished();
}

void ResumptionTrial::connectWith(const Step& step) {
    net::TlsConnection::Options options = m_request.connectionOptions();
    if (!step.getsSession)
        options.session = m_session;
    m_connection =
        new net::TlsConnection(step.method == Method::Id ? m_withoutTickets : m_withTickets, std::move(options), this);
    connect(m_connection, &net::TlsConnection::finished, this, [this, step] { onConnected(step); });
    m_connection->start();
}

void ResumptionTrial::onConnected(const Step& step) {
    net::TlsConnection* connection = std::exchange(m_connection, nullptr);
    connection->deleteLater();
    const tls::Engine* engine = std::as_const(*connection).engine();
    const bool isDone = engine != nullptr && !connection->failure();
    if (step.getsSession)
        m_session = isDone ? engine->session() : std::nullopt;
    else
        m_attempts.push_back({step.method, true, isDone && engine->isResumed(), connection->failure()});
    next();
}

} // namespace certwright::service
