#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace certwright::crypto {

// OpenSSL's generator, which seeds itself from the operating system; whatever is added here only adds to that. One for
// the process, callable from every thread. The manual's rand.Error is base::Error, with OpenSSL's queue as its stack().

/// `count` bytes from OpenSSL's generator. @throws Error Internal when it is not seeded
base::Bytes randomBytes(std::size_t count);

/// `count` bytes that nobody may see, from the generator that OpenSSL keeps for those. @throws Error Internal when it
/// is not seeded or the secure heap is full
base::Secret randomSecret(std::size_t count);

/// True when the generator is seeded (the manual's rand.status).
bool isRandomSeeded() noexcept;

/// Mixes `bytes` into the generator (rand.add). `entropy` says how many of them an attacker could not guess, from 0 to
/// their number; an OpenSSL that seeds itself takes it for 0. @throws Error BadInput for an `entropy` beyond that
void addRandomness(base::BytesView bytes, double entropy);

/// The same for bytes that nobody can guess (rand.seed).
void seedRandom(base::BytesView bytes);

/// Mixes a digest of what the screens show (rand.screen), in whatever format the caller has its pixels. Counted as no
/// entropy: who sees the screen knows it. @throws Error NotAllowed when there are no pixels, as on platforms that do
/// not let a program see them
void addScreen(base::BytesView pixels);

/// What one query to an entropy gathering daemon can ask for.
constexpr std::size_t MaxEgdQuery = 255;

/// Asks the entropy gathering daemon that listens on the Unix socket `path` for `count` bytes and mixes what it gives
/// (rand.egd). Returns how many those were: fewer when the daemon had no more. Blocks up to `timeout` in all.
/// @throws Error NotFound when there is no such socket; Io when nobody listens there, the daemon has nothing at all,
/// ends the connection, or is silent for too long; BadInput for a path that is too long for a socket
std::size_t addFromEgd(const std::string& path, std::size_t count = MaxEgdQuery,
                       std::chrono::milliseconds timeout = std::chrono::seconds(10));

/// Mixes the first `count` bytes of a file, or all of it (rand.load_file), and returns how many those were. Of a
/// character device (/dev/urandom) "all" are 256 bytes. Never waits for input. @throws Error NotFound, Io, also for
/// what is neither file nor character device
std::size_t loadRandomFile(const std::string& path, std::optional<std::size_t> count = std::nullopt);

/// Writes 1024 random bytes for a later loadRandomFile() (rand.write_file) and returns their number. The file has the
/// mode 0600 from its first byte on and appears whole, in the place of one that was there; a symbolic link is replaced,
/// not followed. @throws Error NotFound when its folder is missing, NotAllowed when `path` is something else than a
/// file, Io
std::size_t writeRandomFile(const std::string& path);

/// Does nothing, by design (rand.cleanup): since OpenSSL 1.1 the generator is wiped and freed by the library itself
/// when the process ends, and doing it earlier would take it from other threads.
void cleanUpRandom() noexcept;

} // namespace certwright::crypto
