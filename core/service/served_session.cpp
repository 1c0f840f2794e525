#include "core/service/served_session.h"

#include "core/base/outcome.h"
#include "core/service/served_page.h"

#include <utility>

namespace certwright::service {

namespace {

constexpr std::chrono::milliseconds BatchTime{250};
constexpr std::chrono::milliseconds RetryTime{20};

} // namespace

ServedSession::ServedSession(net::TlsConnection* connection, std::uint64_t id, ServerResponse response,
                             std::chrono::milliseconds idleTime)
    : QObject(connection)
    , m_connection(connection)
    , m_id(id)
    , m_response(response)
    , m_batch(this)
    , m_idle(this)
    , m_retry(this) {
    for (QTimer* timer : {&m_batch, &m_idle, &m_retry})
        timer->setSingleShot(true);
    m_batch.setInterval(BatchTime);
    m_idle.setInterval(idleTime);
    m_retry.setInterval(RetryTime);
    connect(&m_batch, &QTimer::timeout, this, &ServedSession::tell);
    connect(&m_idle, &QTimer::timeout, connection, &net::TlsConnection::close);
    connect(&m_retry, &QTimer::timeout, this, &ServedSession::echo);
    connect(connection, &net::TlsConnection::phaseChanged, this, &ServedSession::onPhase);
    connect(connection, &net::TlsConnection::received, this, &ServedSession::onReceived);
    connect(connection, &net::TlsConnection::finished, this, &ServedSession::onFinished);
}

void ServedSession::close() {
    if (m_connection->phase() == net::ConnectionPhase::Established)
        m_connection->close();
    else if (m_connection->phase() != net::ConnectionPhase::Closing)
        m_connection->cancel();
}

void ServedSession::onPhase(net::ConnectionPhase phase) {
    if (phase == net::ConnectionPhase::Established) {
        m_idle.start();
        if (m_response == ServerResponse::Close)
            m_connection->close();
    }
    tell();
}

void ServedSession::onReceived() {
    m_idle.start();
    if (!m_batch.isActive())
        m_batch.start();
    if (m_response == ServerResponse::Echo)
        echo();
    else
        answerRequest();
}

void ServedSession::echo() {
    // While there is no room it is left with the connection, which then reads no more from the peer.
    if (m_connection->pending() + net::TlsConnection::MaximumReceived * 2 > net::TlsConnection::MaximumToSend) {
        m_retry.start();
        return;
    }
    const base::Bytes bytes = m_connection->takeReceived();
    if (!bytes.empty())
        m_connection->send(bytes);
}

void ServedSession::answerRequest() {
    const base::Bytes bytes = m_connection->takeReceived();
    m_request.insert(m_request.end(), bytes.begin(), bytes.end());
    const std::optional<HttpRequest> request = tryParseRequest(m_request);
    if (!request)
        return; // more is to come
    if (m_connection->phase() == net::ConnectionPhase::Established) {
        if (m_response == ServerResponse::Status && request->isValid) {
            const ConnectionReportPtr report = reportNow();
            m_connection->send(base::bytesOf(
                httpAnswer(*request, "text/plain; charset=utf-8", report ? statusText(*report) : std::string())));
        } else {
            m_connection->send(base::bytesOf(httpAnswer(*request, "text/html; charset=utf-8", fixedPage())));
        }
        m_connection->close(); // HTTP/1.1 with "Connection: close"
    }
    m_request.clear();
}

void ServedSession::onFinished() {
    m_batch.stop();
    m_idle.stop();
    m_retry.stop();
    const auto report = base::outcomeOf([this] {
        return std::make_shared<const ConnectionReport>(
            makeServedReport(*m_connection, base::SystemClock().now(), Recording::Take));
    });
    ServedConnection now{m_id, net::ConnectionPhase::Finished, report ? *report : nullptr};
    if (!report) { // the secure heap is full, for one
        auto failed = std::make_shared<ConnectionReport>();
        failed->role = tls::Context::Role::Server;
        failed->endpoint = m_connection->options().endpoint;
        failed->failure = tls::Failure{report.error(), tls::FailureSide::Ours};
        now.report = std::move(failed);
    }
    Q_EMIT changed(now);
    Q_EMIT over();
    m_connection->deleteLater();
}

ConnectionReportPtr ServedSession::reportNow() {
    const auto report = base::outcomeOf([this] {
        return std::make_shared<const ConnectionReport>(
            makeServedReport(*m_connection, base::SystemClock().now(), Recording::Copy));
    });
    return report ? *report : nullptr;
}

void ServedSession::tell() {
    if (m_connection->phase() == net::ConnectionPhase::Finished)
        return; // onFinished() is on its way
    if (const ConnectionReportPtr report = reportNow())
        Q_EMIT changed(ServedConnection{m_id, m_connection->phase(), report});
}

} // namespace certwright::service
