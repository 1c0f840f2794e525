#include "core/x509/extensions/usages.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extension_values.h"
#include "core/x509/extensions/coding.h"

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;

namespace {

void checkPurposes(const std::vector<std::string>& purposes) {
    if (purposes.empty())
        throw Error(ErrorKind::BadInput, "An extended key usage needs at least one purpose (RFC 5280 4.2.1.12)");
}

} // namespace

base::Bytes KeyUsage::encode() const {
    constexpr unsigned All = (1U << 9U) - 1;
    if (bits == 0 || (bits & ~All) != 0)
        throw Error(ErrorKind::BadInput, bits == 0 ? "A key usage needs at least one bit (RFC 5280 4.2.1.3)"
                                                   : "A key usage has no bits behind decipherOnly (RFC 5280 4.2.1.3)");
    return coding::namedBitsElement(bits);
}

std::optional<KeyUsage> KeyUsage::decode(base::BytesView value) {
    const auto bits = readKeyUsage(value);
    return bits ? std::optional(KeyUsage{*bits}) : std::nullopt;
}

base::Bytes ExtendedKeyUsage::encode() const {
    checkPurposes(purposes);
    base::Bytes content;
    for (const std::string& purpose : purposes)
        coding::append(content, coding::oidElement(purpose));
    return base::derElement(base::der::Sequence, content);
}

std::optional<ExtendedKeyUsage> ExtendedKeyUsage::decode(base::BytesView value) {
    auto purposes = readExtendedKeyUsage(value);
    return purposes ? std::optional(ExtendedKeyUsage{*std::move(purposes)}) : std::nullopt;
}

base::Bytes ApplicationPolicies::encode() const {
    checkPurposes(purposes);
    base::Bytes content;
    for (const std::string& purpose : purposes)
        coding::append(content, base::derSequence({coding::oidElement(purpose)}));
    return base::derElement(base::der::Sequence, content);
}

std::optional<ApplicationPolicies> ApplicationPolicies::decode(base::BytesView value) {
    auto purposes = coding::sequenceOf(value, [](base::DerReader& list) -> std::optional<std::string> {
        const auto policy = list.expect(base::der::Sequence);
        if (!policy)
            return std::nullopt;
        base::DerReader reader(policy->content);
        return coding::readOid(reader);
    });
    return purposes ? std::optional(ApplicationPolicies{*std::move(purposes)}) : std::nullopt;
}

} // namespace certwright::x509
