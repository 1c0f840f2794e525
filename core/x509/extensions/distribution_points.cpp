#include "core/x509/extensions/distribution_points.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/name.h"

#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::BytesView;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

/// The bits of ReasonFlags (RFC 5280 4.2.1.13), which are not the numbers of CRLReason: there is no bit for the reason
/// 8, and privilegeWithdrawn and aACompromise have 7 and 8.
constexpr RevocationReason FlagReasons[] = {
    RevocationReason::KeyCompromise,      RevocationReason::CaCompromise,         RevocationReason::AffiliationChanged,
    RevocationReason::Superseded,         RevocationReason::CessationOfOperation, RevocationReason::CertificateHold,
    RevocationReason::PrivilegeWithdrawn, RevocationReason::AaCompromise,
};

Bytes reasonsElement(const std::vector<RevocationReason>& reasons, std::uint8_t identifier) {
    unsigned bits = 0;
    for (const RevocationReason reason : reasons) {
        unsigned bit = 0;
        for (std::size_t i = 0; i < std::size(FlagReasons); ++i) {
            if (FlagReasons[i] == reason)
                bit = 2U << i;
        }
        if (bit == 0)
            throw Error(ErrorKind::BadInput,
                        "A revocation list cannot be limited to the reason " + std::string(toString(reason)),
                        "Name other reasons, or none for all.");
        bits |= bit;
    }
    return coding::namedBitsElement(bits, identifier);
}

std::optional<std::vector<RevocationReason>> reasonsOf(BytesView content) {
    const auto bits = coding::namedBitsOf(content);
    if (!bits)
        return std::nullopt;
    std::vector<RevocationReason> out;
    for (std::size_t i = 0; i < std::size(FlagReasons); ++i) {
        if ((*bits & 2U << i) != 0)
            out.push_back(FlagReasons[i]);
    }
    return out;
}

/// DistributionPointName in its context tag 0; nothing when there is no name.
Bytes pointNameElement(const std::vector<GeneralName>& fullName, const std::string& relativeName) {
    if (!fullName.empty() && !relativeName.empty())
        throw Error(ErrorKind::BadInput, "A distribution point has full names or a relative one, not both");
    if (!fullName.empty())
        return base::derElement(der::contextConstructed(0), coding::namesElement(fullName, der::contextConstructed(0)));
    if (relativeName.empty())
        return {};
    const Name name = Name::parse(relativeName);
    const Bytes encoded = name.toDer();
    const auto rdn = coding::only(coding::only(encoded, der::Sequence).value_or(BytesView()), der::Set);
    if (!rdn)
        throw Error(ErrorKind::BadInput,
                    "“" + relativeName + "” is not one relative name, but " + std::to_string(name.rdns().size()),
                    "Write one attribute, e.g. CN=list 1.");
    return base::derElement(der::contextConstructed(0), base::derElement(der::contextConstructed(1), *rdn));
}

/// Reads what pointNameElement() writes. False when it is damaged.
bool readPointName(BytesView content, std::vector<GeneralName>& fullName, std::string& relativeName) {
    if (const auto names = coding::only(content, der::contextConstructed(0))) {
        auto read = coding::namesOf(*names);
        if (read)
            fullName = *std::move(read);
        return read.has_value();
    }
    const auto rdn = coding::only(content, der::contextConstructed(1));
    if (!rdn)
        return false;
    try {
        relativeName = Name::fromDer(base::derSequence({base::derElement(der::Set, *rdn)})).toRfc2253();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            throw;
        return false;
    }
    return true;
}

Bytes pointElement(const DistributionPoint& point) {
    Bytes content = pointNameElement(point.fullName, point.relativeName);
    if (content.empty() && point.crlIssuer.empty())
        throw Error(ErrorKind::BadInput, "A distribution point needs a name or an issuer (RFC 5280 4.2.1.13)");
    if (!point.reasons.empty())
        coding::append(content, reasonsElement(point.reasons, der::context(1)));
    if (!point.crlIssuer.empty())
        coding::append(content, coding::namesElement(point.crlIssuer, der::contextConstructed(2)));
    return base::derElement(der::Sequence, content);
}

