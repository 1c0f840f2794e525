#pragma once

#include "core/inspect/search.h"

#include <string>

namespace certwright::inspect {

/// Confirms a version by a whole handshake: a ServerHello is not yet one. Some servers answer ALPN with what was not
/// offered, on which the TLS library gives up: then it is tried once more without. After a good handshake, if asked
/// to, another one that resumes it.
class HandshakeSearch : public Search {
public:
    HandshakeSearch(tls::ProtocolVersion version, bool triesResumption);

    std::optional<Probe> next() const override;
    void take(const Answer& answer) override;

    tls::ProtocolVersion version() const noexcept { return m_version; }
    /// Nothing while it is not known, and where our TLS library cannot do what the server accepts.
    std::optional<bool> isConfirmed() const noexcept { return m_isConfirmed; }
    std::optional<bool> isResumed() const noexcept { return m_isResumed; }
    const std::string& alpn() const noexcept { return m_alpn; }
    bool isClientCertificateRequested() const noexcept { return m_isClientCertificateRequested; }
    /// Why it failed, in words.
    const std::string& explanation() const noexcept { return m_explanation; }

private:
    enum class Phase { WithAlpn, WithoutAlpn, Resumption, Done };

    tls::ProtocolVersion m_version;
    bool m_triesResumption;
    Phase m_phase = Phase::WithAlpn;
    std::optional<bool> m_isConfirmed;
    std::optional<bool> m_isResumed;
    bool m_isClientCertificateRequested = false;
    std::string m_alpn;
    std::string m_explanation;
};

} // namespace certwright::inspect
