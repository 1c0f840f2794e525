#include "core/inspect/handshake_search.h"

namespace certwright::inspect {

HandshakeSearch::HandshakeSearch(tls::ProtocolVersion version, bool triesResumption)
    : m_version(version)
    , m_triesResumption(triesResumption) {}

std::optional<Probe> HandshakeSearch::next() const {
    if (m_phase == Phase::Done)
        return std::nullopt;
    Probe probe;
    probe.kind = Probe::Kind::Handshake;
    probe.version = m_version;
    if (m_phase == Phase::WithAlpn)
        probe.alpn = {"h2", "http/1.1"};
    else if (m_phase == Phase::Resumption && !m_alpn.empty())
        probe.alpn = {m_alpn};
    probe.resumes = m_phase == Phase::Resumption;
    return probe;
}

void HandshakeSearch::take(const Answer& answer) {
    if (m_phase == Phase::Resumption) {
        m_isResumed = answer.isAccepted() && answer.isResumed;
        m_phase = Phase::Done;
        return;
    }
    if (answer.isAccepted()) {
        m_isConfirmed = true;
        m_alpn = answer.alpn;
        m_isClientCertificateRequested = answer.isClientCertificateRequested;
        m_explanation.clear();
        if (m_triesResumption && !answer.hasSession)
            m_isResumed = false; // there is nothing to resume
        m_phase = m_triesResumption && answer.hasSession ? Phase::Resumption : Phase::Done;
        return;
    }
    if (answer.reason == Answer::Break::Ours) {
        m_isConfirmed.reset();
        m_phase = Phase::Done;
    } else {
        m_isConfirmed = false;
        m_phase = m_phase == Phase::WithAlpn ? Phase::WithoutAlpn : Phase::Done;
    }
    m_explanation = answer.explanation.empty() ? describeBreak(answer) : answer.explanation;
}

} // namespace certwright::inspect
