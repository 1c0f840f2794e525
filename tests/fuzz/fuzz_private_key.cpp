#include "core/base/outcome.h"
#include "core/formats/private_key_file.h"
#include "tests/fuzz/fuzz.h"

// A private key in any form, with a passphrase and without; what was read can be written and read again.
void certwright::fuzz::target(base::BytesView input) {
    const auto without =
        base::outcomeOf([input] { return formats::loadPrivateKey(input, formats::noPassphrase, quickOptions()); });
    const crypto::PrivateKey key = without ? *without : formats::loadPrivateKey(input, fixedPassphrase, quickOptions());
    const base::Secret der = key.toPkcs8Der();
    // Not by the public half: the traditional forms hold it too, and it may be another one than the private half gives.
    require(crypto::PrivateKey::fromPkcs8Der(der.view()).facts() == key.facts(), "PKCS#8 round trip");
}
