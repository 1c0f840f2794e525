#include "core/x509/extensions/features.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"

#include <utility>

namespace certwright::x509 {

namespace der = base::der;

base::Bytes TlsFeature::encode() const {
    if (extensions.empty())
        throw base::Error(base::ErrorKind::BadInput, "A TLS feature needs at least one extension (RFC 7633 4)");
    base::Bytes content;
    for (const std::uint16_t extension : extensions)
        coding::append(content, coding::numberElement(extension));
    return base::derElement(der::Sequence, content);
}

std::optional<TlsFeature> TlsFeature::decode(base::BytesView value) {
    auto numbers = coding::sequenceOf(value, [](base::DerReader& list) -> std::optional<std::uint16_t> {
        const auto number = coding::readNumber(list);
        return number && *number <= 0xFFFFU ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
    });
    return numbers ? std::optional(TlsFeature{*std::move(numbers)}) : std::nullopt;
}

base::Bytes OcspNoCheck::encode() const {
    return base::derElement(der::Null, {});
}

std::optional<OcspNoCheck> OcspNoCheck::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Null);
    return content && content->empty() ? std::optional(OcspNoCheck()) : std::nullopt;
}

} // namespace certwright::x509
