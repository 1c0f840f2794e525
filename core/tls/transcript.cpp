#include "core/tls/transcript.h"

#include "core/tls/wire/names.h"

#include <algorithm>
#include <utility>

namespace certwright::tls {

std::string Message::name() const {
    switch (content) {
    case Content::ChangeCipherSpec:
        return "ChangeCipherSpec";
    case Content::Alert:
        return "Alert";
    case Content::Handshake:
        break;
    }
    const std::string_view name = wire::handshakeTypeName(type);
    return name.empty() ? "Handshake(" + std::to_string(type) + ")" : std::string(name);
}

std::string_view toString(StateChange::Where where) noexcept {
    switch (where) {
    case StateChange::Where::HandshakeStart:
        return "handshake-start";
    case StateChange::Where::HandshakeDone:
        return "handshake-done";
    case StateChange::Where::Step:
        return "step";
    case StateChange::Where::AlertSent:
        return "alert-sent";
    case StateChange::Where::AlertReceived:
        return "alert-received";
    }
    return "step";
}

void Transcript::add(Message message) {
    if (m_messages.size() >= MaximumEntries) {
        ++m_dropped;
        return;
    }
    if (m_bytes + message.bytes.size() > MaximumBytes)
        message.bytes = {};
    m_bytes += message.bytes.size();
    m_messages.push_back(std::move(message));
}

void Transcript::add(StateChange change) {
    if (m_states.size() >= MaximumEntries) {
        ++m_dropped;
        return;
    }
    m_states.push_back(std::move(change));
}

const Message* Transcript::find(Direction direction, std::uint8_t type) const noexcept {
    const auto found = std::find_if(m_messages.begin(), m_messages.end(), [direction, type](const Message& message) {
        return message.content == Message::Content::Handshake && message.direction == direction && message.type == type;
    });
    return found == m_messages.end() ? nullptr : &*found;
}

const Message* Transcript::findLast(Direction direction, std::uint8_t type) const noexcept {
    const auto found = std::find_if(m_messages.rbegin(), m_messages.rend(), [direction, type](const Message& message) {
        return message.content == Message::Content::Handshake && message.direction == direction && message.type == type;
    });
    return found == m_messages.rend() ? nullptr : &*found;
}

std::optional<Alert> Transcript::alert(Direction direction) const noexcept {
    const auto where = direction == Direction::Sent ? StateChange::Where::AlertSent : StateChange::Where::AlertReceived;
    std::optional<Alert> first;
    for (const StateChange& change : m_states) {
        if (change.where != where || !change.alert)
            continue;
        if (change.alert->isFatal())
            return change.alert;
        if (!first)
            first = change.alert;
    }
    return first;
}

} // namespace certwright::tls
