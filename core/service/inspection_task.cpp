#include "core/service/inspection_task.h"

#include "core/base/outcome.h"
#include "core/service/resumption_trial.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;

/// How often the window hears of a handshake that goes on.
constexpr std::chrono::milliseconds BatchTime{50};

template <class T>
std::vector<T> tailOf(const std::vector<T>& all, std::size_t from) {
    return {all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size())), all.end()};
}

} // namespace

InspectionTask::InspectionTask(ConnectionRequest request)
    : m_request(std::move(request))
    , m_batch(this) {
    m_batch.setSingleShot(true);
    m_batch.setInterval(BatchTime);
    connect(&m_batch, &QTimer::timeout, this, &InspectionTask::sendUpdate);
}

void InspectionTask::start() {
    if (m_isOver)
        return;
    try {
        const x509::TrustStore trust = m_request.trust.toTrustStore();
        net::TlsConnection::Options options = m_request.connectionOptions();
        options.keepOpen = m_request.keepOpen;
        m_connection = new net::TlsConnection(tls::Context::forClient(m_request.tls, trust), std::move(options), this);
        connect(m_connection, &net::TlsConnection::phaseChanged, this, &InspectionTask::onPhase);
        connect(m_connection, &net::TlsConnection::recorded, this, [this] {
            m_isReportChanged = true;
            planUpdate();
        });
        connect(m_connection, &net::TlsConnection::received, this, &InspectionTask::planUpdate);
        connect(m_connection, &net::TlsConnection::finished, this, &InspectionTask::onFinished);
        m_connection->start();
    } catch (const Error& error) {
        failBefore(error);
    } catch (const std::exception& other) {
        failBefore(Error(ErrorKind::Internal, other.what()));
    }
}

void InspectionTask::cancel() {
    if (m_trial != nullptr)
        m_trial->cancel();
    if (m_isOver)
        return;
    if (m_connection != nullptr)
        m_connection->cancel();
    else
        failBefore(Error(ErrorKind::Cancelled, "The connection was stopped"));
}

void InspectionTask::send(const base::Bytes& data) {
    if (m_connection == nullptr)
        return;
    if (!m_connection->send(data))
        m_refused += data.size();
    planUpdate();
}

void InspectionTask::renegotiate() {
    if (m_connection != nullptr)
        m_connection->renegotiate();
}

void InspectionTask::close() {
    if (m_connection != nullptr)
        m_connection->close();
}

void InspectionTask::goOn() {
    m_isDataWaiting = false;
    planUpdate();
}

void InspectionTask::planUpdate() {
    if (!m_batch.isActive() && !m_isOver)
        m_batch.start();
}

void InspectionTask::onPhase(net::ConnectionPhase phase) {
    m_phase = phase;
    if (phase == net::ConnectionPhase::Finished)
        return;
    m_isReportChanged = m_isReportChanged || phase == net::ConnectionPhase::Established;
    sendUpdate();
}

void InspectionTask::sendUpdate() {
    ConnectionUpdate update;
    update.phase = m_phase;
    if (const tls::Engine* engine = std::as_const(*m_connection).engine()) {
        update.state = engine->stateText();
        update.messages = tailOf(engine->transcript().messages(), m_messages);
        update.states = tailOf(engine->transcript().states(), m_states);
        m_messages = engine->transcript().messages().size();
        m_states = engine->transcript().states().size();
    }
    update.pending = m_connection->pending();
    update.refused = std::exchange(m_refused, 0);
    if (!m_isDataWaiting || m_isOver) {
        update.received = m_connection->takeReceived();
        m_isDataWaiting = !update.received.empty();
    }
    Q_EMIT updated(update);
    if (update.pending > 0)
        planUpdate(); // that it became less is not told by a signal
    if (m_phase == net::ConnectionPhase::Established && std::exchange(m_isReportChanged, false))
        sendReport();
}

void InspectionTask::sendReport() {
    const auto report = base::outcomeOf([this] {
        return std::make_shared<ConnectionReport>(
            makeInterimReport(m_request, *m_connection, base::SystemClock().now()));
    });
    if (report)
        Q_EMIT reported(*report); // else the one at the end will say what is wrong
}

void InspectionTask::onFinished() {
    m_isOver = true;
    m_batch.stop();
    m_phase = net::ConnectionPhase::Finished;
    sendUpdate();
    const auto report = base::outcomeOf([this] {
        return std::make_shared<ConnectionReport>(makeReport(m_request, *m_connection, base::SystemClock().now()));
    });
    if (!report)
        failBefore(report.error());
    else if (m_request.triesResumption && !(*report)->failure)
        tryResumption(*report);
    else
        Q_EMIT finished(*report);
}

void InspectionTask::tryResumption(std::shared_ptr<ConnectionReport> report) {
    try {
        const tls::Engine& engine = *std::as_const(*m_connection).engine();
        m_trial = new ResumptionTrial(m_request, engine.version(), engine.session(), this);
        connect(m_trial, &ResumptionTrial::finished, this, [this, report] {
            report->resumption = m_trial->attempts();
            std::exchange(m_trial, nullptr)->deleteLater();
            Q_EMIT finished(report);
        });
        m_trial->start();
    } catch (const Error& error) {
        failBefore(error);
    }
}

/// For what fails outside the connection: settings, trust, making the report.
void InspectionTask::failBefore(const Error& error) {
    m_isOver = true;
    auto report = std::make_shared<ConnectionReport>();
    report->endpoint = m_request.endpoint;
    report->startTls = m_request.startTls;
    report->proxy = m_request.proxy ? m_request.proxy->toText() : "";
    report->failure = tls::Failure{error, tls::FailureSide::Ours};
    report->failedPhase = net::ConnectionPhase::Idle;
    Q_EMIT finished(report);
}

} // namespace certwright::service
