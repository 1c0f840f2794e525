#pragma once

#include "core/base/error.h"
#include "core/inspect/scan_findings.h"
#include "core/net/scan_runner.h"
#include "core/service/facts_json.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace certwright::service {

/// Servers to scan, and how gently.
struct ScanRequest {
    std::vector<net::ScanRunner::Options> targets;
    int jobs = 4;                          ///< servers at a time
    int maximumConnections = 12;           ///< open at a time, to all of them together
    std::chrono::milliseconds interval{0}; ///< at least between two openings, for all of them together
};

/// What is known of one server. A value that may cross threads.
struct ScanResult {
    std::size_t index = 0; ///< of the target in the request
    std::string target;    ///< "host:port"
    std::string address;   ///< that was connected to; empty before
    inspect::ScanReport report;
    std::optional<base::Error> failure; ///< the report has what was found before it
    bool isOver = false;
};

using ScanResultPtr = std::shared_ptr<const ScanResult>;

/// The document that `scan --json` prints for one server.
Json scanJson(const ScanResult& result, inspect::Profile profile);

} // namespace certwright::service
