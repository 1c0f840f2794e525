#include "core/tls/engine_state.h"

#include <array>
#include <cstddef>

namespace certwright::tls {

namespace {

using State = EngineState;
using Cell = std::optional<EngineState>;
constexpr Cell No = std::nullopt;

// Rows: where it stands. Columns: HandshakeStarted, HandshakeFinished, CloseNotifySent, CloseNotifyReceived, Failure.
// A close_notify in the middle of the handshake is a failure (RFC 8446 6.1 lets it end a connection, not begin one).
constexpr std::array<std::array<Cell, EngineEventCount>, EngineStateCount> Transitions{{
    /* Idle          */ {State::Handshaking, No, No, No, State::Failed},
    /* Handshaking   */ {No, State::Open, No, No, State::Failed},
    /* Open          */ {No, No, State::CloseSent, State::CloseReceived, State::Failed},
    /* CloseSent     */ {No, No, No, State::Closed, State::Failed},
    /* CloseReceived */ {No, No, State::Closed, No, State::Failed},
    /* Closed        */ {No, No, No, No, No},
    /* Failed        */ {No, No, No, No, No},
}};

} // namespace

std::optional<EngineState> nextState(EngineState state, EngineEvent event) noexcept {
    return Transitions[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

std::string_view toString(EngineState state) noexcept {
    constexpr std::array<std::string_view, EngineStateCount> Names{
        "idle", "handshaking", "open", "close-sent", "close-received", "closed", "failed"};
    return Names[static_cast<std::size_t>(state)];
}

std::string_view toString(EngineEvent event) noexcept {
    constexpr std::array<std::string_view, EngineEventCount> Names{
        "handshake-started", "handshake-finished", "close-notify-sent", "close-notify-received", "failure"};
    return Names[static_cast<std::size_t>(event)];
}

} // namespace certwright::tls
