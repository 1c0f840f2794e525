#include "core/tls/peer_verification.h"

#include <algorithm>

namespace certwright::tls {

bool PeerVerification::isTrusted() const noexcept {
    return hasRun && std::none_of(findings.begin(), findings.end(), [](const x509::Finding& finding) {
               return finding.severity == x509::Finding::Severity::Error;
           });
}

} // namespace certwright::tls
