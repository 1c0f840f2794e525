#include "core/tls/message_decoder.h"

namespace certwright::tls {

std::vector<wire::Field> MessageDecoder::decode(const Message& message, const wire::MessageContext& context) {
    if (message.bytes.empty())
        return {};
    switch (message.content) {
    case Message::Content::ChangeCipherSpec:
        return wire::changeCipherSpecFields(message.bytes);
    case Message::Content::Alert:
        return wire::alertFields(message.bytes);
    case Message::Content::Handshake:
        break;
    }
    return wire::handshakeFields(message.bytes, context);
}

} // namespace certwright::tls
