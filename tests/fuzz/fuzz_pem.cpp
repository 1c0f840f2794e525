#include "core/formats/pem.h"
#include "tests/fuzz/fuzz.h"

// The scanner of armoured text, and what it reads of its own writing.
void certwright::fuzz::target(base::BytesView input) {
    for (const formats::PemBlock& block : formats::splitPem(base::textOf(input))) {
        if (block.error || block.endLabel != block.label)
            continue;
        const auto again = formats::splitPem(formats::toPem(block.label, block.der));
        require(again.size() == 1 && again[0].der == block.der && again[0].label == block.label, "PEM round trip");
    }
}
