#include "core/formats/keystore.h"
#include "tests/fuzz/fuzz.h"

// A key store of Java.
void certwright::fuzz::target(base::BytesView input) {
    const formats::PassphraseCallback passphrases = fixedPassphrase;
    formats::Unlocker unlocker(passphrases, quickOptions(), {});
    auto result = formats::readKeystore(input, unlocker);
    if (!result)
        return;
    formats::Contents contents;
    contents.items.push_back({std::move(result->item), {}, {}});
    contents.error = result->error;
    lookAt(contents);
}
