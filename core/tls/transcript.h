#pragma once

#include "core/base/bytes.h"
#include "core/tls/alert.h"
#include "core/tls/traffic.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::tls {

/// A message of the handshake, an alert or a change of cipher, as it stood in plain before encryption.
struct Message {
    enum class Content : std::uint8_t { ChangeCipherSpec = 20, Alert = 21, Handshake = 22 };

    Elapsed time{};
    Direction direction = Direction::Sent;
    Content content = Content::Handshake;
    std::uint8_t type = 0;    ///< handshake type (RFC 8446 4); 0 for what is not a handshake message
    std::size_t length = 0;   ///< octets with the header of the message, without that of the record
    bool isEncrypted = false; ///< it crossed the wire encrypted
    base::Bytes bytes;        ///< all of it, unless the transcript had grown too large to keep more

    /// "ClientHello", "Certificate", "ChangeCipherSpec", "Alert"; "Handshake(99)" for an unknown type.
    std::string name() const;
};

/// A step of OpenSSL's state machine.
struct StateChange {
    enum class Where { HandshakeStart, HandshakeDone, Step, AlertSent, AlertReceived };

    Elapsed time{};
    Where where = Where::Step;
    std::string state; ///< OpenSSL's long text of the state it is in now
    std::optional<Alert> alert;
};

/// "handshake-start", "step"...
std::string_view toString(StateChange::Where where) noexcept;

/// What happened on a connection, in order. It grows while the connection runs, up to a limit that a hostile peer can
/// not push: then further messages are counted only.
class Transcript {
public:
    static constexpr std::size_t MaximumEntries = 2000;
    static constexpr std::size_t MaximumBytes = std::size_t{1} << 20U;

    void add(Message message);
    void add(StateChange change);
    void addTraffic(Direction direction, Elapsed time, base::BytesView bytes, bool isPrelude = false) {
        m_traffic.add(direction, time, bytes, isPrelude);
    }

    const std::vector<Message>& messages() const noexcept { return m_messages; }
    const std::vector<StateChange>& states() const noexcept { return m_states; }
    /// The bytes on the wire.
    const Traffic& traffic() const noexcept { return m_traffic; }
    /// Messages and states that were not kept.
    std::size_t dropped() const noexcept { return m_dropped; }

    /// The first message of a handshake type in a direction; null when there is none. Valid until the next add().
    const Message* find(Direction direction, std::uint8_t type) const noexcept;
    /// The last one: after a HelloRetryRequest there are two hellos each way.
    const Message* findLast(Direction direction, std::uint8_t type) const noexcept;
    /// The fatal alert, or the first one in this direction; nothing when there is none.
    std::optional<Alert> alert(Direction direction) const noexcept;

private:
    std::vector<Message> m_messages;
    std::vector<StateChange> m_states;
    Traffic m_traffic;
    std::size_t m_bytes = 0;
    std::size_t m_dropped = 0;
};

/// Handshake types that this program asks for (RFC 8446 4, RFC 5246 7.4).
namespace handshake_type {
inline constexpr std::uint8_t HelloRequest = 0, ClientHello = 1, ServerHello = 2, NewSessionTicket = 4,
                              EncryptedExtensions = 8, Certificate = 11, ServerKeyExchange = 12,
                              CertificateRequest = 13, ServerHelloDone = 14, CertificateVerify = 15,
                              ClientKeyExchange = 16, Finished = 20, CertificateStatus = 22, KeyUpdate = 24;
} // namespace handshake_type

} // namespace certwright::tls
