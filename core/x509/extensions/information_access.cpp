#include "core/x509/extensions/information_access.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"

#include <utility>

namespace certwright::x509 {

using base::Bytes;
namespace der = base::der;

namespace {

std::optional<AccessDescription> readDescription(base::DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    base::DerReader reader(sequence->content);
    auto method = coding::readOid(reader);
    const auto location = reader.next();
    if (!method || !location || !reader.atEnd())
        return std::nullopt;
    auto names = coding::namesOf(location->whole);
    return names && names->size() == 1 ? std::optional(AccessDescription{*std::move(method), names->front()})
                                       : std::nullopt;
}

} // namespace

Bytes InformationAccess::encode() const {
    if (descriptions.empty())
        throw base::Error(base::ErrorKind::BadInput, "An information access needs at least one place (RFC 5280 4.2.2)");
    Bytes content;
    for (const AccessDescription& description : descriptions) {
        const Bytes names = generalNamesToDer({description.location});
        Bytes parts = coding::oidElement(description.method);
        coding::append(parts, coding::only(names, der::Sequence).value());
        coding::append(content, base::derElement(der::Sequence, parts));
    }
    return base::derElement(der::Sequence, content);
}

std::optional<InformationAccess> InformationAccess::decode(base::BytesView value) {
    auto descriptions = coding::sequenceOf(value, readDescription);
    return descriptions ? std::optional(InformationAccess{*std::move(descriptions)}) : std::nullopt;
}

} // namespace certwright::x509
