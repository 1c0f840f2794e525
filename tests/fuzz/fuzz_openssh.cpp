#include "core/formats/pem.h"
#include "core/formats/ssh_key.h"
#include "tests/fuzz/fuzz.h"

// An OpenSSH private key, armoured or not, and lines of public ones.
void certwright::fuzz::target(base::BytesView input) {
    const formats::PassphraseCallback passphrase = fixedPassphrase;
    formats::Unlocker unlocker(passphrase, quickOptions(), {});
    const auto text = base::textOf(input);
    if (text.starts_with("openssh-key-v1"))
        formats::readOpenSshKey(input, unlocker);
    for (const formats::PemBlock& block : formats::splitPem(text))
        formats::readOpenSshKey(block.der, unlocker);
    for (const formats::Item& item : formats::readSshPublicKeys(text)) {
        const auto* key = item.as<crypto::PublicKey>();
        const auto again = formats::readSshPublicKeys(formats::toSshPublicLine(*key, "comment"));
        require(again.size() == 1 && *again[0].as<crypto::PublicKey>() == *key, "line round trip");
    }
}
