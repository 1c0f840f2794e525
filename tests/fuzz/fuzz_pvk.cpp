#include "core/formats/pvk.h"
#include "tests/fuzz/fuzz.h"

// Microsoft's PVK files and key blobs.
void certwright::fuzz::target(base::BytesView input) {
    const formats::PassphraseCallback passphrase = fixedPassphrase;
    formats::Unlocker unlocker(passphrase, quickOptions(), {});
    formats::readMicrosoftKey(input, unlocker);
}
