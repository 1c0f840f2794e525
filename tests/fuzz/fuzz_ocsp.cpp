#include "core/x509/ocsp/check.h"
#include "tests/fuzz/fuzz.h"

// An OCSP response, checked by the certificates that came with it.
void certwright::fuzz::target(base::BytesView input) {
    const x509::OcspResponse response = x509::OcspResponse::fromDer(derOf(input));
    require(response.isSuccessful() || response.answers().empty(), "answers of a refusal");
    for (const x509::Certificate& certificate : response.certificates()) {
        const x509::OcspInput check{response.der(), x509::OcspSource::File, {1}};
        const x509::OcspReport report =
            x509::checkOcsp(check, certificate, &certificate, base::Time(std::chrono::seconds(1795521600)));
        require(report.isGood() || !report.findings.empty(), "a reason");
    }
}
