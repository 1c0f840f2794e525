#pragma once

#include <string>
#include <string_view>

namespace certwright::x509 {

/// Something a verification found: not an error, but what keeps a certificate from being accepted, or a remark.
struct Finding {
    enum class Severity { Error, Warning, Notice };

    std::string id; ///< stable, for scripts: "unable-to-get-issuer", "expired", "hostname-mismatch"...
    Severity severity = Severity::Error;
    int depth = 0; ///< 0 is the certificate itself
    std::string subject;
    std::string message; ///< what is wrong, in a sentence
    std::string fix;     ///< what to do about it; may be empty
    int opensslCode = 0; ///< X509_V_ERR_..., 0 when it is our own check
};

std::string_view toString(Finding::Severity severity) noexcept;

} // namespace certwright::x509
