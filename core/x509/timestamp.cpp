#include "core/x509/timestamp.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/serial.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::x509 {

using base::BytesView;
using base::DerElement;
using base::DerReader;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

[[noreturn]] void throwDamaged(std::string_view what) {
    throw Error(ErrorKind::BadInput, "The " + std::string(what) + " is damaged",
                "Get the file again from where it came from.");
}

constexpr std::string_view Timestamp = "timestamp", Request = "timestamp request", Response = "timestamp response";

/// The element inside one that must be there. @throws Error BadInput
const DerElement& present(const std::optional<DerElement>& element, std::string_view what) {
    if (!element)
        throwDamaged(what);
    return *element;
}

std::string oidOf(const std::optional<DerElement>& element, std::string_view what) {
    const auto text = base::oidText(present(element, what).content);
    if (!text)
        throwDamaged(what);
    return *text;
}

std::string digestName(const std::string& oid) {
    const int nid = OBJ_txt2nid(oid.c_str());
    base::clearQueue();
    return nid == NID_undef ? oid : OBJ_nid2sn(nid);
}

/// A number that is not negative. @throws Error BadInput when it is, or has more than 32 bits
std::uint32_t numberOf(const DerElement& element, std::string_view what) {
    BytesView octets = element.content;
    if (octets.empty() || (octets[0] & 0x80U) != 0)
        throwDamaged(what);
    if (octets[0] == 0)
        octets = octets.subspan(1);
    if (octets.size() > 4)
        throwDamaged(what);
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets)
        value = (value << 8U) | octet;
    return value;
}

int versionOf(DerReader& fields, std::string_view what) {
    const std::uint32_t version = numberOf(present(fields.expect(der::Integer), what), what);
    if (version > 100)
        throwDamaged(what);
    return static_cast<int>(version);
}

/// The text of an INTEGER of any size.
std::string hexOf(const DerElement& element, std::string_view what) {
    const unsigned char* position = element.whole.data();
    const Handle<ASN1_INTEGER> number(d2i_ASN1_INTEGER(nullptr, &position, base::longSize(element.whole.size())));
    base::clearQueue();
    if (!number)
        throwDamaged(what);
    return Serial::share(number.get()).toHex();
}

MessageImprint imprintOf(DerReader& fields, std::string_view what) {
    DerReader parts(present(fields.expect(der::Sequence), what).content);
    DerReader algorithm(present(parts.expect(der::Sequence), what).content);
    MessageImprint imprint;
    imprint.digest = digestName(oidOf(algorithm.expect(der::Oid), what));
    imprint.value = base::toBytes(present(parts.expect(der::OctetString), what).content);
    return imprint;
}

void readTime(DerReader& fields, TimestampInfo& info) {
    const std::string_view text = base::textOf(present(fields.expect(der::GeneralizedTime), Timestamp).content);
    const auto time = base::parseAsn1Time(text);
    if (!time)
        throwDamaged(Timestamp);
    info.time = *time;
    if (const std::size_t point = text.find('.'); point != std::string_view::npos)
        info.fraction = text.substr(point + 1, text.find_first_not_of("0123456789", point + 1) - point - 1);
}

/// Accuracy ::= SEQUENCE { seconds INTEGER, millis [0], micros [1] }, each OPTIONAL
std::uint64_t accuracyOf(const DerElement& element) {
    DerReader parts(element.content);
    std::uint64_t micros = 0;
    if (const auto seconds = parts.optional(der::Integer))
        micros += std::uint64_t{numberOf(*seconds, Timestamp)} * 1'000'000;
    if (const auto millis = parts.optional(der::context(0)))
        micros += std::uint64_t{numberOf(*millis, Timestamp)} * 1'000;
    if (const auto rest = parts.optional(der::context(1)))
        micros += numberOf(*rest, Timestamp);
    if (!parts.atEnd())
        throwDamaged(Timestamp);
    return micros;
}

/// A SEQUENCE around one GeneralName, as generalNamesFromDer() reads it.
std::optional<GeneralName> nameOf(const DerElement& element) {
    base::Bytes sequence = base::toBytes(element.whole);
    sequence[0] = der::Sequence; // the tag [0] is explicit: what is in it is the name
    const auto names = generalNamesFromDer(sequence);
    return names.empty() ? std::nullopt : std::optional(names.front());
}

std::vector<std::string> extensionOids(const DerElement& element) {
    std::vector<std::string> oids;
    DerReader each(element.content);
    while (const auto extension = each.expect(der::Sequence)) {
        DerReader parts(extension->content);
        oids.push_back(oidOf(parts.expect(der::Oid), Timestamp));
    }
    return oids;
}

