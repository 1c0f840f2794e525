#include "core/x509/extensions/sct_list.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"

#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t LogIdSize = 32;

/// Takes what TLS writes (RFC 5246 4) off the front of bytes.
class TlsReader {
public:
    explicit TlsReader(BytesView rest) noexcept
        : m_rest(rest) {}

    bool atEnd() const noexcept { return m_rest.empty(); }
    std::optional<BytesView> octets(std::size_t size) noexcept {
        if (m_rest.size() < size)
            return std::nullopt;
        const BytesView out = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return out;
    }
    std::optional<std::uint64_t> number(std::size_t size) noexcept {
        const auto read = octets(size);
        if (!read)
            return std::nullopt;
        std::uint64_t out = 0;
        for (const std::uint8_t octet : *read)
            out = out << 8U | octet;
        return out;
    }
    /// What has its length in two octets in front.
    std::optional<BytesView> vector() noexcept {
        const auto size = number(2);
        return size ? octets(static_cast<std::size_t>(*size)) : std::nullopt;
    }

private:
    BytesView m_rest;
};

void appendNumber(Bytes& out, std::uint64_t number, unsigned size) {
    for (unsigned i = size; i-- > 0;)
        out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

void appendVector(Bytes& out, BytesView content) {
    if (content.size() > 0xFFFF)
        throw Error(ErrorKind::BadInput, "A signed certificate timestamp is too long (RFC 6962 3.3)");
    appendNumber(out, content.size(), 2);
    coding::append(out, content);
}

std::optional<SignedCertificateTimestamp> timestampOf(BytesView octets) {
    TlsReader reader(octets);
    const auto version = reader.number(1);
    if (!version)
        return std::nullopt;
    SignedCertificateTimestamp out;
    out.version = static_cast<std::uint8_t>(*version);
    if (out.version != 0) {
        out.unread = base::toBytes(octets.subspan(1));
        return out;
    }
    const auto logId = reader.octets(LogIdSize);
    const auto time = reader.number(8);
    const auto extensions = reader.vector();
    const auto hash = reader.number(1);
    const auto algorithm = reader.number(1);
    const auto signature = reader.vector();
    if (!signature || !reader.atEnd()) // what comes before it is there, then
        return std::nullopt;
    out.logId = base::toBytes(*logId);
    out.timestamp = *time;
    out.extensions = base::toBytes(*extensions);
    out.hashAlgorithm = static_cast<std::uint8_t>(*hash);
    out.signatureAlgorithm = static_cast<std::uint8_t>(*algorithm);
    out.signature = base::toBytes(*signature);
    return out;
}

Bytes octetsOf(const SignedCertificateTimestamp& timestamp) {
    Bytes out{timestamp.version};
    if (timestamp.version != 0) {
        coding::append(out, timestamp.unread);
        return out;
    }
    if (timestamp.logId.size() != LogIdSize)
        throw Error(ErrorKind::BadInput, "The identifier of a log has 32 octets (RFC 6962 3.2)");
    coding::append(out, timestamp.logId);
    appendNumber(out, timestamp.timestamp, 8);
    appendVector(out, timestamp.extensions);
    out.push_back(timestamp.hashAlgorithm);
    out.push_back(timestamp.signatureAlgorithm);
    appendVector(out, timestamp.signature);
    return out;
}

} // namespace

Bytes SctList::encode() const {
    if (timestamps.empty())
        throw Error(ErrorKind::BadInput, "A list of timestamps needs at least one (RFC 6962 3.3)");
    Bytes list;
    for (const SignedCertificateTimestamp& timestamp : timestamps)
        appendVector(list, octetsOf(timestamp));
    Bytes whole;
    appendVector(whole, list);
    return base::derElement(base::der::OctetString, whole);
}

std::optional<SctList> SctList::decode(BytesView value) {
    const auto content = coding::only(value, base::der::OctetString);
    if (!content)
        return std::nullopt;
    TlsReader outer(*content);
    const auto list = outer.vector();
    if (!list || !outer.atEnd())
        return std::nullopt;
    SctList out;
    for (TlsReader reader(*list); !reader.atEnd();) {
        const auto octets = reader.vector();
        auto timestamp = octets ? timestampOf(*octets) : std::nullopt;
        if (!timestamp)
            return std::nullopt;
        out.timestamps.push_back(*std::move(timestamp));
    }
    return out;
}

} // namespace certwright::x509
