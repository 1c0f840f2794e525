#include "core/base/outcome.h"
#include "core/formats/spkac.h"
#include "tests/fuzz/fuzz.h"

// An SPKAC, as DER and as text.
void certwright::fuzz::target(base::BytesView input) {
    const auto binary = base::outcomeOf([input] { return formats::Spkac::fromDer(input); });
    const formats::Spkac spkac = binary ? *binary : formats::Spkac::fromText(base::textOf(input));
    spkac.isSignatureValid();
    require(formats::Spkac::fromText(spkac.toBase64()) == spkac, "base64 round trip");
}
