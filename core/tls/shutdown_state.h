#pragma once

namespace certwright::tls {

/// Which of the two close_notify alerts were sent, as bits.
enum class ShutdownState : unsigned {
    None = 0,
    Sent = 1,     ///< ours (SENT_SHUTDOWN)
    Received = 2, ///< the peer's (RECEIVED_SHUTDOWN)
};

constexpr ShutdownState operator|(ShutdownState a, ShutdownState b) noexcept {
    return static_cast<ShutdownState>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(ShutdownState all, ShutdownState one) noexcept {
    return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) == static_cast<unsigned>(one);
}

} // namespace certwright::tls
