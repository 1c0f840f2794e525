#pragma once

#include <optional>
#include <string_view>

namespace certwright::tls {

/// Where a connection's protocol stands.
enum class EngineState {
    Idle,          ///< Nothing was said yet.
    Handshaking,   ///< The first handshake runs.
    Open,          ///< Data may flow both ways.
    CloseSent,     ///< We sent close_notify; the peer may still send.
    CloseReceived, ///< The peer sent close_notify; we may still send.
    Closed,        ///< Both did.
    Failed,        ///< An error ended it; nothing more can be done.
};

/// What moves it.
enum class EngineEvent {
    HandshakeStarted,
    HandshakeFinished,
    CloseNotifySent,
    CloseNotifyReceived,
    Failure,
};

inline constexpr int EngineStateCount = 7;
inline constexpr int EngineEventCount = 5;

/// The transition table; nothing where the event may not happen in this state.
std::optional<EngineState> nextState(EngineState state, EngineEvent event) noexcept;

std::string_view toString(EngineState state) noexcept;
std::string_view toString(EngineEvent event) noexcept;

} // namespace certwright::tls
