#pragma once

#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <vector>

namespace certwright::tls {

/// What the check of the peer's chain came to. Every error is there with its depth, not only the first.
struct PeerVerification {
    bool hasRun = false; ///< False while no certificate came. Of a resumed session: when it began.
    std::vector<x509::Finding> findings;
    std::vector<x509::Certificate> builtChain; ///< from the peer's certificate up, as far as it could be built

    bool isTrusted() const noexcept;
};

} // namespace certwright::tls
