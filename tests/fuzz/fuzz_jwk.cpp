#include "core/formats/jwk.h"
#include "tests/fuzz/fuzz.h"

// JSON Web Keys; what was read can be written and read again.
void certwright::fuzz::target(base::BytesView input) {
    for (const formats::Item& item : formats::readJwk(base::textOf(input))) {
        const auto* key = item.as<crypto::PublicKey>();
        if (key == nullptr)
            continue;
        const auto again = formats::readJwk(formats::toJwk(*key, item.label));
        require(again.size() == 1 && *again[0].as<crypto::PublicKey>() == *key, "JWK round trip");
    }
}
