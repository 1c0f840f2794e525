#include "core/inspect/client_hello.h"

#include "core/inspect/ssl2.h"

#include <algorithm>

namespace certwright::inspect {

namespace {

using base::Bytes;
using base::BytesView;
using tls::ProtocolVersion;

constexpr std::size_t RandomSize = 32;
constexpr std::size_t Ssl2ChallengeSize = 16;
constexpr std::uint16_t RenegotiationSignal = 0x00FF; // RFC 5746 3.3
constexpr std::uint16_t FallbackSignal = 0x5600;      // RFC 7507
/// Some load balancers hang on hellos of 256 to 511 octets (RFC 7685).
constexpr std::size_t PaddingFrom = 256;
constexpr std::size_t PaddingTo = 512;

namespace extension {
constexpr std::uint16_t ServerName = 0, SupportedGroups = 10, PointFormats = 11, SignatureAlgorithms = 13, Padding = 21,
                        ExtendedMasterSecret = 23, SessionTicket = 35, SupportedVersions = 43, KeyShare = 51,
                        RenegotiationInfo = 0xFF01;
}

void addNumber(Bytes& out, std::size_t value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>((value >> static_cast<unsigned>(shift)) & 0xFFU));
}

void addBytes(Bytes& out, BytesView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// A vector with its length in front.
void addVector(Bytes& out, BytesView content, int lengthOctets) {
    addNumber(out, content.size(), lengthOctets);
    addBytes(out, content);
}

Bytes numbers(const std::vector<std::uint16_t>& values) {
    Bytes out;
    for (const std::uint16_t value : values)
        addNumber(out, value, 2);
    return out;
}

Bytes listOf(const std::vector<std::uint16_t>& values) {
    Bytes out;
    addVector(out, numbers(values), 2);
    return out;
}

void addExtension(Bytes& out, std::uint16_t type, BytesView content) {
    addNumber(out, type, 2);
    addVector(out, content, 2);
}

Bytes serverNameList(const std::string& name) {
    Bytes entry{0}; // host_name (RFC 6066 3)
    addVector(entry, base::bytesOf(name), 2);
    Bytes list;
    addVector(list, entry, 2);
    return list;
}

Bytes extensionsOf(const Probe& probe, const std::string& serverName) {
    Bytes out;
    if (probe.version < ProtocolVersion::Tls10)
        return out;
    const bool isTls13 = probe.version == ProtocolVersion::Tls13;
    if (!serverName.empty())
        addExtension(out, extension::ServerName, serverNameList(serverName));
    if (!probe.groups.empty()) {
        addExtension(out, extension::SupportedGroups, listOf(probe.groups));
        addExtension(out, extension::PointFormats, Bytes{3, 0, 1, 2});
    }
    if (probe.version >= ProtocolVersion::Tls12 && !probe.schemes.empty())
        addExtension(out, extension::SignatureAlgorithms, listOf(probe.schemes));
    if (isTls13) {
        addExtension(out, extension::SupportedVersions, Bytes{2, 0x03, 0x04});
        addExtension(out, extension::KeyShare, Bytes{0, 0});
        return out;
    }
    addExtension(out, extension::ExtendedMasterSecret, {});
    addExtension(out, extension::SessionTicket, {});
    addExtension(out, extension::RenegotiationInfo, Bytes{0});
    return out;
}

void addPadding(Bytes& extensions, std::size_t helloSize) {
    constexpr std::size_t Header = 4;
    if (extensions.empty() || helloSize < PaddingFrom || helloSize >= PaddingTo)
        return;
    const std::size_t missing = PaddingTo - helloSize;
    addExtension(extensions, extension::Padding, Bytes(missing > Header ? missing - Header : 0));
}

/// draft-hickman-netscape-ssl-00: CLIENT-HELLO, with every cipher kind there was.
Bytes ssl2Hello(BytesView random) {
    Bytes body{1, 0x00, 0x02};
    const auto kinds = ssl2CipherKinds();
    addNumber(body, kinds.size() * 3, 2);
    addNumber(body, 0, 2);
    addNumber(body, Ssl2ChallengeSize, 2);
    for (const Ssl2CipherKind& kind : kinds)
        addNumber(body, kind.id, 3);
    addBytes(body, random.first(Ssl2ChallengeSize));
    Bytes record;
    addNumber(record, 0x8000U | body.size(), 2);
    addBytes(record, body);
    return record;
}

} // namespace

Bytes clientHello(const Probe& probe, const std::string& serverName, BytesView random) {
    if (probe.kind == Probe::Kind::Ssl2Hello)
        return ssl2Hello(random);
    const bool isTls13 = probe.version == ProtocolVersion::Tls13;
    Bytes body;
    addNumber(body, static_cast<std::size_t>(std::min(probe.version, ProtocolVersion::Tls12)), 2);
    addBytes(body, random.first(RandomSize));
    addVector(body, isTls13 ? random.subspan(RandomSize, RandomSize) : BytesView(), 1);
    Bytes suites = numbers(probe.suites);
    if (probe.version == ProtocolVersion::Ssl3)
        addNumber(suites, RenegotiationSignal, 2);
    if (probe.isFallback)
        addNumber(suites, FallbackSignal, 2);
    addVector(body, suites, 2);
    // DEFLATE is only offered to be told whether the server would compress (RFC 3749); RFC 8446 4.1.2 forbids it.
    addVector(body, isTls13 ? Bytes{0} : Bytes{1, 0}, 1);
    Bytes extensions = extensionsOf(probe, serverName);
    constexpr std::size_t HandshakeHeader = 4;
    addPadding(extensions, HandshakeHeader + body.size() + 2 + extensions.size());
    if (!extensions.empty())
        addVector(body, extensions, 2);
    Bytes message{1};
    addVector(message, body, 3);
    Bytes record{22, 0x03, static_cast<std::uint8_t>(probe.version == ProtocolVersion::Ssl3 ? 0x00 : 0x01)};
    addVector(record, message, 2);
    return record;
}

} // namespace certwright::inspect
