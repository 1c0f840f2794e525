#pragma once

#include <functional>

namespace certwright::test {

/// Runs `function` in a forked child without root's power to ignore file permissions: as nobody when the test runs as
/// root, else as the user who runs it. Returns what the function returned (0 to 255), or -1 when the child ended by a
/// signal or could not be started. The child sees the memory of now and changes nothing in the parent; it has no event
/// loop and no other threads.
int runUnprivileged(const std::function<int()>& function);

} // namespace certwright::test
