#pragma once

#include <openssl/types.h>

#include <string>

namespace certwright::base {

/// Prepares OpenSSL: the secure heap (4 MiB) and nothing else. To be called first in main(); calls after the first have
/// no effect. Callable from any thread.
void initialiseLibrary();

/// False when the secure heap could not be locked into memory (RLIMIT_MEMLOCK), so that secrets may be swapped out.
bool isSecureHeapLocked();

/// A library context of its own with the default and the legacy provider, for files encrypted with RC2, RC4 or single
/// DES. Made at the first call; lives until the program ends. @throws Error Unsupported when there is no legacy
/// provider
OSSL_LIB_CTX* legacyLibraryContext();

/// Gives back what OpenSSL keeps for the calling thread (its random generators, its error queue). To be called as the
/// last thing on a thread that is not joined: QThread::wait() returns before the C library has run the destructors of
/// thread-specific data, and OpenSSL's own one may then meet OpenSSL's clean-up at the end of the process, which frees
/// the same. The thread may go on using OpenSSL, but has to call this again.
void releaseThreadState() noexcept;

/// "OpenSSL 3.0.17 1 Jul 2025", of the library in use, not of the headers.
std::string libraryVersion();

/// True from this version of the library in use on.
bool isLibraryAtLeast(unsigned major, unsigned minor) noexcept;

} // namespace certwright::base
