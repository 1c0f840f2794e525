#pragma once

#include "core/service/facts_json.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace certwright::cli {

class Console;

/// Whether what a file holds is signed by its own key, and what it is.
struct SignatureReport {
    std::optional<bool> isValid; ///< nothing: it cannot be checked here
    std::string algorithm;
    std::string kind; ///< the name under which the facts stand in JSON
    service::Json facts;
};

/// The `verify` of requests and SPKACs: one verdict a file, and one document for all of them. A file that cannot be
/// read is told and the next one is taken. Gives the worst exit code. @throws Error Cancelled
int reportSignatures(const std::vector<std::string>& files,
                     const std::function<SignatureReport(const std::string& file)>& check, Console& console);

} // namespace certwright::cli
