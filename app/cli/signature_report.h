#pragma once

#include "core/base/error.h"
#include "core/formats/item.h"
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

/// All that a file holds of what is verified.
struct SignatureReports {
    std::vector<SignatureReport> signatures;
    std::optional<base::Error> error; ///< of a part that could not be read
};

/// No signature yet. The error is that of damaged bytes, in which there may be more; a locked key beside a request is
/// of no interest.
SignatureReports reportsOn(const formats::Contents& contents);

/// The `verify` of requests and SPKACs: a verdict for each one in a file, and one document for all of them. A file that
/// cannot be read is told and the next one is taken. Gives the worst exit code. @throws Error Cancelled
int reportSignatures(const std::vector<std::string>& files,
                     const std::function<SignatureReports(const std::string& file)>& check, Console& console);

} // namespace certwright::cli
