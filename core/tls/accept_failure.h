#pragma once

#include "core/base/error.h"
#include "core/tls/failure.h"

namespace certwright::tls {

class Engine;

/// What explainFailure() says about a server's connection, in words about its client.
Failure explainAcceptFailure(const Engine& engine, const base::Error& error);

} // namespace certwright::tls
