#pragma once

#include "core/service/inspecting.h"

#include <nlohmann/json.hpp>

namespace certwright::service {

/// The document that `connect --json` prints. The master key and the secrets are in it only with `withSecrets`.
nlohmann::ordered_json connectionJson(const ConnectionReport& report, bool withSecrets);

} // namespace certwright::service
