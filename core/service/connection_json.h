#pragma once

#include "core/service/facts_json.h"
#include "core/service/inspecting.h"

namespace certwright::service {

/// The document that `connect --json` prints. The master key and the secrets are in it only with `withSecrets`, the
/// bytes and fields of messages and the records they came in only with `withFields`.
Json connectionJson(const ConnectionReport& report, bool withSecrets, bool withFields = false);

} // namespace certwright::service
