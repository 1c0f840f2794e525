#include "core/tls/starttls/mysql_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>
#include <array>

namespace certwright::tls::starttls {

namespace {

constexpr std::size_t HeadSize = 4;
constexpr std::size_t MaximumGreeting = 4096;
constexpr std::uint8_t ProtocolVersion = 10;
constexpr std::uint8_t ErrorPacket = 0xFF;
/// Thread id, first part of the scramble, filler: what lies between the version's text and the capabilities.
constexpr std::size_t BeforeCapabilities = 4 + 8 + 1;
constexpr unsigned SslCapability = 0x0800; // CLIENT_SSL

// Sequence number 1: LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, SSL, TRANSACTIONS, SECURE_CONNECTION;
// packets of 16 MiB; character set utf8; 23 octets of nothing.
constexpr std::array<std::uint8_t, 36> Request{0x20, 0, 0, 1, 0x0D, 0xAA, 0, 0, 0, 0, 0, 1, 0x21};

} // namespace

MysqlDialog::MysqlDialog()
    : Dialog(serverOf(Protocol::Mysql)) {}

void MysqlDialog::onInput() {
    // Nothing else begins like this, and waiting for what a text would announce as a length is of no use.
    if ((input().size() > 2 && input()[2] != 0) || (input().size() > 3 && input()[3] != 0)) {
        fail(notSpoken(Protocol::Mysql, input()));
        return;
    }
    if (input().size() <= HeadSize)
        return;
    const std::size_t length = input()[0] | static_cast<std::size_t>(input()[1]) << 8U;
    if (length > MaximumGreeting || (input()[HeadSize] != ProtocolVersion && input()[HeadSize] != ErrorPacket)) {
        fail(notSpoken(Protocol::Mysql, input()));
        return;
    }
    if (input().size() < HeadSize + length)
        return;
    const base::Bytes packet = take(HeadSize + length, HeadSize + length, true);
    const base::BytesView payload = base::BytesView(packet).subspan(HeadSize);
    if (payload.empty())
        failByProtocol(peerAtStart() + " sent an empty greeting", packet);
    else if (payload[0] == ErrorPacket)
        onError(payload);
    else
        onGreeting(payload);
}

void MysqlDialog::onGreeting(base::BytesView payload) {
    const auto end = std::find(payload.begin() + 1, payload.end(), std::uint8_t{0});
    const auto version = static_cast<std::size_t>(end - payload.begin());
    const std::size_t at = version + 1 + BeforeCapabilities;
    if (at + 2 > payload.size()) {
        failByProtocol(peerAtStart() + " sent a greeting that is too short", payload);
        return;
    }
    const unsigned capabilities = payload[at] | static_cast<unsigned>(payload[at + 1]) << 8U;
    if ((capabilities & SslCapability) == 0) {
        const std::string text(base::textOf(payload.subspan(1, version - 1)));
        fail(notOffered(Protocol::Mysql, "")
                 .withHint("Version " + visibleText(base::bytesOf(text), 80) +
                           " without a certificate in its settings"));
        return;
    }
    sendBinary(Request);
    succeed();
}

void MysqlDialog::onError(base::BytesView payload) {
    constexpr std::size_t TextStart = 3; // behind the mark and the number
    const base::BytesView text = payload.subspan(std::min(TextStart, payload.size()));
    fail(turnedAway(Protocol::Mysql, base::textOf(text)));
}

} // namespace certwright::tls::starttls