/// The names of the bits of PKIFailureInfo (RFC 3161 2.4.2).
std::vector<std::string> failuresOf(BytesView bitString) {
    constexpr std::array<std::pair<unsigned, const char*>, 8> Names = {{{0, "badAlg"},
                                                                        {2, "badRequest"},
                                                                        {5, "badDataFormat"},
                                                                        {14, "timeNotAvailable"},
                                                                        {15, "unacceptedPolicy"},
                                                                        {16, "unacceptedExtension"},
                                                                        {17, "addInfoNotAvailable"},
                                                                        {25, "systemFailure"}}};
    std::vector<std::string> out;
    const BytesView bits = bitString.empty() ? bitString : bitString.subspan(1);
    for (unsigned bit = 0; bit < std::min<std::size_t>(bits.size(), 8) * 8; ++bit) {
        if ((bits[bit / 8] & (0x80U >> (bit % 8))) == 0)
            continue;
        const auto* known = std::ranges::find(Names, bit, &std::pair<unsigned, const char*>::first);
        out.push_back(known == Names.end() ? "bit " + std::to_string(bit) : known->second);
    }
    return out;
}

void readStatus(const DerElement& element, TimestampResponse& response) {
    DerReader parts(element.content);
    response.status = numberOf(present(parts.expect(der::Integer), Response), Response);
    if (const auto texts = parts.optional(der::Sequence)) {
        DerReader each(texts->content);
        while (const auto text = each.next())
            response.text.push_back(base::stringText(*text).value_or("#" + base::toHex(text->whole)));
    }
    if (const auto failures = parts.optional(der::BitString))
        response.failures = failuresOf(failures->content);
    if (!parts.atEnd())
        throwDamaged(Response);
}

} // namespace

std::string timeText(const TimestampInfo& info) {
    std::string text = base::toRfc3339(info.time);
    if (!info.fraction.empty())
        text.insert(text.size() - 1, "." + info.fraction);
    return text;
}

std::string accuracyText(std::uint64_t micros) {
    constexpr std::uint64_t Second = 1'000'000, Millisecond = 1'000;
    const std::uint64_t unit = micros >= Second ? Second : micros >= Millisecond ? Millisecond : 1;
    std::string text = std::to_string(micros / unit);
    if (const std::uint64_t rest = micros % unit; rest != 0) {
        std::string digits = std::to_string(unit + rest).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
    return text + (unit == Second ? " s" : unit == Millisecond ? " ms" : " us");
}

std::string statusName(unsigned status) {
    constexpr std::array Names = {"granted", "grantedWithMods",   "rejection",
                                  "waiting", "revocationWarning", "revocationNotification"};
    return status < Names.size() ? Names[status] : std::to_string(status);
}

TimestampInfo parseTimestampInfo(BytesView bytes) {
    DerReader outer(bytes);
    DerReader fields(present(outer.expect(der::Sequence), Timestamp).content);
    TimestampInfo info;
    info.version = versionOf(fields, Timestamp);
    info.policy = oidOf(fields.expect(der::Oid), Timestamp);
    info.imprint = imprintOf(fields, Timestamp);
    info.serial = hexOf(present(fields.expect(der::Integer), Timestamp), Timestamp);
    readTime(fields, info);
    if (const auto accuracy = fields.optional(der::Sequence))
        info.accuracyMicros = accuracyOf(*accuracy);
    if (const auto ordering = fields.optional(der::Boolean))
        info.isOrdered = !ordering->content.empty() && ordering->content[0] != 0;
    if (const auto nonce = fields.optional(der::Integer))
        info.nonce = hexOf(*nonce, Timestamp);
    if (const auto tsa = fields.optional(der::contextConstructed(0)))
        info.tsa = nameOf(*tsa);
    if (const auto extensions = fields.optional(der::contextConstructed(1)))
        info.extensions = extensionOids(*extensions);
    if (!fields.atEnd() || !outer.atEnd())
        throwDamaged(Timestamp);
    return info;
}

TimestampRequest parseTimestampRequest(BytesView bytes) {
    DerReader outer(bytes);
    DerReader fields(present(outer.expect(der::Sequence), Request).content);
    TimestampRequest request;
    request.version = versionOf(fields, Request);
    request.imprint = imprintOf(fields, Request);
    if (const auto policy = fields.optional(der::Oid))
        request.policy = oidOf(policy, Request);
    if (const auto nonce = fields.optional(der::Integer))
        request.nonce = hexOf(*nonce, Request);
    if (const auto wants = fields.optional(der::Boolean))
        request.wantsCertificate = !wants->content.empty() && wants->content[0] != 0;
    fields.optional(der::contextConstructed(0)); // extensions, of which there are none in use
    if (!fields.atEnd())
        throwDamaged(Request);
    return request;
}

TimestampResponse parseTimestampResponse(BytesView bytes) {
    DerReader outer(bytes);
    const DerElement whole = present(outer.expect(der::Sequence), Response);
    DerReader fields(whole.content);
    const DerElement status = present(fields.expect(der::Sequence), Response);
    TimestampResponse response;
    readStatus(status, response);
    // As it is: some TSAs write the token in BER, which this reader does not walk through.
    response.token = base::toBytes(whole.content.subspan(status.whole.size()));
    if (response.isGranted() && response.token.empty())
        throwDamaged(Response);
    return response;
}

} // namespace certwright::x509
