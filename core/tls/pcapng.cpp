#include "core/tls/pcapng.h"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <string_view>

namespace certwright::tls {

namespace {

using base::Bytes;
using base::BytesView;
using std::chrono::microseconds;

// Numbers of pcapng are in the order of octets that the section header tells: little-endian here. Those of packets are
// big-endian.
constexpr std::uint32_t SectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t ByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t InterfaceDescription = 1;
constexpr std::uint32_t EnhancedPacket = 6;
constexpr std::uint32_t DecryptionSecrets = 10;
constexpr std::uint32_t TlsKeyLog = 0x544C534B;
constexpr std::uint16_t RawLink = 101;
constexpr std::uint16_t CommentOption = 1;
constexpr std::uint16_t ApplicationOption = 4;
constexpr std::size_t BlockFrame = 12; ///< type and twice the length

constexpr std::size_t SegmentSize = 1460;
constexpr std::uint8_t Fin = 0x01, Syn = 0x02, Push = 0x08, Ack = 0x10;
constexpr std::uint8_t TcpProtocol = 6;
constexpr std::size_t TcpHeadSize = 20;

constexpr std::size_t paddingOf(std::size_t size) {
    return (4 - size % 4) % 4;
}

void putLittle(Bytes& out, std::uint64_t value, int octets) {
    for (int i = 0; i < octets; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8U * static_cast<unsigned>(i))));
}

void putBig(Bytes& out, std::uint32_t value, int octets) {
    for (int i = octets - 1; i >= 0; --i)
        out.push_back(static_cast<std::uint8_t>(value >> (8U * static_cast<unsigned>(i))));
}

void append(Bytes& out, BytesView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void putBlock(Bytes& out, std::uint32_t type, const Bytes& body) {
    const std::size_t size = body.size() + paddingOf(body.size()) + BlockFrame;
    putLittle(out, type, 4);
    putLittle(out, size, 4);
    append(out, body);
    out.resize(out.size() + paddingOf(body.size()));
    putLittle(out, size, 4);
}

void putOption(Bytes& body, std::uint16_t code, std::string_view text) {
    putLittle(body, code, 2);
    putLittle(body, text.size(), 2);
    append(body, base::bytesOf(text));
    body.resize(body.size() + paddingOf(text.size()));
}

Bytes makeHead(bool isTruncated) {
    Bytes section;
    putLittle(section, ByteOrderMagic, 4);
    putLittle(section, 1, 2); // version 1.0
    putLittle(section, 0, 2);
    putLittle(section, UINT64_MAX, 8); // the section's length, not told
    putOption(section, CommentOption, "The bytes are as recorded; addresses apart, the IP and TCP headers are made up");
    if (isTruncated)
        putOption(section, CommentOption, "The connection went on after the last packet");
    putOption(section, ApplicationOption, "Certwright");
    putLittle(section, 0, 4); // end of options
    Bytes out;
    putBlock(out, SectionHeader, section);
    Bytes interface;
    putLittle(interface, RawLink, 2);
    putLittle(interface, 0, 2);
    putLittle(interface, 0, 4); // packets are whole
    putBlock(out, InterfaceDescription, interface);
    return out;
}

/// The block is made on the secure heap, for there is the key log in it.
base::Secret makeSecrets(const KeyLog& log) {
    if (log.isEmpty())
        return {};
    const base::Secret text = log.toText();
    const std::size_t size = BlockFrame + 8 + text.size() + paddingOf(text.size());
    Bytes head;
    putLittle(head, DecryptionSecrets, 4);
    putLittle(head, size, 4);
    putLittle(head, TlsKeyLog, 4);
    putLittle(head, text.size(), 4);
    base::Secret block(size);
    std::copy(head.begin(), head.end(), block.data());
    std::copy_n(text.data(), text.size(), block.data() + head.size());
    std::copy_n(head.begin() + 4, 4, block.data() + size - 4);
    return block;
}

std::uint32_t sumOf(BytesView bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8U : std::uint32_t{bytes[i]};
    return sum;
}

/// RFC 1071.
std::uint16_t checksum(std::uint32_t sum) {
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum & 0xFFFFU);
}

void setBig16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8U);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

/// One end of the connection.
struct End {
    Bytes address; ///< 4 or 16 octets
    std::uint16_t port = 0;
    std::uint32_t next = 0; ///< its next sequence number
};

End endOf(const SocketAddress& address) {
    End end;
    end.port = address.port();
    if (address.isIpv6()) {
        sockaddr_in6 native{};
        std::memcpy(&native, address.native(), sizeof(native));
        end.address.resize(sizeof(native.sin6_addr));
        std::memcpy(end.address.data(), &native.sin6_addr, sizeof(native.sin6_addr));
    } else {
        sockaddr_in native{};
        std::memcpy(&native, address.native(), sizeof(native));
        end.address.resize(sizeof(native.sin_addr));
        std::memcpy(end.address.data(), &native.sin_addr, sizeof(native.sin_addr));
    }
    return end;
}

