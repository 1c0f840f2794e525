#pragma once

#include <cstddef>
#include <functional>

namespace certwright::store {

/// Calls `function(i)` for 0 <= i < count on all cores and waits. `function` must not throw.
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& function);

} // namespace certwright::store
