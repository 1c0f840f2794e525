#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::tls {

/// A secret of a connection under its label in the NSS key log format.
struct KeyLogEntry {
    std::string label; ///< "CLIENT_RANDOM", "CLIENT_TRAFFIC_SECRET_0"...
    base::Secret secret;
    base::Bytes clientRandom; ///< of the handshake it is of: each renegotiation has its own
};

/// The secrets of one connection with which a recording of it can be decrypted. Holds the format's standard labels
/// only; what a key update brings is derived by readers from the first ones.
class KeyLog {
public:
    /// A peer that asks for one handshake after the other does not fill the secure heap: more is left out.
    static constexpr std::size_t MaximumEntries = 100;

    /// Takes a line as OpenSSL gives it: label, client random, secret, the latter two in hexadecimal. Other labels and
    /// damaged lines are left out. @throws Error Internal when the secure heap is full
    void addLine(std::string_view line);

    const std::vector<KeyLogEntry>& entries() const noexcept { return m_entries; }
    bool isEmpty() const noexcept { return m_entries.empty(); }
    /// That of the last handshake.
    const base::Bytes& clientRandom() const noexcept { return m_clientRandom; }
    /// A deliberate copy. @throws Error Internal when the secure heap is full
    KeyLog clone() const;
    /// The secret of a label; null when it is not there.
    const base::Secret* find(std::string_view label) const noexcept;

    /// Lines that Wireshark and other readers of SSLKEYLOGFILE take, each with its line end. On the secure heap, for it
    /// is as secret as what is in it.
    base::Secret toText() const;

private:
    base::Bytes m_clientRandom;
    std::vector<KeyLogEntry> m_entries;
};

/// True for a label that the format defines (SSLKEYLOGFILE, draft-ietf-tls-keylogfile 2).
bool isStandardKeyLogLabel(std::string_view label) noexcept;

} // namespace certwright::tls
