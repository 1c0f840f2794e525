#pragma once

namespace certwright::tls {

class Context;
class Engine;

// The only place where OpenSSL calls back into this program during a handshake. Each callback finds its engine by the
// SSL object, records, and lets no exception through: the engine rethrows it after the call into OpenSSL.

/// What is set for all connections of a context.
void registerCallbacks(const Context& context);
/// The same for a context that has a preshared key: without one the suites with it are not to be offered.
void registerPresharedKeyCallbacks(const Context& context);
/// What is set for one connection; `engine` must stay where it is. @throws Error Internal
void registerCallbacks(Engine& engine);
/// Lets a client's connection ask for signed timestamps and a stapled response. @throws Error Internal
void askForProofs(Engine& engine);

} // namespace certwright::tls
