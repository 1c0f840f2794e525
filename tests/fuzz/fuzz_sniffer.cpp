#include "core/base/outcome.h"
#include "tests/fuzz/fuzz.h"

// Whatever a user opens: what is in it is found out by its content.
void certwright::fuzz::target(base::BytesView input) {
    lookAt(formats::readContents(input, formats::noPassphrase, quickOptions()));
    lookAt(formats::readContents(input, fixedPassphrase, quickOptions()));
}
