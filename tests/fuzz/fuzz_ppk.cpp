#include "core/formats/ssh_key.h"
#include "tests/fuzz/fuzz.h"

// A PuTTY private key.
void certwright::fuzz::target(base::BytesView input) {
    const formats::PassphraseCallback passphrase = fixedPassphrase;
    formats::Unlocker unlocker(passphrase, quickOptions(), {});
    formats::looksLikePuttyKey(base::textOf(input));
    formats::readPuttyKey(base::textOf(input), unlocker);
}
