#pragma once

namespace certwright::tls {

/// What a step of the engine came to. None of these is a failure; failures are thrown.
enum class Progress {
    Done,         ///< The step is complete. There may be bytes to send all the same: ask takeOutput().
    WantInput,    ///< Needs bytes of the peer: send what takeOutput() gives, then feed().
    WantOutput,   ///< Too much waits to be sent: take it, then call again.
    WantCallback, ///< A callback of the application asked to be called again later.
    Closed,       ///< The peer said that it sends nothing more (close_notify), or the exchange of it is complete.
};

} // namespace certwright::tls
