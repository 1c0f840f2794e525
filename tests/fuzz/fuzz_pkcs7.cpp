#include "core/formats/pkcs7.h"
#include "tests/fuzz/fuzz.h"

// A PKCS#7 or CMS message, armoured or not.
void certwright::fuzz::target(base::BytesView input) {
    formats::Contents contents;
    contents.items.push_back({formats::loadPkcs7(input), {}, {}});
    lookAt(contents);
}
