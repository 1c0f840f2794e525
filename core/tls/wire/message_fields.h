#pragma once

#include "core/base/bytes.h"
#include "core/tls/wire/field.h"

#include <cstdint>
#include <vector>

namespace certwright::tls::wire {

/// What the form of a message depends on besides itself: what the hellos before it agreed upon.
struct MessageContext {
    std::uint16_t version = 0x0303;
    std::uint16_t cipherSuite = 0;
};

/// Takes from a ServerHello what the messages after it depend on; other messages change nothing.
void noteHello(MessageContext& context, base::BytesView message);

/// The fields of a whole handshake message with its header of four octets (RFC 8446 4, RFC 5246 7.4 and what extends
/// them), of any version from TLS 1.0 on. Never throws for what is in it: what can't be as it is becomes a damaged
/// field, what is not known stays hexadecimal.
std::vector<Field> handshakeFields(base::BytesView message, const MessageContext& context);
/// The fields of an alert (RFC 8446 6).
std::vector<Field> alertFields(base::BytesView message);
/// The fields of a ChangeCipherSpec (RFC 5246 7.1).
std::vector<Field> changeCipherSpecFields(base::BytesView message);

} // namespace certwright::tls::wire
