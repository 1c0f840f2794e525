#include "core/x509/extensions/key_identifiers.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extension_values.h"
#include "core/x509/extensions/coding.h"

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
namespace der = base::der;

base::Bytes SubjectKeyIdentifier::encode() const {
    return base::derElement(der::OctetString, keyId);
}

std::optional<SubjectKeyIdentifier> SubjectKeyIdentifier::decode(base::BytesView value) {
    auto keyId = readSubjectKeyId(value);
    return keyId ? std::optional(SubjectKeyIdentifier{*std::move(keyId)}) : std::nullopt;
}

base::Bytes AuthorityKeyIdentifier::encode() const {
    if (issuer.empty() == serial.has_value())
        throw Error(ErrorKind::BadInput,
                    "An authority key identifier has both issuer and serial number, or neither (RFC 5280 4.2.1.1)");
    base::Bytes content;
    if (keyId)
        coding::append(content, base::derElement(der::context(0), *keyId));
    if (serial) {
        coding::append(content, coding::namesElement(issuer, der::contextConstructed(1)));
        coding::append(content, coding::serialElement(*serial, der::context(2)));
    }
    return base::derElement(der::Sequence, content);
}

std::optional<AuthorityKeyIdentifier> AuthorityKeyIdentifier::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    base::DerReader reader(*content);
    AuthorityKeyIdentifier out;
    if (const auto keyId = reader.optional(der::context(0)))
        out.keyId = base::toBytes(keyId->content);
    if (const auto names = reader.optional(der::contextConstructed(1))) {
        auto issuer = coding::namesOf(names->content);
        if (!issuer)
            return std::nullopt;
        out.issuer = *std::move(issuer);
    }
    if (const auto number = reader.optional(der::context(2))) {
        out.serial = coding::serialOf(number->content);
        if (!out.serial)
            return std::nullopt;
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

base::Bytes AlternativeNames::encode() const {
    if (names.empty())
        throw Error(ErrorKind::BadInput, "A list of alternative names needs at least one (RFC 5280 4.2.1.6)");
    return generalNamesToDer(names);
}

std::optional<AlternativeNames> AlternativeNames::decode(base::BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    auto names = content ? coding::namesOf(*content) : std::nullopt;
    return names ? std::optional(AlternativeNames{*std::move(names)}) : std::nullopt;
}

} // namespace certwright::x509
