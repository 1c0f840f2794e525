#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/tls/key_log.h"
#include "core/tls/socket_address.h"
#include "core/tls/traffic.h"

#include <array>
#include <chrono>
#include <optional>

namespace certwright::tls {

/// Between whom, and since when, a connection was.
struct CaptureEnds {
    std::optional<SocketAddress> local; ///< without both, or with two families, made-up addresses are written
    std::optional<SocketAddress> peer;
    std::chrono::sys_time<std::chrono::microseconds> start{}; ///< what the times of the traffic count from
    bool isServer = false;                                    ///< recorded at the server's end
};

/// A capture file (pcapng, draft-ietf-opsawg-pcapng) whose parts are to be written one after the other.
struct Capture {
    base::Bytes head;
    base::Secret secrets; ///< Decryption Secrets Block with the key log; empty without one
    base::Bytes packets;

    std::array<base::BytesView, 3> parts() const noexcept { return {head, secrets.view(), packets}; }
};

/// Makes a capture that Wireshark opens decrypted: the recorded bytes in TCP segments, whose packets (LINKTYPE_RAW)
/// with opening and closing are made up, and the secrets before them. @throws Error Internal when the secure heap is
/// full
Capture captureOf(const Traffic& traffic, const KeyLog& secrets, const CaptureEnds& ends);

} // namespace certwright::tls
