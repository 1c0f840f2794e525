#include "core/formats/pkcs12.h"
#include "tests/fuzz/fuzz.h"

// A PKCS#12 file with a passphrase, which is asked for after none and the empty one were tried.
void certwright::fuzz::target(base::BytesView input) {
    formats::Pkcs12Result result = formats::readPkcs12(derOf(input), fixedPassphrase, quickOptions());
    result.item.privateKey();
    result.item.certificate();
    result.item.caCertificates();
    formats::Contents contents;
    contents.items.push_back({std::move(result.item), {}, {}});
    contents.error = result.error;
    lookAt(contents);
}
