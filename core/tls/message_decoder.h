#pragma once

#include "core/tls/transcript.h"
#include "core/tls/wire/field.h"
#include "core/tls/wire/message_fields.h"

#include <vector>

namespace certwright::tls {

/// Decodes the messages of one connection in their order: the form of most depends on what the hellos agreed upon.
class MessageDecoder {
public:
    /// To be called for each message, decoded or not.
    void note(const Message& message) {
        if (message.content == Message::Content::Handshake)
            wire::noteHello(m_context, message.bytes);
    }
    /// What the next message's form depends on.
    const wire::MessageContext& context() const noexcept { return m_context; }

    /// The fields of a message; none when its bytes were not kept. Nothing of what is in them throws.
    static std::vector<wire::Field> decode(const Message& message, const wire::MessageContext& context);

private:
    wire::MessageContext m_context;
};

} // namespace certwright::tls
