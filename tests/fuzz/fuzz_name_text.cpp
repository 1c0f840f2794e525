#include "core/x509/name.h"
#include "tests/fuzz/fuzz.h"

// The text of a name, both forms; what is printed of a name that was read is the same name.
void certwright::fuzz::target(base::BytesView input) {
    const x509::Name name = x509::Name::parse(base::textOf(input));
    require(x509::Name::parse(name.toRfc2253()).toDer() == name.toDer() ||
                x509::Name::parse(name.toRfc2253()).toRfc2253() == name.toRfc2253(),
            "RFC 4514 round trip");
    name.toOneLine();
    name.displayName();
    name.hash();
    require(x509::Name::fromDer(name.toDer()) == name, "DER round trip");
}
