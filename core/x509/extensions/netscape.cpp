#include "core/x509/extensions/netscape.h"

#include "core/base/error.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/native_text.h"

namespace certwright::x509 {

namespace der = base::der;

base::Bytes NetscapeCertType::encode() const {
    if (bits > 0xFF)
        throw base::Error(base::ErrorKind::BadInput, "A Netscape certificate type has eight bits");
    return coding::namedBitsElement(bits);
}

std::optional<NetscapeCertType> NetscapeCertType::decode(base::BytesView value) {
    const auto content = coding::only(value, der::BitString);
    const auto bits = content ? coding::namedBitsOf(*content) : std::nullopt;
    return bits ? std::optional(NetscapeCertType{*bits & 0xFFU}) : std::nullopt;
}

base::Bytes NetscapeText::encode() const {
    return coding::ia5Element(text);
}

std::optional<NetscapeText> NetscapeText::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Ia5String);
    return content ? std::optional(NetscapeText{ia5Text(*content)}) : std::nullopt;
}

} // namespace certwright::x509
