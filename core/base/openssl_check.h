#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace certwright::base {

// The only door to OpenSSL's error queue. The order is always: call, test the return value, and only when it says
// "failed" read the queue. A queue with entries is no failure: OpenSSL leaves some behind on success.

/// Empties the calling thread's queue and returns it, oldest entry first.
std::vector<StackEntry> drainQueue();

/// Empties the calling thread's queue. To be called before a call whose queue will be looked at.
void clearQueue() noexcept;

/// What a queue means for the caller; `fallback` where nothing in it says. A failed allocation anywhere is Internal.
ErrorKind kindOf(const std::vector<StackEntry>& stack, ErrorKind fallback) noexcept;

/// Throws an Error built from the queue. `what` says what was being done: "read the certificate".
[[noreturn]] void throwFromQueue(std::string_view what, ErrorKind fallback = ErrorKind::BadInput);

/// Throws an Error built from the queue unless `rc` is positive.
/// @throws Error
inline void check(int rc, std::string_view what, ErrorKind fallback = ErrorKind::Internal) {
    if (rc <= 0)
        throwFromQueue(what, fallback);
}

/// Returns `pointer`, or throws an Error built from the queue when it is null.
/// @throws Error
template <class T>
T* check(T* pointer, std::string_view what, ErrorKind fallback = ErrorKind::Internal) {
    if (pointer == nullptr)
        throwFromQueue(what, fallback);
    return pointer;
}

/// A size as OpenSSL's functions take it; where they take an int, a cast could make a negative number of it, which some
/// of them read as "up to the terminating zero". @throws Error BadInput when it does not fit
int intSize(std::size_t size);
/// The same for those that take a long, which has 32 bits on some platforms.
long longSize(std::size_t size);

} // namespace certwright::base
