#pragma once

#include "core/base/clock.h"
#include "core/tls/context_options.h"

#include <string>
#include <vector>

namespace certwright::service {

/// How long a temporary certificate is valid.
inline constexpr std::chrono::hours TemporaryLifetime{24};

/// A new P-256 key with a self-signed certificate for localhost, the loopback addresses and `names` (host names or
/// addresses), valid for a day: enough to try a server out. Kept nowhere. @throws Error BadInput for a name that is
/// none
tls::Credentials makeTemporaryCredentials(const std::vector<std::string>& names, base::Time now);

} // namespace certwright::service
