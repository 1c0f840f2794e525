#include "core/x509/extension.h"
#include "tests/fuzz/fuzz.h"

// An extension in OpenSSL's words: "type=value".
void certwright::fuzz::target(base::BytesView input) {
    const auto text = base::textOf(input);
    const auto sign = text.find('=');
    if (sign == std::string_view::npos)
        return;
    const auto extension = x509::Extension::fromText(text.substr(0, sign), false, text.substr(sign + 1));
    extension.text();
    require(x509::Extension::share(extension.toNative().get()) == extension, "native round trip");
}
