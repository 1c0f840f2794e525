#include "core/tls/starttls/rdp_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <array>
#include <string_view>

namespace certwright::tls::starttls {

namespace {

constexpr std::size_t HeadSize = 4;         // TPKT (RFC 1006 6)
constexpr std::size_t ConfirmSize = 11;     // with the fixed part of the confirm (X.224 13.4)
constexpr std::size_t NegotiationSize = 19; // with what RDP adds
constexpr std::size_t MaximumPacket = 1024;
constexpr std::uint8_t TpktVersion = 3;
constexpr std::uint8_t ConnectionConfirm = 0xD0;
constexpr std::uint8_t NegotiationResponse = 2;
constexpr std::uint8_t NegotiationFailure = 3;
constexpr std::uint32_t AllProtocols = 0x0B; // TLS, CredSSP over TLS, the same with early authorization result

constexpr std::array<std::uint8_t, NegotiationSize> Request{
    TpktVersion, 0, 0, NegotiationSize, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, AllProtocols, 0, 0, 0};

// MS-RDPBCGR 2.2.1.2.2.
constexpr std::array<std::string_view, 7> FailureNames{"",
                                                       "SSL_REQUIRED_BY_SERVER",
                                                       "SSL_NOT_ALLOWED_BY_SERVER",
                                                       "SSL_CERT_NOT_ON_SERVER",
                                                       "INCONSISTENT_FLAGS",
                                                       "HYBRID_REQUIRED_BY_SERVER",
                                                       "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER"};

std::uint32_t littleEndian(base::BytesView bytes) {
    return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U | static_cast<std::uint32_t>(bytes[2]) << 16U |
           static_cast<std::uint32_t>(bytes[3]) << 24U;
}

} // namespace

RdpDialog::RdpDialog()
    : Dialog(serverOf(Protocol::Rdp)) {
    sendBinary(Request);
    await("the answer to the connection request");
}

void RdpDialog::onInput() {
    if ((!input().empty() && input()[0] != TpktVersion) || (input().size() > 1 && input()[1] != 0)) {
        fail(notSpoken(Protocol::Rdp, input()));
        return;
    }
    if (input().size() < HeadSize)
        return;
    const std::size_t size = static_cast<std::size_t>(input()[2]) << 8U | input()[3];
    if (size < ConfirmSize || size > MaximumPacket) {
        failByProtocol(peerAtStart() + " announced a packet of " + std::to_string(size) + " octets", input());
        return;
    }
    if (input().size() < size)
        return;
    const base::Bytes packet = take(size, size, true);
    onPacket(packet);
}

void RdpDialog::onPacket(base::BytesView packet) {
    if ((packet[HeadSize + 1] & 0xF0U) != ConnectionConfirm) {
        failByProtocol(peerAtStart() + " refused the connection request", packet);
        return;
    }
    if (packet.size() == ConfirmSize) {
        fail(notOffered(Protocol::Rdp, "").withHint("It knows the old encryption of RDP only"));
        return;
    }
    const std::uint8_t type = packet[ConfirmSize];
    if (packet.size() < NegotiationSize || (type != NegotiationResponse && type != NegotiationFailure)) {
        failByProtocol(peerAtStart() + " does not answer as it should", packet);
        return;
    }
    const std::uint32_t value = littleEndian(packet.subspan(ConfirmSize + 4, 4));
    if (type == NegotiationFailure)
        onFailure(value);
    else if ((value & AllProtocols) == 0)
        fail(notOffered(Protocol::Rdp, "").withHint("It chose the old encryption of RDP"));
    else
        succeed();
}

void RdpDialog::onFailure(std::uint32_t code) {
    const bool isKnown = code > 0 && code < FailureNames.size();
    fail(refused(Protocol::Rdp,
                 (isKnown ? std::string(FailureNames[code]) : "failure") + " (" + std::to_string(code) + ")"));
}

} // namespace certwright::tls::starttls
