#include "core/x509/crl.h"
#include "tests/fuzz/fuzz.h"

// A revocation list, and everything that it is shown with.
void certwright::fuzz::target(base::BytesView input) {
    const x509::Crl crl = x509::Crl::fromDer(derOf(input));
    crl.issuer().toRfc2253();
    crl.number();
    crl.thisUpdate();
    crl.nextUpdate();
    require(crl.entries().size() == crl.revokedCount(), "count of entries");
    crl.toText();
    for (const x509::Extension& extension : crl.extensions())
        extension.text();
    require(x509::Crl::fromPem(crl.toPem()) == crl, "PEM round trip");
}
