#pragma once

#include "core/tls/context_options.h"

#include <optional>
#include <utility>

namespace certwright::tls {

/// The answer of an application that was asked which certificate to show to a peer.
class CertificateChoice {
public:
    /// Not yet known: the step gives Progress::WantCallback and asks again when it is taken again.
    static CertificateChoice later() { return CertificateChoice(true, std::nullopt); }
    /// What the context has, if anything.
    static CertificateChoice unchanged() { return CertificateChoice(false, std::nullopt); }
    static CertificateChoice use(Credentials credentials) { return CertificateChoice(false, std::move(credentials)); }

    bool isLater() const noexcept { return m_isLater; }
    const std::optional<Credentials>& credentials() const noexcept { return m_credentials; }

private:
    CertificateChoice(bool isLater, std::optional<Credentials> credentials)
        : m_isLater(isLater)
        , m_credentials(std::move(credentials)) {}

    bool m_isLater;
    std::optional<Credentials> m_credentials;
};

} // namespace certwright::tls
