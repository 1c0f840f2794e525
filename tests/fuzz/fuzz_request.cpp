#include "core/x509/request.h"
#include "tests/fuzz/fuzz.h"

// A PKCS#10 request, and everything that it is shown with.
void certwright::fuzz::target(base::BytesView input) {
    const x509::Request request = x509::Request::fromDer(derOf(input));
    request.subject().toRfc2253();
    request.isSignatureValid();
    request.subjectAltNames();
    request.attributes();
    request.toText();
    for (const x509::Extension& extension : request.extensions())
        extension.text();
    require(x509::Request::fromPem(request.toPem()) == request, "PEM round trip");
}
