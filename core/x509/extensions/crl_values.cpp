#include "core/x509/extensions/crl_values.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/native_text.h"

namespace certwright::x509 {

namespace der = base::der;

base::Bytes CrlNumber::encode() const {
    constexpr std::size_t MaximumOctets = 20;
    if (number.toHex().starts_with('-') || number.octets() > MaximumOctets)
        throw base::Error(base::ErrorKind::BadInput, "The number of a revocation list is not negative and has at most "
                                                     "20 octets (RFC 5280 5.2.3)");
    return coding::serialElement(number);
}

std::optional<CrlNumber> CrlNumber::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Integer);
    const auto number = content ? coding::serialOf(*content) : std::nullopt;
    return number ? std::optional(CrlNumber{*number}) : std::nullopt;
}

base::Bytes CrlReason::encode() const {
    return coding::numberElement(static_cast<std::uint64_t>(reason), der::Enumerated);
}

std::optional<CrlReason> CrlReason::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Enumerated);
    const auto number = content ? coding::numberOf(*content) : std::nullopt;
    constexpr std::uint64_t Unused = 7;
    if (!number || *number > static_cast<std::uint64_t>(RevocationReason::AaCompromise) || *number == Unused)
        return std::nullopt;
    return CrlReason{static_cast<RevocationReason>(*number)};
}

base::Bytes InvalidityDate::encode() const {
    timeToNative(time); // throws for a year without four digits
    return base::derElement(der::GeneralizedTime, base::bytesOf(base::toGeneralizedTime(time)));
}

std::optional<InvalidityDate> InvalidityDate::decode(base::BytesView value) {
    const auto content = coding::only(value, der::GeneralizedTime);
    const auto time = content ? base::timeOf({der::GeneralizedTime, *content, value}) : std::nullopt;
    return time ? std::optional(InvalidityDate{*time}) : std::nullopt;
}

} // namespace certwright::x509
