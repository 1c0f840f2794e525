#include "core/x509/extension.h"
#include "tests/core/x509/extensions/every_value.h"
#include "tests/fuzz/fuzz.h"

// An extension in OpenSSL's words: "type=value".
void certwright::fuzz::target(base::BytesView input) {
    const auto text = base::textOf(input);
    const auto sign = text.find('=');
    if (sign == std::string_view::npos)
        return;
    const auto extension = x509::Extension::fromText(text.substr(0, sign), false, text.substr(sign + 1));
    extension.text();
    test::readTyped(extension); // names are kept as text, so that not all of them come out as the same octets
    require(x509::Extension::share(extension.toNative().get()) == extension, "native round trip");
}
