#pragma once

#include "core/x509/crl.h"

#include <chrono>
#include <span>

namespace certwright::demo {

/// Who signed a leaf certificate of the sample store.
enum class Signer {
    Servers,  ///< the intermediate for servers
    People,   ///< the intermediate for people and programs
    Unknown,  ///< a CA that the store doesn't have
    Impostor, ///< somebody who took the name of the intermediate for servers, but not its key
};

/// What happened to it since.
enum class Fate { Issued, Revoked, Held };

/// One leaf certificate of the sample store. Times are relative to the day that the store is made for.
struct Leaf {
    const char* names;   ///< subject alternative names as people type them; the first one becomes the common name
    const char* subject; ///< distinguished name; empty: made from the names
    const char* profile; ///< id of a shipped profile
    const char* keyType; ///< as crypto::KeySpec::parse() reads it
    std::chrono::days start{};
    std::chrono::days lifetime{};
    Signer signer = Signer::Servers;
    Fate fate = Fate::Issued;
    x509::RevocationReason reason = x509::RevocationReason::Unspecified;
};

/// Forty of them, in every state that a certificate can be in.
std::span<const Leaf> leaves();

} // namespace certwright::demo