/// Addresses for documentation (RFC 5737) where there are none, as between two ends in memory or on a Unix socket.
void inventAddresses(End& client, End& server) {
    client = End{{192, 0, 2, 1}, 49152, 0};
    server = End{{192, 0, 2, 2}, 443, 0};
}

class PacketWriter {
public:
    explicit PacketWriter(const CaptureEnds& ends)
        : m_start(ends.start.time_since_epoch()) {
        const bool areOnNetwork = ends.local && ends.peer && !ends.local->isUnix() && !ends.peer->isUnix();
        if (areOnNetwork && ends.local->isIpv6() == ends.peer->isIpv6()) {
            m_client = endOf(ends.isServer ? *ends.peer : *ends.local);
            m_server = endOf(ends.isServer ? *ends.local : *ends.peer);
        } else {
            inventAddresses(m_client, m_server);
        }
        m_client.next = 1000;
        m_server.next = 2000;
    }

    void open(Elapsed time) {
        m_time = time;
        put(true, Syn, {});
        put(false, Syn | Ack, {});
        put(true, Ack, {});
    }

    void data(bool isClient, Elapsed time, BytesView bytes) {
        m_time = std::max(m_time, time);
        while (!bytes.empty()) {
            const BytesView segment = bytes.first(std::min(bytes.size(), SegmentSize));
            bytes = bytes.subspan(segment.size());
            put(isClient, Push | Ack, segment);
        }
    }

    void close() {
        put(true, Fin | Ack, {});
        put(false, Fin | Ack, {});
        put(true, Ack, {});
    }

    Bytes take() { return std::move(m_out); }

private:
    void put(bool isClient, std::uint8_t flags, BytesView content) {
        End& from = isClient ? m_client : m_server;
        const End& to = isClient ? m_server : m_client;
        const Bytes packet = makePacket(from, to, flags, content);
        from.next += static_cast<std::uint32_t>(content.size()) + ((flags & (Syn | Fin)) != 0 ? 1U : 0U);
        const auto time = static_cast<std::uint64_t>((m_start + m_time).count());
        Bytes body;
        putLittle(body, 0, 4); // the interface
        putLittle(body, time >> 32U, 4);
        putLittle(body, time & 0xFFFFFFFFU, 4);
        putLittle(body, packet.size(), 4);
        putLittle(body, packet.size(), 4);
        append(body, packet);
        putBlock(m_out, EnhancedPacket, body);
    }

    /// RFC 9293 3.1.
    static Bytes makeSegment(const End& from, const End& to, std::uint8_t flags, BytesView content) {
        Bytes segment;
        putBig(segment, from.port, 2);
        putBig(segment, to.port, 2);
        putBig(segment, from.next, 4);
        putBig(segment, (flags & Ack) != 0 ? to.next : 0, 4);
        segment.push_back((TcpHeadSize / 4) << 4U);
        segment.push_back(flags);
        putBig(segment, 0xFFFF, 2); // window
        putBig(segment, 0, 4);      // checksum, urgent pointer
        append(segment, content);
        const auto size = static_cast<std::uint32_t>(segment.size());
        const std::uint32_t pseudoHead = sumOf(from.address) + sumOf(to.address) + TcpProtocol + size;
        setBig16(segment, 16, checksum(pseudoHead + sumOf(segment)));
        return segment;
    }

    /// RFC 791 3.1, RFC 8200 3.
    static Bytes makePacket(const End& from, const End& to, std::uint8_t flags, BytesView content) {
        const Bytes segment = makeSegment(from, to, flags, content);
        Bytes packet;
        if (from.address.size() == 4) {
            packet = {0x45, 0};
            putBig(packet, static_cast<std::uint32_t>(20 + segment.size()), 2);
            putBig(packet, 0x00004000, 4); // no identification, not to be fragmented
            packet.insert(packet.end(), {64, TcpProtocol, 0, 0});
        } else {
            putBig(packet, 0x60000000, 4);
            putBig(packet, static_cast<std::uint32_t>(segment.size()), 2);
            packet.insert(packet.end(), {TcpProtocol, 64});
        }
        append(packet, from.address);
        append(packet, to.address);
        if (from.address.size() == 4)
            setBig16(packet, 10, checksum(sumOf(packet)));
        append(packet, segment);
        return packet;
    }

    microseconds m_start;
    Elapsed m_time{};
    End m_client;
    End m_server;
    Bytes m_out;
};

} // namespace

Capture captureOf(const Traffic& traffic, const KeyLog& secrets, const CaptureEnds& ends) {
    Capture capture;
    capture.head = makeHead(traffic.isTruncated());
    capture.secrets = makeSecrets(secrets);
    PacketWriter writer(ends);
    writer.open(traffic.isEmpty() ? Elapsed{} : traffic.pieces().front().time);
    for (const Traffic::Piece& piece : traffic.pieces())
        writer.data((piece.direction == Direction::Sent) != ends.isServer, piece.time, traffic.bytesOf(piece));
    if (!traffic.isTruncated())
        writer.close();
    capture.packets = writer.take();
    return capture;
}

} // namespace certwright::tls