std::optional<DistributionPoint> readPoint(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    DistributionPoint out;
    if (const auto name = reader.optional(der::contextConstructed(0))) {
        if (!readPointName(name->content, out.fullName, out.relativeName))
            return std::nullopt;
    }
    if (const auto reasons = reader.optional(der::context(1))) {
        auto read = reasonsOf(reasons->content);
        if (!read)
            return std::nullopt;
        out.reasons = *std::move(read);
    }
    if (const auto issuer = reader.optional(der::contextConstructed(2))) {
        auto read = coding::namesOf(issuer->content);
        if (!read)
            return std::nullopt;
        out.crlIssuer = *std::move(read);
    }
    return reader.atEnd() ? std::optional(std::move(out)) : std::nullopt;
}

/// The BOOLEAN DEFAULT FALSE under this tag; nothing when it is damaged.
std::optional<bool> readFlag(DerReader& reader, unsigned tag) noexcept {
    const auto element = reader.optional(der::context(tag));
    if (!element)
        return reader.hasFailed() ? std::nullopt : std::optional(false);
    return element->content.size() == 1 ? std::optional(element->content[0] != 0) : std::nullopt;
}

} // namespace

Bytes DistributionPoints::encode() const {
    if (points.empty())
        throw Error(ErrorKind::BadInput, "There must be at least one distribution point (RFC 5280 4.2.1.13)");
    Bytes content;
    for (const DistributionPoint& point : points)
        coding::append(content, pointElement(point));
    return base::derElement(der::Sequence, content);
}

std::optional<DistributionPoints> DistributionPoints::decode(BytesView value) {
    auto points = coding::sequenceOf(value, readPoint);
    return points ? std::optional(DistributionPoints{*std::move(points)}) : std::nullopt;
}

Bytes IssuingDistributionPoint::encode() const {
    Bytes content = pointNameElement(fullName, relativeName);
    const auto flag = [&content](bool isSet, unsigned tag) {
        if (isSet) // X.690 11.5: the default is not written
            coding::append(content, coding::booleanElement(true, der::context(tag)));
    };
    flag(scope == Scope::EndEntities, 1);
    flag(scope == Scope::Cas, 2);
    if (!onlySomeReasons.empty())
        coding::append(content, reasonsElement(onlySomeReasons, der::context(3)));
    flag(isIndirect, 4);
    flag(scope == Scope::AttributeCertificates, 5);
    return base::derElement(der::Sequence, content);
}

std::optional<IssuingDistributionPoint> IssuingDistributionPoint::decode(BytesView value) {
    const auto content = coding::only(value, der::Sequence);
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    IssuingDistributionPoint out;
    if (const auto name = reader.optional(der::contextConstructed(0))) {
        if (!readPointName(name->content, out.fullName, out.relativeName))
            return std::nullopt;
    }
    const auto endEntities = readFlag(reader, 1);
    const auto cas = readFlag(reader, 2);
    if (const auto reasons = reader.optional(der::context(3))) {
        auto read = reasonsOf(reasons->content);
        if (!read)
            return std::nullopt;
        out.onlySomeReasons = *std::move(read);
    }
    const auto indirect = readFlag(reader, 4);
    const auto attributes = readFlag(reader, 5);
    if (!endEntities || !cas || !indirect || !attributes || !reader.atEnd())
        return std::nullopt;
    if (int{*endEntities} + int{*cas} + int{*attributes} > 1) // RFC 5280 5.2.5: at most one of them
        return std::nullopt;
    out.scope = *endEntities  ? Scope::EndEntities
                : *cas        ? Scope::Cas
                : *attributes ? Scope::AttributeCertificates
                              : Scope::All;
    out.isIndirect = *indirect;
    return out;
}

} // namespace certwright::x509
