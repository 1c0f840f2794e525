#pragma once

#include "core/base/clock.h"
#include "core/base/progress.h"

#include <string_view>

namespace certwright::store {
class Store;
}

namespace certwright::demo {

/// What the sample store is encrypted with. Everybody may know it: its keys are good for nothing.
inline constexpr std::string_view passphrase = "harbour lab demo";

/// Fills an empty, unlocked store with a small PKI as it looks at `now`: a root, two intermediates, the forty
/// certificates of leaves(), their keys, one key more, two requests, and a revocation list of each intermediate that
/// revoked something. Made by the services that the program itself uses, so nothing in it is dressed up.
/// @throws Error what issuing and the store throw, Cancelled
void fill(store::Store& store, base::Time now, const base::JobControl& control = {});

} // namespace certwright::demo
